package io.sluice.memzone;

import io.sluice.config.UndoLog;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which process has each object of the pools: a word for each object, in memzones of Sluice's own,
 * with the generation of the process that took it last. When a process dies, what is its own and
 * lies in no ring and no pool is what it had in hand, in its caches or between two of them.
 *
 * <p>Invariant: whoever has an object in hand, or in a cache of its own, is its owner in the table.
 * So the word is written by whoever takes an object, after it has claimed it and before its former
 * place may be used again; and it is not touched by giving the object away: an object that lies in
 * a ring or in a pool is there, whatever its word says.
 *
 * <p>Threads: any number may stamp at once, each what it has claimed. Plain stores: the publication
 * of the claim orders them.
 */
public final class ObjectOwners {
  static final String ZONE = "SLUICE_owners";

  private static final String TABLE_PREFIX = "SLUICE_own_";

  /** Where nothing lies: of length 0. */
  private static final Range NOWHERE = new Range(0, 0, 0, 0);

  private final SharedMemory memory;
  private final long address;
  private int generation;
  private volatile Known known = new Known(-1, new Range[0]);

  /**
   * A chunk of objects that are at least {@code 1 << shift} bytes apart.
   *
   * @param start address of the chunk
   * @param length bytes
   * @param table address of the owners' words
   * @param shift an object's index in the table is its distance from start, shifted right by so
   *     much
   */
  public record Range(long start, long length, long table, int shift) {
    boolean contains(long object) {
      return Long.compareUnsigned(object - start, length) < 0;
    }

    long word(long object) {
      return table + (object - start >>> shift << 2);
    }
  }

  /** The ranges as they were at a version, and the one that was of use last. */
  private static final class Known {
    final int version;
    final Range[] ranges;

    /** All ranges lie from here on, in so many bytes: passes over what is no address quickly. */
    final long lowest;

    final long span;

    /** Racy on purpose: any of the ranges will do. */
    Range last = NOWHERE;

    Known(int version, Range[] ranges) {
      this.version = version;
      this.ranges = ranges;
      long low = ranges.length == 0 ? 0 : Long.MAX_VALUE;
      long high = 0;
      for (Range range : ranges) {
        low = Math.min(low, range.start);
        high = Math.max(high, range.start + range.length);
      }
      this.lowest = low;
      this.span = high - low;
    }

    Range find(long object) {
      if (Long.compareUnsigned(object - lowest, span) >= 0) {
        return NOWHERE;
      }
      for (Range range : ranges) {
        if (range.contains(object)) {
          last = range;
          return range;
        }
      }
      return NOWHERE;
    }
  }

  ObjectOwners(SharedMemory memory, long address) {
    this.memory = memory;
    this.address = address;
  }

  /** The process that stamps from now on. */
  void setGeneration(int generation) {
    this.generation = generation;
  }

  private long range(int index) {
    return address
        + ObjectOwnersLayout.FIRST_RANGE
        + (long) index * ObjectOwnersLayout.RANGE_SIZEOF;
  }

  /**
   * Makes the table for a chunk of objects, which nobody owns before {@link #add}.
   *
   * @param parts what the chunk is a part of
   * @param distance bytes from one object to the next, at the least
   */
  public static Range prepare(Construction parts, long start, long length, int distance) {
    int shift = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(distance);
    MemZone table =
        parts.reserve(
            TABLE_PREFIX + Long.toHexString(start),
            ((length >>> shift) + 1) * Integer.BYTES,
            MemZone.SOCKET_ID_ANY,
            0);
    Memory.fill(table.address(), table.length(), (byte) 0);
    return new Range(start, length, table.address(), shift);
  }

  /**
   * Has the objects of a chunk owned from now on; {@link #changed} says so to everybody.
   *
   * @param log of the tailqs' lock
   * @throws SluiceException ENOSPC if there are too many chunks already
   */
  public void add(UndoLog log, Range added) {
    for (int i = 0; i < ObjectOwnersLayout.MAX_RANGES; i++) {
      long range = range(i);
      if (Memory.getLong(range + ObjectOwnersLayout.LENGTH) == 0) {
        // Nobody looks at these while the length is 0.
        Memory.putLong(range + ObjectOwnersLayout.START, added.start);
        Memory.putLong(range + ObjectOwnersLayout.TABLE, added.table);
        Memory.putInt(range + ObjectOwnersLayout.SHIFT, added.shift);
        Memory.storeFence();
        log.putLong(range + ObjectOwnersLayout.LENGTH, added.length);
        return;
      }
    }
    throw new SluiceException(
        Errno.ENOSPC,
        ObjectOwnersLayout.MAX_RANGES
            + " chunks of pools are protected already; free a pool, or make this one with"
            + " Protection.OFF");
  }

  /**
   * Ends what {@link #add} began; {@link #changed} says so to everybody, ahead of the freeing.
   *
   * @param log of the tailqs' lock
   * @param parts what the chunk was a part of, which gets the table
   */
  public void remove(UndoLog log, Construction parts, long start) {
    for (int i = 0; i < ObjectOwnersLayout.MAX_RANGES; i++) {
      long range = range(i);
      if (Memory.getLong(range + ObjectOwnersLayout.START) == start
          && Memory.getLong(range + ObjectOwnersLayout.LENGTH) != 0) {
        log.putLong(range + ObjectOwnersLayout.LENGTH, 0);
        parts.take(log, MemZone.lookup(memory, TABLE_PREFIX + Long.toHexString(start)));
        return;
      }
    }
  }

  /**
   * Has every process look at the ranges anew. Called while the tailqs' lock is held still, and
   * after a dead process's changes to the ranges were undone, before the memory that they spoke of
   * is freed. Never undone itself, so that no version means two things.
   */
  public void changed() {
    Memory.getAndAddInt(address + ObjectOwnersLayout.VERSION, 1);
  }

  /**
   * The ranges as they are now. Looked at for every burst, since memory of a pool that was freed
   * may be anything; whoever holds an object keeps its pool from being freed.
   */
  private Known known() {
    Known now = known;
    return now.version == Memory.getIntAcquire(address + ObjectOwnersLayout.VERSION) ? now : load();
  }

  private synchronized Known load() {
    int version = Memory.getIntVolatile(address + ObjectOwnersLayout.VERSION);
    List<Range> found = new ArrayList<>();
    for (int i = 0; i < ObjectOwnersLayout.MAX_RANGES; i++) {
      long length = Memory.getLongAcquire(range(i) + ObjectOwnersLayout.LENGTH);
      if (length != 0) {
        found.add(
            new Range(
                Memory.getLong(range(i) + ObjectOwnersLayout.START),
                length,
                Memory.getLong(range(i) + ObjectOwnersLayout.TABLE),
                Memory.getInt(range(i) + ObjectOwnersLayout.SHIFT)));
      }
    }
    known = new Known(version, found.toArray(Range[]::new));
    return known;
  }

  /** Makes this process the owner of objects in an array; other numbers are passed over. */
  public void take(long[] objects, int offset, int n) {
    stamp(objects, offset, n, generation);
  }

  /**
   * Makes nobody the owner of objects in an array, which this process has and puts where who takes
   * them is not their owner at once.
   */
  public void leave(long[] objects, int offset, int n) {
    stamp(objects, offset, n, 0);
  }

  private void stamp(long[] objects, int offset, int n, int owner) {
    Known now = known();
    int end = offset + n;
    int done = stampRun(objects, offset, end, now.last, owner);
    while (done < end) {
      Range range = now.find(objects[done]);
      done = range == NOWHERE ? done + 1 : stampRun(objects, done, end, range, owner);
    }
  }

  /**
   * Stamps objects as long as they lie in that range: most bursts are of one pool, and a loop in
   * which nothing but the object changes takes half the time.
   */
  private int stampRun(long[] objects, int begin, int end, Range range, int owner) {
    long start = range.start;
    long length = range.length;
    long table = range.table;
    int shift = range.shift;
    for (int i = begin; i < end; i++) {
      long distance = objects[i] - start;
      if (Long.compareUnsigned(distance, length) >= 0) {
        return i;
      }
      Memory.putInt(table + (distance >>> shift << 2), owner);
    }
    return end;
  }

  /** As {@link #take(long[], int, int)}, of objects in a table in memory. */
  public void take(long table, int n) {
    for (int i = 0; i < n; i++) {
      take(Memory.getLong(table + ((long) i << 3)));
    }
  }

  /** As {@link #leave(long[], int, int)}, of objects in a table in memory. */
  public void leave(long table, int n) {
    for (int i = 0; i < n; i++) {
      leave(Memory.getLong(table + ((long) i << 3)));
    }
  }

  /** As {@link #take(long[], int, int)}, of one object. */
  public void take(long object) {
    stamp(object, generation);
  }

  /** As {@link #leave(long[], int, int)}, of one object. */
  public void leave(long object) {
    stamp(object, 0);
  }

  /** Makes that process the owner of an object that nobody else can get at. */
  public void stamp(long object, int owner) {
    Known now = known();
    Range range = now.last.contains(object) ? now.last : now.find(object);
    if (range != NOWHERE) {
      Memory.putInt(range.word(object), owner);
    }
  }

  /**
   * Says that objects whose owner is dead were left where they are, since a process of stock DPDK
   * may have them, or that none are. While this process is the one that recovers.
   */
  public void setLeft(boolean left) {
    Memory.putIntVolatile(address + ObjectOwnersLayout.LEFT, left ? 1 : 0);
  }

  /** Whether objects whose owner is dead were left. */
  public boolean hasLeft() {
    return Memory.getIntVolatile(address + ObjectOwnersLayout.LEFT) != 0;
  }

  /** Whether something is an object that has an owner. */
  public boolean covers(long object) {
    return known().find(object) != NOWHERE;
  }

  /** The generation of the process that took an object last; 0 if nobody did, or if it is none. */
  public int ownerOf(long object) {
    Range range = known().find(object);
    return range == NOWHERE ? 0 : Memory.getIntVolatile(range.word(object));
  }

  /** Makes nobody the owner of an object, if it was this process's. */
  public void giveUp(long object) {
    giveUp(generation, object);
  }

  /** Makes nobody the owner of an object, if it was that process's. */
  public void giveUp(int owner, long object) {
    Range range = known().find(object);
    if (range != NOWHERE) {
      Memory.compareAndSetInt(range.word(object), owner, 0);
    }
  }

  /** Makes this process the owner in place of another; false if that one is not, or no more. */
  public boolean takeFrom(int owner, long object) {
    Range range = known().find(object);
    return range != NOWHERE && Memory.compareAndSetInt(range.word(object), owner, generation);
  }
}
