package io.sluice.mempool;

import io.sluice.memzone.SharedMemory;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * This process's handles by their pools' addresses, for {@link Mbuf#free}, which finds an address
 * in the mbuf. Readers take no lock: the table is replaced whole, and a stale one only misses what
 * was added just now, which its adder sees.
 */
final class MempoolRegistry {
  private static volatile Mempool[] table = new Mempool[16];

  /** Of these it is told when they are closed: another memory may come to the same addresses. */
  private static final Set<SharedMemory> WATCHED =
      Collections.newSetFromMap(new IdentityHashMap<>());

  private MempoolRegistry() {}

  /** Pools lie in memzones, at least a cache line apart. */
  private static int slot(long address, int length) {
    long line = address >>> 6;
    return (int) (line ^ line >>> 12) & length - 1;
  }

  static Mempool at(long address) {
    Mempool[] pools = table;
    int slot = slot(address, pools.length);
    while (true) {
      Mempool pool = pools[slot];
      if (pool == null || pool.address() == address) {
        return pool;
      }
      slot = slot + 1 & pools.length - 1;
    }
  }

  static synchronized void add(SharedMemory m, Mempool pool) {
    remove(pool.address());
    if (WATCHED.add(m)) {
      m.onClose(() -> removeAll(m));
    }
    int count = (int) Arrays.stream(table).filter(p -> p != null).count() + 1;
    int length = table.length;
    while (length < 4 * count) {
      length <<= 1;
    }
    Mempool[] larger = new Mempool[length];
    for (Mempool known : table) {
      if (known != null) {
        insert(larger, known);
      }
    }
    insert(larger, pool);
    table = larger;
  }

  private static synchronized void removeAll(SharedMemory m) {
    for (Mempool pool : table) {
      if (pool != null && m.memsegs().virt2memsegList(pool.address()) != 0) {
        remove(pool.address());
      }
    }
    WATCHED.remove(m);
  }

  static synchronized void remove(long address) {
    Mempool[] without = new Mempool[table.length];
    for (Mempool known : table) {
      if (known != null && known.address() != address) {
        insert(without, known);
      }
    }
    table = without;
  }

  private static void insert(Mempool[] pools, Mempool pool) {
    int slot = slot(pool.address(), pools.length);
    while (pools[slot] != null) {
      slot = slot + 1 & pools.length - 1;
    }
    pools[slot] = pool;
  }
}
