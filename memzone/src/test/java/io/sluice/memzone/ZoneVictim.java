package io.sluice.memzone;

import io.sluice.config.EalOptions;
import io.sluice.config.Locks;
import io.sluice.memseg.Heap;
import io.sluice.platform.StoreFaults;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A secondary that does one thing for the line it reads, {@code NTH OPERATION [ARGUMENTS]}, and
 * dies ahead of the NTH store. Its argument is the file prefix; a second one makes it a primary,
 * has it adopt a dead primary's memory for the line, or attach and detach in place of that.
 */
final class ZoneVictim {
  static final String ZONE = "victim";

  private ZoneVictim() {}

  public static void main(String[] arguments) throws IOException {
    EalOptions options =
        EalOptions.parse(
            "--file-prefix", arguments[0], "--proc-type", "secondary", "--no-huge", "--no-pci");
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    if (arguments.length > 1 && arguments[1].equals("primary")) {
      EalOptions own = EalOptions.parse("--file-prefix", arguments[0], "--no-huge", "-m", "4");
      serve(SharedMemory.create(own), input);
      return;
    }
    if (arguments.length > 1 && arguments[1].equals("adopt")) {
      System.out.println("ready");
      adopt(arguments[0], input);
      return;
    }
    if (arguments.length > 1) {
      System.out.println("ready");
      comeAndGo(options, input.readLine().split(" "));
      return;
    }
    serve(SharedMemory.attach(options), input);
  }

  private static void serve(SharedMemory opened, BufferedReader input) throws IOException {
    try (SharedMemory memory = opened) {
      System.out.println("ready");
      String line = input.readLine();
      if (line != null) {
        String[] words = line.split(" ");
        StoreFaults.arm(Long.parseLong(words[0]));
        long result = run(memory, words);
        System.out.println("done " + result + " stores " + StoreFaults.disarm());
        // To be killed: what it has is its own as long as it lives.
        input.readLine();
      }
    }
  }

  private static void adopt(String prefix, BufferedReader input) throws IOException {
    EalOptions own = EalOptions.parse("--file-prefix", prefix, "--no-huge", "--no-pci");
    StoreFaults.arm(Long.parseLong(input.readLine()));
    try (SharedMemory memory = SharedMemory.create(own)) {
      System.out.println("done " + memory.adoption() + " stores " + StoreFaults.disarm());
      // To be killed, as a primary that closes takes the memory along.
      input.readLine();
    }
  }

  private static void comeAndGo(EalOptions options, String[] words) {
    StoreFaults.arm(Long.parseLong(words[0]));
    try (SharedMemory memory = SharedMemory.attach(options)) {
      memory.journal().slot();
    }
    System.out.println("done 0 stores " + StoreFaults.disarm());
  }

  private static long run(SharedMemory memory, String[] words) {
    Heap heap = memory.heap(MemZone.SOCKET_ID_ANY);
    return switch (words[1]) {
      case "reserve" ->
          MemZone.reserve(memory, ZONE, number(words, 2), MemZone.SOCKET_ID_ANY, 0).address();
      case "free" -> {
        MemZone.free(memory, MemZone.lookup(memory, ZONE));
        yield 0;
      }
      case "malloc" -> heap.malloc(null, number(words, 2), (int) number(words, 3));
      case "unmalloc" -> heap.free(number(words, 2)) ? 1 : 0;
      case "realloc" -> heap.realloc(number(words, 2), number(words, 3), 0);
      case "own" -> {
        MemZone.reserveOwned(memory, ZONE, number(words, 2), MemZone.SOCKET_ID_ANY, 0);
        yield heap.zmallocOwned(null, number(words, 2), 0);
      }
      case "freeOwn" -> {
        StoreFaults.disarm();
        MemZone own =
            MemZone.reserveOwned(memory, ZONE, number(words, 2), MemZone.SOCKET_ID_ANY, 0);
        StoreFaults.arm(number(words, 0));
        MemZone.free(memory, own);
        yield 0;
      }
      case "hold" -> {
        memory.locks().lock(Locks.MLOCK);
        yield 0;
      }
      default -> throw new IllegalArgumentException(words[1]);
    };
  }

  private static long number(String[] words, int index) {
    return Long.parseLong(words[index]);
  }
}
