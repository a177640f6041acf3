package io.sluice.memzone;

import io.sluice.config.EalOptions;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

/**
 * A process that a test steers by lines: {@code reserve NAME LEN}, {@code lookup NAME}, {@code
 * malloc LEN}, {@code free ADDRESS}, {@code poke ADDRESS VALUE}, {@code peek ADDRESS}, {@code
 * quit}. It answers each with one line. First argument: primary or secondary; the rest are EAL
 * options.
 */
public final class ZoneProcess {
  private ZoneProcess() {}

  /** Starts it. */
  public static void main(String[] args) throws IOException {
    EalOptions options = EalOptions.parse(java.util.Arrays.copyOfRange(args, 1, args.length));
    try (SharedMemory memory =
            args[0].equals("primary")
                ? SharedMemory.create(options)
                : SharedMemory.attach(options);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in))) {
      System.out.println("ready");
      for (String line = lines.readLine();
          line != null && !line.equals("quit");
          line = lines.readLine()) {
        System.out.println(answer(memory, line.split(" ")));
      }
    } catch (SluiceException e) {
      System.out.println("error: " + e.getMessage());
      System.exit(1);
    }
    System.out.println("closed");
  }

  private static String answer(SharedMemory memory, String[] words) {
    try {
      return switch (words[0]) {
        case "reserve" ->
            "reserved "
                + MemZone.reserve(memory, words[1], Long.parseLong(words[2]), -1, 0).address();
        case "lookup" -> {
          MemZone zone = MemZone.lookup(memory, words[1]);
          yield zone == null ? "none" : "found " + zone.address() + " " + zone.length();
        }
        case "malloc" -> "block " + memory.heap(-1).malloc(null, Long.parseLong(words[1]), 0);
        case "free" -> "freed " + memory.heap(-1).free(Long.parseLong(words[1]));
        case "poke" -> {
          Memory.putLong(Long.parseLong(words[1]), Long.parseLong(words[2]));
          yield "done";
        }
        case "peek" -> "value " + Memory.getLong(Long.parseLong(words[1]));
        default -> "unknown " + words[0];
      };
    } catch (SluiceException e) {
      return "failed " + e.errno() + " " + e.getMessage();
    }
  }
}
