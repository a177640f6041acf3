package io.sluice.ring;

import io.sluice.config.Locks;
import io.sluice.config.Tailq;
import io.sluice.config.TailqEntryLayout;
import io.sluice.memzone.Construction;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.function.LongConsumer;

/** Making, finding and freeing rings ({@code rte_ring.c}); everything but the data path. */
final class RingCreation {
  static final String TAILQ = "RTE_RING";
  private static final int CACHE_LINE = 64;
  private static final int ESIZE_UNIT = 4;

  /** {@code HTD_MAX_DEF}: an RTS head may run an eighth of the ring ahead. */
  private static final int HTD_MAX_DIVISOR = 8;

  private static final int PRODUCER_FLAGS = Ring.SP_ENQ | Ring.MP_RTS_ENQ | Ring.MP_HTS_ENQ;
  private static final int CONSUMER_FLAGS = Ring.SC_DEQ | Ring.MC_RTS_DEQ | Ring.MC_HTS_DEQ;
  private static final int KNOWN_FLAGS = PRODUCER_FLAGS | CONSUMER_FLAGS | Ring.EXACT_SZ;

  private RingCreation() {}

  static long memsize(String name, int esize, int count) {
    if (esize <= 0 || esize % ESIZE_UNIT != 0) {
      throw invalid(
          name, "esize=" + esize + ", an entry takes a multiple of " + ESIZE_UNIT + " bytes");
    }
    if (count <= 0 || Integer.bitCount(count) != 1) {
      throw invalid(
          name,
          "count="
              + Integer.toUnsignedString(count)
              + " is no power of two from 1 to 2^30; "
              + "use one, or EXACT_SZ for any other number");
    }
    long bytes = RingLayout.SIZEOF + (long) count * esize;
    return bytes + CACHE_LINE - 1 & -CACHE_LINE;
  }

  static int slots(String name, int count, int flags) {
    if ((flags & Ring.EXACT_SZ) == 0) {
      return count;
    }
    if (count <= 0 || count >= 1 << 30) {
      throw invalid(
          name, "count=" + Integer.toUnsignedString(count) + ", EXACT_SZ takes 1 to 2^30 - 1");
    }
    return Integer.highestOneBit(count) << 1;
  }

  private static SyncType producers(String name, int flags) {
    return switch (flags & PRODUCER_FLAGS) {
      case 0 -> SyncType.MT;
      case Ring.SP_ENQ -> SyncType.ST;
      case Ring.MP_RTS_ENQ -> SyncType.RTS;
      case Ring.MP_HTS_ENQ -> SyncType.HTS;
      default ->
          throw invalid(
              name,
              "flags=0x"
                  + Integer.toHexString(flags)
                  + " ask for several kinds of producer; give one of SP_ENQ, MP_RTS_ENQ, MP_HTS_ENQ");
    };
  }

  private static SyncType consumers(String name, int flags) {
    return switch (flags & CONSUMER_FLAGS) {
      case 0 -> SyncType.MT;
      case Ring.SC_DEQ -> SyncType.ST;
      case Ring.MC_RTS_DEQ -> SyncType.RTS;
      case Ring.MC_HTS_DEQ -> SyncType.HTS;
      default ->
          throw invalid(
              name,
              "flags=0x"
                  + Integer.toHexString(flags)
                  + " ask for several kinds of consumer; give one of SC_DEQ, MC_RTS_DEQ, MC_HTS_DEQ");
    };
  }

  static void init(long address, String name, int esize, int count, int flags) {
    checkName(name);
    checkFlags(name, flags);
    int size = slots(name, count, flags);
    memsize(name, esize, size);
    int capacity = (flags & Ring.EXACT_SZ) != 0 ? count : size - 1;
    SyncType prod = producers(name, flags);
    SyncType cons = consumers(name, flags);
    Memory.fill(address, RingLayout.SIZEOF, (byte) 0);
    Memory.putString(address + RingLayout.NAME, RingLayout.NAMESIZE, name);
    Memory.putInt(address + RingLayout.FLAGS, flags);
    Memory.putInt(address + RingLayout.SIZE, size);
    Memory.putInt(address + RingLayout.MASK, size - 1);
    Memory.putInt(address + RingLayout.CAPACITY, capacity);
    initSide(address + RingLayout.PROD, prod, capacity);
    initSide(address + RingLayout.CONS, cons, capacity);
  }

  private static void initSide(long side, SyncType sync, int capacity) {
    Memory.putInt(side + HeadTailLayout.SYNC_TYPE, sync.ordinal());
    if (sync == SyncType.RTS) {
      Memory.putInt(side + HeadTailLayout.RTS_HTD_MAX, capacity / HTD_MAX_DIVISOR);
    }
  }

  static long create(
      SharedMemory m,
      String name,
      int esize,
      int count,
      int socket,
      int flags,
      Protection protection) {
    try (Construction parts = new Construction(m)) {
      RingPart ring = RingPart.make(m, parts, name, esize, count, socket, flags, protection);
      return m.locks()
          .change(
              Locks.QLOCK,
              log -> {
                ring.list(log);
                parts.commit(log);
                return ring.address();
              });
    }
  }

  static long lookup(SharedMemory m, String name) {
    long[] found = new long[1];
    walk(
        m,
        ring -> {
          if (Memory.getString(ring + RingLayout.NAME, RingLayout.NAMESIZE).equals(name)) {
            found[0] = ring;
          }
        });
    return found[0];
  }

  static void walk(SharedMemory m, LongConsumer visitor) {
    m.locks().lock(Locks.QLOCK);
    walkLocked(m, visitor);
  }

  /** As {@link #walk}, if the lists' lock can be had in time; says whether it could. */
  static boolean walk(SharedMemory m, LongConsumer visitor, long nanos) {
    boolean locked = m.locks().lock(Locks.QLOCK, nanos);
    if (locked) {
      walkLocked(m, visitor);
    }
    return locked;
  }

  private static void walkLocked(SharedMemory m, LongConsumer visitor) {
    try {
      Tailq.iterate(
          m.tailq(TAILQ), entry -> visitor.accept(Memory.getLong(entry + TailqEntryLayout.DATA)));
    } finally {
      m.locks().unlock(Locks.QLOCK);
    }
  }

  static void free(SharedMemory m, long address) {
    try (Construction parts = new Construction(m)) {
      m.locks()
          .change(
              Locks.QLOCK,
              log -> {
                RingPart.unlist(m, log, parts, address);
                return null;
              });
    }
  }

  static void checkFlags(String name, int flags) {
    if ((flags & ~KNOWN_FLAGS) != 0) {
      throw invalid(
          name,
          "flags=0x"
              + Integer.toHexString(flags)
              + " has bits outside 0x"
              + Integer.toHexString(KNOWN_FLAGS));
    }
    producers(name, flags);
    consumers(name, flags);
  }

  static void checkName(String name) {
    checkName("ring", name, RingLayout.NAMESIZE - 1);
  }

  static void checkName(String kind, String name, int longest) {
    if (name.isEmpty() || name.length() > longest) {
      throw new SluiceException(
          Errno.ENAMETOOLONG,
          kind
              + " name '"
              + name
              + "' has "
              + name.length()
              + " characters, it takes 1 to "
              + longest);
    }
  }

  private static SluiceException invalid(String name, String what) {
    return new SluiceException(Errno.EINVAL, "ring '" + name + "': " + what);
  }
}
