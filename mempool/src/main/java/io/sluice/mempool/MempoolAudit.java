package io.sluice.mempool;

import io.sluice.config.MemzoneLayout;
import io.sluice.platform.Lcore;
import io.sluice.platform.Memory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Checks and dumps of a pool. */
final class MempoolAudit {
  private static final int TRIES = 20;
  private static final long PAUSE_NANOS = 1_000_000;

  private MempoolAudit() {}

  static void audit(Mempool pool) {
    Set<Long> objects = objects(pool);
    for (int lcore = 0; pool.cacheSize() != 0 && lcore < Lcore.MAX; lcore++) {
      int len = pool.cacheCount(lcore);
      if (len < 0 || len > 2 * MempoolCacheLayout.MAX_SIZE) {
        throw wrong(pool, "the cache of lcore " + lcore + " has len=" + len);
      }
    }
    Set<Long> twice = twice(pool, objects);
    for (int i = 0; i < TRIES && !twice.isEmpty(); i++) {
      LockSupport.parkNanos(PAUSE_NANOS);
      twice.retainAll(twice(pool, objects));
    }
    if (!twice.isEmpty()) {
      throw wrong(
          pool,
          "it has "
              + twice.size()
              + " objects twice, as 0x"
              + Long.toHexString(twice.iterator().next())
              + "; somebody has put what was not his any more");
    }
  }

  private static IllegalStateException wrong(Mempool pool, String what) {
    return new IllegalStateException("mempool " + pool.name() + ": " + what);
  }

  /** Those of the pool's list, each step of which is held against the pool's memory. */
  private static Set<Long> objects(Mempool pool) {
    Set<Long> objects = new HashSet<>();
    List<long[]> chunks = new ArrayList<>();
    pool.memIter((p, address, iova, length) -> chunks.add(new long[] {address, address + length}));
    long header = Memory.getLong(pool.address() + MempoolLayout.ELT_LIST);
    while (header != 0 && objects.size() < pool.size()) {
      checkHeader(pool, chunks, header, objects.size());
      if (!objects.add(header + MempoolObjHdrLayout.SIZEOF)) {
        break;
      }
      header = Memory.getLong(header + MempoolObjHdrLayout.NEXT);
    }
    if (header != 0) {
      throw wrong(
          pool,
          "its list goes on behind its size="
              + pool.size()
              + ", or comes back to where it was, at 0x"
              + Long.toHexString(header));
    }
    if (objects.size() != pool.size()) {
      throw wrong(pool, "size=" + pool.size() + ", but its list has " + objects.size());
    }
    return objects;
  }

  private static void checkHeader(Mempool pool, List<long[]> chunks, long header, int index) {
    long object = header + MempoolObjHdrLayout.SIZEOF;
    String which = "object " + index + " at 0x" + Long.toHexString(object);
    boolean inside =
        chunks.stream()
            .anyMatch(chunk -> header >= chunk[0] && object + pool.eltSize() <= chunk[1]);
    if (!inside || header % Long.BYTES != 0) {
      throw wrong(pool, which + " lies outside its memory");
    }
    if (Mempool.fromObj(object) != pool.address()) {
      throw wrong(pool, which + " names pool 0x" + Long.toHexString(Mempool.fromObj(object)));
    }
  }

  /**
   * Objects that lie in the backend and the caches more than once. One that moves meanwhile may be
   * seen where it was and where it came to.
   */
  private static Set<Long> twice(Mempool pool, Set<Long> objects) {
    Set<Long> seen = new HashSet<>();
    Set<Long> twice = new HashSet<>();
    pool.backend().forEach(object -> see(pool, objects, object, seen, twice));
    for (int lcore = 0; pool.cacheSize() != 0 && lcore < Lcore.MAX; lcore++) {
      pool.forEachCached(lcore, object -> see(pool, objects, object, seen, twice));
    }
    return twice;
  }

  private static void see(
      Mempool pool, Set<Long> objects, long object, Set<Long> seen, Set<Long> twice) {
    if (!objects.contains(object)) {
      throw wrong(
          pool, "it holds 0x" + Long.toHexString(object) + ", which is none of its objects");
    }
    if (!seen.add(object)) {
      twice.add(object);
    }
  }

  static String dump(Mempool pool) {
    long mp = pool.address();
    long zone = Memory.getLong(mp + MempoolLayout.MZ);
    int total = pool.headerSize() + pool.eltSize() + pool.trailerSize();
    StringBuilder text = new StringBuilder();
    text.append("mempool <").append(pool.name()).append(">@0x").append(Long.toHexString(mp));
    line(text, "flags", Integer.toHexString(pool.flags()));
    line(text, "socket_id", pool.socketId());
    line(text, "pool", "0x" + Long.toHexString(Memory.getLong(mp + MempoolLayout.POOL_DATA)));
    line(text, "iova", "0x" + Long.toHexString(Memory.getLong(zone + MemzoneLayout.IOVA)));
    line(text, "nb_mem_chunks", Memory.getInt(mp + MempoolLayout.NB_MEM_CHUNKS));
    line(text, "size", pool.size());
    line(text, "populated_size", Memory.getInt(mp + MempoolLayout.POPULATED_SIZE));
    line(text, "header_size", pool.headerSize());
    line(text, "elt_size", pool.eltSize());
    line(text, "trailer_size", pool.trailerSize());
    line(text, "total_obj_size", total);
    line(text, "private_data_size", pool.privateSize());
    line(text, "ops_index", Memory.getInt(mp + MempoolLayout.OPS_INDEX));
    text.append("\n  ops_name: <").append(pool.opsName()).append('>');
    long[] bytes = new long[1];
    pool.memIter((p, address, iova, length) -> bytes[0] += length);
    line(text, "avg bytes/object", String.format("%.6f", (double) bytes[0] / pool.size()));
    text.append("\n  internal cache infos:");
    text.append("\n    cache_size=").append(pool.cacheSize());
    int cached = 0;
    for (int lcore = 0; pool.cacheSize() != 0 && lcore < Lcore.MAX; lcore++) {
      int count = pool.cacheCount(lcore);
      text.append("\n    cache_count[").append(lcore).append("]=").append(count);
      cached += count;
    }
    if (pool.cacheSize() != 0) {
      text.append("\n    total_cache_count=").append(cached);
    }
    line(text, "common_pool_count", Math.min(pool.commonCount(), pool.size() - cached));
    text.append("\n  no statistics available\n");
    return text.toString();
  }

  private static void line(StringBuilder text, String name, Object value) {
    text.append("\n  ").append(name).append('=').append(value);
  }
}
