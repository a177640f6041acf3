package io.sluice.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LcoreMapTest {
  @Test
  void shouldKeepLcoresAndCpusAscending() {
    LcoreMap map = LcoreMap.of(Map.of(7, List.of(3, 1, 3), 2, List.of(0)));
    assertEquals(List.of(2, 7), map.lcores());
    assertEquals(List.of(1, 3), List.copyOf(map.cpusOf(7)));
    assertEquals(Set.of(), map.cpusOf(3));
    assertTrue(map.contains(7));
    assertFalse(map.contains(3));
    assertEquals(2, map.size());
    assertEquals("2@(0),7@(1,3)", map.toString());
  }

  @Test
  void shouldBeEqualToAMapOfTheSameContent() {
    assertEquals(
        LcoreMap.onePerCpu(List.of(0, 1)), LcoreMap.of(Map.of(1, Set.of(1), 0, Set.of(0))));
    assertEquals(
        LcoreMap.onePerCpu(List.of(0)).hashCode(), LcoreMap.of(Map.of(0, Set.of(0))).hashCode());
  }

  @Test
  void shouldLeaveOutCpusAboveTheHighestLcoreId() {
    assertEquals(List.of(127), LcoreMap.onePerCpu(List.of(127, 128)).lcores());
  }

  @Test
  void shouldRefuseWhatIsNoLcore() {
    assertThrows(SluiceException.class, () -> LcoreMap.of(Map.of()));
    assertThrows(SluiceException.class, () -> LcoreMap.of(Map.of(128, Set.of(0))));
    assertThrows(SluiceException.class, () -> LcoreMap.of(Map.of(-1, Set.of(0))));
    assertThrows(SluiceException.class, () -> LcoreMap.of(Map.of(0, Set.<Integer>of())));
  }
}
