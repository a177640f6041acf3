package io.sluice.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ErrnoTest {
  @Test
  void shouldFindEachByItsNumber() {
    for (Errno errno : Errno.values()) {
      assertSame(errno, Errno.of(errno.number()));
      assertSame(errno, Errno.ofResult(-errno.number()));
    }
    assertEquals(
        Errno.values().length,
        Arrays.stream(Errno.values()).mapToInt(Errno::number).distinct().count());
  }

  @Test
  void shouldSayUnknownForANumberNotListed() {
    assertSame(Errno.EUNKNOWN, Errno.of(4095));
  }

  @Test
  void shouldNameTheErrorInTheMessage() {
    SluiceException e = new SluiceException(Errno.EEXIST, "ring 'a' is there already");
    assertEquals("ring 'a' is there already (EEXIST)", e.getMessage());
    assertSame(Errno.EEXIST, e.errno());
  }
}
