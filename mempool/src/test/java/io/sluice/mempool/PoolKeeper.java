package io.sluice.mempool;

import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Ring;
import java.util.Arrays;
import java.util.Scanner;

/**
 * A primary with a pool of mbufs and a ring, in a process of its own, which can be stopped. For
 * each line that it reads it waits until all dead processes are recovered from, prints how many
 * different mbufs it can get, and puts them back.
 */
final class PoolKeeper {
  private PoolKeeper() {}

  /** Arguments: prefix, size, cache size, data room and backend of the pool. */
  public static void main(String[] arguments) {
    int size = Integer.parseInt(arguments[1]);
    int cache = Integer.parseInt(arguments[2]);
    int room = Integer.parseInt(arguments[3]);
    try (SharedMemory memory = TestMemory.primary(arguments[0])) {
      Mempool pool =
          PktmbufPool.create(memory, PoolVictim.POOL, size, cache, 0, room, -1, arguments[4]);
      Ring.create(memory, PoolVictim.RING, 16, -1, 0);
      System.out.println("ready");
      Scanner input = new Scanner(System.in);
      while (input.hasNextLine()) {
        input.nextLine();
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
