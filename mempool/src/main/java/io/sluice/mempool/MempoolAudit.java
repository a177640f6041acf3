package io.sluice.mempool;

import io.sluice.config.MemzoneLayout;
import io.sluice.platform.Lcore;
import io.sluice.platform.Memory;

/** Checks and dumps of a pool. */
final class MempoolAudit {
  private MempoolAudit() {}

  static void audit(Mempool pool) {
    int objects =
        pool.objIter(
            (p, obj, index) -> {
              if (Mempool.fromObj(obj) != p.address()) {
                throw new IllegalStateException(
                    "mempool "
                        + p.name()
                        + ": object "
                        + index
                        + " at 0x"
                        + Long.toHexString(obj)
                        + " names pool 0x"
                        + Long.toHexString(Mempool.fromObj(obj)));
              }
            });
    if (objects != pool.size()) {
      throw new IllegalStateException(
          "mempool " + pool.name() + ": size=" + pool.size() + ", but its list has " + objects);
    }
    for (int lcore = 0; pool.cacheSize() != 0 && lcore < Lcore.MAX; lcore++) {
      int len = pool.cacheCount(lcore);
      if (len < 0 || len > 2 * MempoolCacheLayout.MAX_SIZE) {
        throw new IllegalStateException(
            "mempool " + pool.name() + ": the cache of lcore " + lcore + " has len=" + len);
      }
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
