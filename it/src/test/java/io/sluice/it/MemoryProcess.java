package io.sluice.it;

import io.sluice.config.EalOptions;
import io.sluice.config.ProcType;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Ring;
import java.util.Arrays;
import java.util.Scanner;

/**
 * A process of the tests: starts by its EAL options, says {@code ready}, then does what it reads.
 * What is refused is one line on its output; at the start it ends the process with exit code 1.
 */
public final class MemoryProcess {
  private MemoryProcess() {}

  /**
   * EAL options, then the commands {@code ring NAME SIZE}, {@code zone NAME LENGTH}, {@code pool
   * NAME SIZE}, {@code alloc POOL COUNT} which takes mbufs one by one and prints how many it got
   * and gives them back, {@code quit}.
   */
  public static void main(String[] args) {
    SharedMemory memory;
    try {
      EalOptions options = EalOptions.parse(args);
      memory =
          options.procType() == ProcType.SECONDARY
              ? SharedMemory.attach(options)
              : SharedMemory.create(options);
    } catch (SluiceException e) {
      System.out.println("error: " + e.getMessage());
      System.exit(1);
      return;
    }
    System.out.println("ready");
    try (memory;
        Scanner in = new Scanner(System.in)) {
      while (in.hasNextLine()) {
        String[] words = in.nextLine().split(" ");
        if (words[0].equals("quit")) {
          return;
        }
        try {
          run(memory, words);
          System.out.println("done " + String.join(" ", words));
        } catch (SluiceException e) {
          System.out.println("error: " + e.getMessage());
        }
      }
    }
  }

  private static void run(SharedMemory memory, String[] words) {
    String[] arguments = Arrays.copyOfRange(words, 1, words.length);
    switch (words[0]) {
      case "ring" -> Ring.create(memory, arguments[0], Integer.parseInt(arguments[1]), -1, 0);
      case "zone" -> MemZone.reserve(memory, arguments[0], Long.parseLong(arguments[1]), -1, 0);
      case "pool" ->
          PktmbufPool.create(memory, arguments[0], Integer.parseInt(arguments[1]), 0, 0, 256, -1);
      case "alloc" -> alloc(memory, arguments[0], Integer.parseInt(arguments[1]));
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private static void alloc(SharedMemory memory, String name, int count) {
    Mempool pool = Mempool.lookup(memory, name);
    long[] mbufs = new long[count];
    int got = 0;
    while (got < count && (mbufs[got] = Mbuf.alloc(pool)) != 0) {
      got++;
    }
    System.out.println("got " + got + ", left " + pool.availCount());
    Mbuf.freeBulk(mbufs, 0, got);
  }
}
