package io.sluice.memzone;

import io.sluice.config.EalOptions;
import io.sluice.config.ProcessTable;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A process that a test steers by lines and that answers each with one line. First argument:
 * primary, secondary or observer; the rest are EAL options.
 */
public final class ZoneProcess {
  private ZoneProcess() {}

  /** Starts it. */
  public static void main(String[] args) throws IOException {
    try (SharedMemory memory =
            open(args[0], EalOptions.parse(Arrays.copyOfRange(args, 1, args.length)));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in))) {
      System.out.println("ready");
      for (String line = lines.readLine();
          line != null && !line.equals("quit");
          line = lines.readLine()) {
        System.out.println(answer(memory, line.split(" ")));
      }
    } catch (SluiceException e) {
      System.out.println("refused " + e.errno() + ": " + e.getMessage());
      System.exit(1);
    }
    System.out.println("closed");
  }

  private static SharedMemory open(String role, EalOptions options) {
    return switch (role) {
      case "primary" -> SharedMemory.create(options);
      case "secondary" -> SharedMemory.attach(options);
      default -> SharedMemory.observe(options);
    };
  }

  private static String answer(SharedMemory memory, String[] words) {
    try {
      return switch (words[0]) {
        case "reserve" -> {
          long length = Long.parseLong(words[2]);
          yield "reserved " + MemZone.reserve(memory, words[1], length, -1, 0).address();
        }
        case "lookup" -> {
          MemZone zone = MemZone.lookup(memory, words[1]);
          yield zone == null ? "none" : "found " + zone.address() + " " + zone.length();
        }
        case "contend" -> contend(memory, words[1], Integer.parseInt(words[2]));
        case "churn" -> churn(memory, Integer.parseInt(words[1]), Integer.parseInt(words[2]));
        case "malloc" -> "block " + memory.heap(-1).malloc(null, Long.parseLong(words[1]), 0);
        case "free" -> "freed " + memory.heap(-1).free(Long.parseLong(words[1]));
        case "poke" -> {
          Memory.putLong(Long.parseLong(words[1]), Long.parseLong(words[2]));
          yield "done";
        }
        case "peek" -> "value " + Memory.getLong(Long.parseLong(words[1]));
        case "size" -> "size " + memory.memsegs().totalSize();
        case "writable" -> "writable " + countWritable(words[1]);
        case "processes" -> {
          int[] count = new int[1];
          ProcessTable table = memory.processTable();
          table.forEach(entry -> count[0] += table.isAlive(entry) ? 1 : 0);
          yield "processes " + count[0];
        }
        default -> "unknown " + words[0];
      };
    } catch (SluiceException e) {
      return "failed " + e.errno() + " " + e.getMessage();
    }
  }

  /** Mappings of a prefix's files by which this process could change what others see. */
  private static long countWritable(String prefix) {
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      return maps.filter(line -> line.contains("/" + prefix) && line.contains(" rw-s ")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reserves zones that all processes want, and ones of its own; marks those that it got. */
  private static String contend(SharedMemory memory, String own, int count) {
    int won = 0;
    for (int i = 0; i < count; i++) {
      MemZone mine = MemZone.reserve(memory, own + i, 64 + i % 7 * 100, -1, 0);
      Memory.fill(mine.address(), mine.length(), (byte) own.charAt(0));
      try {
        MemZone shared = MemZone.reserve(memory, "shared" + i, 1000, -1, 0);
        Memory.fill(shared.address(), shared.length(), (byte) own.charAt(0));
        won++;
      } catch (SluiceException e) {
        if (MemZone.lookup(memory, "shared" + i) == null) {
          return "lost shared" + i + " " + e.getMessage();
        }
      }
      if (i % 3 == 0) {
        MemZone.free(memory, mine);
      }
    }
    return "won " + won;
  }

  /** Allocates and frees blocks, most of which need pages of their own, and holds their content. */
  private static String churn(SharedMemory memory, int seed, int rounds) {
    Random random = new Random(seed);
    Deque<long[]> blocks = new ArrayDeque<>();
    for (int i = 0; i < rounds; i++) {
      long size = 8 + random.nextInt(random.nextBoolean() ? 3 << 20 : 4096) & -8;
      long block = memory.heap(-1).zmalloc(null, size, 64 << random.nextInt(4));
      if (block == 0) {
        return "out of memory in round " + i;
      }
      for (long at = 0; at < size; at += 4096) {
        if (Memory.getLong(block + at) != 0) {
          return "dirty block in round " + i;
        }
        Memory.putLong(block + at, seed);
      }
      blocks.add(new long[] {block, size});
      while (blocks.size() > 3 || i == rounds - 1 && !blocks.isEmpty()) {
        long[] oldest = blocks.poll();
        for (long at = 0; at < oldest[1]; at += 4096) {
          if (Memory.getLong(oldest[0] + at) != seed) {
            return "overwritten block in round " + i;
          }
        }
        if (!memory.heap(-1).free(oldest[0])) {
          return "lost block in round " + i;
        }
      }
    }
    return "churned";
  }
}
