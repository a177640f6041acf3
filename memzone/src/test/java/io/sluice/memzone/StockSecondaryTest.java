package io.sluice.memzone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.sluice.config.EalOptions;
import io.sluice.platform.Memory;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.StockProgram;
import io.sluice.testing.UniquePrefix;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A secondary of stock DPDK on a primary of ours: zones, heap and growth, both ways. */
@RequiresRoot
@RequiresCommand({"gcc", "pkg-config"})
@RequiresHugepages(kb = 2048, count = 32)
class StockSecondaryTest {
  @TempDir private Path folder;

  @Test
  @Timeout(90)
  void shouldShareZonesAndHeapWithStockDpdk() throws Exception {
    Path program = StockProgram.compile(getClass(), "stock_secondary.c", folder);
    String prefix = UniquePrefix.next();
    EalOptions options = EalOptions.parse("--file-prefix", prefix, "-m", "8", "--iova-mode", "pa");
    Process process = null;
    try (SharedMemory memory = SharedMemory.create(options)) {
      MemZone zone = MemZone.reserve(memory, "FROM_JAVA", 4096, -1, 0);
      Memory.putLong(zone.address(), 815);
      long before = memory.memsegs().totalSize();
      process =
          new ProcessBuilder(
                  program.toString(),
                  "--proc-type=secondary",
                  "--file-prefix",
                  prefix,
                  "--no-pci",
                  "-l",
                  "0")
              .redirectErrorStream(true)
              .start();
      BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream()));
      List<String> lines = new ArrayList<>();
      String found = awaitLine(output, lines, "zone ");
      assertEquals("zone 0x" + Long.toHexString(zone.address()) + " 4096 815", found);
      String block = awaitLine(output, lines, "block ");
      long address = Long.parseLong(block.substring("block 0x".length()), 16);
      MemZone theirs = MemZone.lookup(memory, "FROM_C");
      assertNotNull(theirs);
      assertEquals(3008, theirs.length());
      assertEquals(4711, Memory.getLong(theirs.address()));
      for (long at = address; at < address + (20 << 20); at += 4096) {
        assertEquals(0x5a, Memory.getByte(at));
      }
      // Growth by the primary is followed by the C process while it waits.
      long ours = memory.heap(-1).malloc(null, 6 << 20, 0);
      memory.heap(-1).free(ours);
      process.getOutputStream().write('f');
      process.getOutputStream().flush();
      awaitLine(output, lines, "done");
      assertEquals(0, process.waitFor());
      MemZone.free(memory, theirs);
      assertEquals(before, memory.memsegs().totalSize());
    } finally {
      if (process != null) {
        process.destroyForcibly();
      }
    }
    assertEquals(List.of(), Traces.of(prefix));
  }

  private static String awaitLine(BufferedReader output, List<String> lines, String start)
      throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      lines.add(line);
      if (line.startsWith(start)) {
        return line;
      }
    }
    throw new AssertionError("no line '" + start + "' in " + lines);
  }
}
