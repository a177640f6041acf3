package io.sluice.mempool;

import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Ring;
import java.io.IOException;
import java.util.List;

/**
 * A secondary beside a {@link CSecondary}: as the lcore of its second argument it takes as many
 * mbufs as its third says, enqueues the last ones of them, as many as its fourth says, and keeps
 * the rest.
 */
final class StockGiver {
  private StockGiver() {}

  public static void main(String[] arguments) throws IOException {
    int lcore = Integer.parseInt(arguments[1]);
    int count = Integer.parseInt(arguments[2]);
    int given = Integer.parseInt(arguments[3]);
    try (SharedMemory memory = TestMemory.secondary(arguments[0], lcore, List.of())) {
      Mempool pool = Mempool.lookup(memory, "MBUFS");
      Ring ring = Ring.lookup(memory, "FROM_JAVA");
      long[] mbufs = new long[count];
      TestMemory.asLcore(
          lcore,
          () -> {
            for (int i = 0; i < count; i++) {
              mbufs[i] = Mbuf.alloc(pool);
              if (mbufs[i] == 0) {
                throw new IllegalStateException("the pool has " + i + " mbufs, not " + count);
              }
            }
            if (ring.enqueueBulk(mbufs, count - given, given) != given) {
              throw new IllegalStateException("no room: " + ring.dump());
            }
          });
      System.out.println("given");
      System.in.read();
    }
  }
}
