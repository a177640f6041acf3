package io.sluice.mempool;

import io.sluice.config.ProcessTable;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Lcore;
import io.sluice.ring.Ring;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where the objects of a pool are, each counted once. Taken without stopping anybody: what moves
 * meanwhile may be counted where it was or where it came to. Exact when nobody is at it.
 *
 * @param pool its name
 * @param size objects in all
 * @param free in the pool
 * @param cached in lcores' caches
 * @param inRings in rings other than the pool's own
 * @param inPackets segments behind the first of a packet, and what clones refer to
 * @param held in hand of processes that live
 * @param lost none of these: of a process that is dead, or nobody's. For a moment after a death, or
 *     while objects move; for good it is a leak. 0 for a pool that is not protected, where all that
 *     is nowhere else counts as held.
 */
public record PoolCensus(
    String pool, int size, int free, int cached, int inRings, int inPackets, int held, int lost) {
  /** Of every pool. Works in an observer, too. */
  public static List<PoolCensus> take(SharedMemory m) {
    List<Mempool> pools = new ArrayList<>();
    Mempool.walk(m, pools::add);
    Places places = new Places(m, pools);
    return pools.stream().map(pool -> places.count(m, pool)).toList();
  }

  private static final class Places {
    private final Set<Long> inRings = new HashSet<>();
    private final Set<Long> inPackets = new HashSet<>();
    private final Map<Integer, Boolean> alive = new HashMap<>();

    Places(SharedMemory m, List<Mempool> pools) {
      Ring.walk(m, ring -> ring.forEach(inRings::add));
      for (Mempool pool : pools) {
        if (PktmbufPool.isOfMbufs(pool)) {
          pool.objIter(
              (p, mbuf, index) -> {
                inPackets.add(Mbuf.next(mbuf));
                if (Mbuf.isCloned(mbuf)) {
                  inPackets.add(MbufAttach.direct(mbuf));
                }
              });
        }
      }
    }

    PoolCensus count(SharedMemory m, Mempool pool) {
      Set<Long> free = new HashSet<>();
      pool.backend().forEach(free::add);
      Set<Long> cached = new HashSet<>();
      for (int lcore = 0; lcore < Lcore.MAX; lcore++) {
        pool.forEachCached(lcore, cached::add);
      }
      int[] counts = new int[6];
      pool.objIter(
          (p, object, index) -> {
            if (free.contains(object)) {
              counts[0]++;
            } else if (cached.contains(object)) {
              counts[1]++;
            } else if (inRings.contains(object)) {
              counts[2]++;
            } else if (inPackets.contains(object)) {
              counts[3]++;
            } else if (!p.isProtected() || isAlive(m, m.owners().ownerOf(object))) {
              counts[4]++;
            } else {
              counts[5]++;
            }
          });
      return new PoolCensus(
          pool.name(),
          pool.size(),
          counts[0],
          counts[1],
          counts[2],
          counts[3],
          counts[4],
          counts[5]);
    }

    private boolean isAlive(SharedMemory m, int generation) {
      ProcessTable processes = m.processTable();
      return alive.computeIfAbsent(generation, processes::isAlive);
    }
  }
}
