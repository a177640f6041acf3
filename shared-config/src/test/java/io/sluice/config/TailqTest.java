package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TailqTest {
  private long config;

  @BeforeEach
  void create() {
    config = Memory.allocate(MemConfigLayout.SIZEOF);
    Tailq.createAll(config, List.of("own"));
  }

  @AfterEach
  void release() {
    Memory.release(config);
  }

  private static List<Long> entries(long head) {
    List<Long> entries = new ArrayList<>();
    Tailq.iterate(head, entries::add);
    return entries;
  }

  @Test
  void shouldMakeTheHeadsInDpdksOrder() {
    assertEquals(config + MemConfigLayout.TAILQ_HEAD, Tailq.lookup(config, "RTE_RING"));
    assertEquals(config + MemConfigLayout.TAILQ_HEAD + 48, Tailq.lookup(config, "RTE_MEMPOOL"));
    assertEquals(config + MemConfigLayout.TAILQ_HEAD + 28 * 48, Tailq.lookup(config, "own"));
    long ring = Tailq.lookup(config, "RTE_RING");
    assertEquals(0, Memory.getLong(ring));
    assertEquals(ring, Memory.getLong(ring + 8), "last of an empty list is its first");
    SluiceException none =
        assertThrows(SluiceException.class, () -> Tailq.lookup(config, "RTE_NONE"));
    assertEquals(Errno.ENOENT, none.errno());
  }

  @Test
  void shouldKeepOrderAndLinksWhicheverEntryGoes() {
    long head = Tailq.lookup(config, "RTE_HASH");
    long memory = Memory.allocate(4 * 24);
    for (int gone = 0; gone < 3; gone++) {
      List<Long> expected = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Tailq.insertTail(UndoLog.NONE, head, memory + 24L * i);
        expected.add(memory + 24L * i);
      }
      assertEquals(expected, entries(head));
      Tailq.remove(UndoLog.NONE, head, expected.remove(gone));
      assertEquals(expected, entries(head));
      Tailq.insertTail(UndoLog.NONE, head, memory + 72);
      expected.add(memory + 72);
      assertEquals(expected, entries(head));
      Tailq.iterate(head, entry -> Tailq.remove(UndoLog.NONE, head, entry));
      assertEquals(List.of(), entries(head));
      assertEquals(head, Memory.getLong(head + 8));
    }
    Memory.release(memory);
  }
}
