package io.sluice.mempool;

import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Ring;
import java.util.Arrays;
import java.util.Scanner;

/**
 * A primary with a pool of mbufs and a ring, in a process of its own, which can be stopped. For
 * each line that it reads it waits until all dead processes are recovered from, prints how many
 * different mbufs it can get, and puts them back. At {@code send} it sends two mbufs instead, of
 * which the first has an external buffer; when that comes free it says so.
 */
final class PoolKeeper {
  static final long OPAQUE = 4711;
  private static final int CALLBACK = 7;
  private static final int BUFFER = 1024;

  private PoolKeeper() {}

  private static void send(SharedMemory memory, Mempool pool, Ring ring) {
    long[] mbufs = new long[2];
    Mbuf.allocBulk(pool, mbufs, 0, 2);
    long buffer = memory.heap(-1).malloc(null, BUFFER, 0);
    long shinfo = ExternalBuffers.initAtEnd(buffer, BUFFER, CALLBACK, OPAQUE);
    MbufAttach.attachExtbuf(mbufs[0], buffer, -1, (int) (shinfo - buffer), shinfo);
    ring.enqueueBulk(mbufs, 0, 2);
    System.out.println("sent");
  }

  /** Arguments: prefix, size, cache size, data room and backend of the pool. */
  public static void main(String[] arguments) {
    int size = Integer.parseInt(arguments[1]);
    int cache = Integer.parseInt(arguments[2]);
    int room = Integer.parseInt(arguments[3]);
    try (SharedMemory memory = TestMemory.primary(arguments[0])) {
      Mempool pool =
          PktmbufPool.create(memory, PoolVictim.POOL, size, cache, 0, room, -1, arguments[4]);
      Ring ring = Ring.create(memory, PoolVictim.RING, 16, -1, 0);
      ExternalBuffers.register(CALLBACK, (buffer, opaque) -> System.out.println("free " + opaque));
      System.out.println("ready");
      Scanner input = new Scanner(System.in);
      while (input.hasNextLine()) {
        if (input.nextLine().equals("send")) {
          send(memory, pool, ring);
          continue;
        }
        while (!memory.processTable().allAlive()) {
          Thread.onSpinWait();
        }
        long[] all = new long[size];
        int got = 0;
        while (got < size && pool.getBulk(all, got, 1) == 1) {
          got++;
        }
        System.out.println(
            "got " + got + " different " + Arrays.stream(all, 0, got).distinct().count());
        pool.putBulk(all, 0, got);
      }
    }
  }
}
