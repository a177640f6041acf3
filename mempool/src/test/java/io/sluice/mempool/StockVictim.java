package io.sluice.mempool;

import io.sluice.config.EalOptions;
import io.sluice.config.Locks;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.StoreFaults;
import io.sluice.ring.Ring;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A secondary on a {@link CPrimary}: reads {@code OPERATION NTH}, gets ready, and dies ahead of the
 * NTH store of enqueueing or dequeueing {@link #COUNT} mbufs on the primary's rings. Told {@code
 * hold} it holds a lock of the primary's until it is killed.
 */
final class StockVictim {
  static final int COUNT = 3;

  private StockVictim() {}

  public static void main(String[] arguments) throws IOException {
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (SharedMemory memory =
        SharedMemory.attach(
            EalOptions.parse(
                "--proc-type", "secondary", "--file-prefix", arguments[0], "--no-pci"))) {
      serve(memory, input);
    }
  }

  private static void serve(SharedMemory memory, BufferedReader input) throws IOException {
    Mempool pool = Mempool.lookup(memory, "MBUFS");
    Ring in = Ring.lookup(memory, "TO_JAVA");
    Ring out = Ring.lookup(memory, "FROM_JAVA");
    long[] mbufs = new long[COUNT];
    memory.journal().slot();
    System.out.println("ready");
    String[] words = input.readLine().split(" ");
    if (words[0].equals("hold")) {
      memory.locks().lock(Locks.HOTPLUG);
      System.out.println("holds");
      input.readLine();
    }
    boolean enqueues = words[0].equals("enqueue");
    if (enqueues && Mbuf.allocBulk(pool, mbufs, 0, COUNT) != COUNT) {
      throw new IllegalStateException("the pool is empty");
    }
    StoreFaults.arm(Long.parseLong(words[1]));
    int done = enqueues ? out.enqueueBulk(mbufs, 0, COUNT) : in.dequeueBulk(mbufs, 0, COUNT);
    System.out.println("done " + StoreFaults.disarm());
    if (done != COUNT) {
      throw new IllegalStateException(words[0] + " of " + done);
    }
    if (!enqueues) {
      Mbuf.freeBulk(mbufs, 0, COUNT);
    }
  }
}
