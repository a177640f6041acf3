package io.sluice.memzone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memseg.Heap;
import io.sluice.testing.Await;
import io.sluice.testing.EachStore;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A primary dies ahead of {@link EachStore} of growing its heap; this process, a secondary, goes on
 * with the heap, which has the new pages whole or not at all.
 */
@Tag("deaths")
class GrowthDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final List<String> FAULTS =
      List.of("-Dsluice.faults=true", "-XX:TieredStopAtLevel=1");

  @Test
  void shouldGoOnInASecondaryWhenThePrimaryDiesWhileTheHeapGrows() {
    boolean lived = false;
    int died = -1;
    for (int nth = EachStore.first(); !lived; nth += EachStore.STEP) {
      String prefix = UniquePrefix.next();
      try (JavaProcess primary = JavaProcess.start(ZoneVictim.class, FAULTS, prefix, "primary")) {
        primary.awaitLine("^ready", LIMIT);
        lived = goOn(prefix, primary, nth);
      } finally {
        clean(prefix);
      }
      died++;
    }
    assertTrue(died > 10, "died " + died + " times");
  }

  private static boolean goOn(String prefix, JavaProcess primary, int nth) {
    EalOptions options =
        EalOptions.parse(
            "--file-prefix", prefix, "--proc-type", "secondary", "--no-huge", "--no-pci");
    try (SharedMemory memory = SharedMemory.attach(options)) {
      Heap heap = memory.heap(MemZone.SOCKET_ID_ANY);
      long allocated = heap.stats().allocSize();
      primary.send(nth + " reserve " + (6 << 20));
      boolean lived = primary.awaitExitOrLine("^done", LIMIT);
      primary.kill();
      long block = heap.malloc(null, 5000, 0);
      assertTrue(heap.free(block));
      Await.until("the primary to be buried", LIMIT, () -> memory.processTable().allAlive());
      MemZone zone = MemZone.lookup(memory, ZoneVictim.ZONE);
      assertTrue(zone != null || !lived);
      if (zone != null) {
        MemZone.free(memory, zone);
      }
      assertEquals(List.of(), heap.audit(), () -> "death " + nth);
      assertEquals(allocated, heap.stats().allocSize(), () -> "death " + nth);
      return lived;
    }
  }

  /** The next primary of the prefix finds what the dead one left, and takes it along. */
  private static void clean(String prefix) {
    SharedMemory.create(
            EalOptions.parse("--file-prefix", prefix, "-m", "4", "--no-huge", "--no-pci"))
        .close();
    assertEquals(List.of(), Traces.of(prefix));
  }
}
