package io.sluice.memzone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.config.EalOptions;
import io.sluice.platform.Memory;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedMemoryTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @Test
  @RequiresHugepages(kb = 2048, count = 16)
  void shouldShareAZoneBetweenTwoProcessesAtOneAddress() {
    String prefix = UniquePrefix.next();
    EalOptions options = EalOptions.parse("--file-prefix", prefix, "-m", "8");
    try (SharedMemory memory = SharedMemory.create(options)) {
      MemZone zone = MemZone.reserve(memory, "shared", 4096, -1, 0);
      Memory.putLong(zone.address(), 42);
      try (JavaProcess secondary =
          JavaProcess.start(ZoneProcess.class, List.of(), "secondary", "--file-prefix", prefix)) {
        secondary.awaitLine("ready", LIMIT);
        secondary.send("lookup shared");
        secondary.awaitLine("found " + zone.address() + " 4096", LIMIT);
        secondary.send("peek " + zone.address());
        secondary.awaitLine("value 42", LIMIT);
        secondary.send("reserve theirs 8192");
        secondary.awaitLine("reserved", LIMIT);
        assertEquals(8192, MemZone.lookup(memory, "theirs").length());
        secondary.send("quit");
        assertEquals(0, secondary.awaitExit(LIMIT));
      }
    }
  }
}
