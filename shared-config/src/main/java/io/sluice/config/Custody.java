package io.sluice.config;

import io.sluice.platform.Memory;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;

/**
 * Blocks of the heap and memzones that belong to one process: what it is making or taking apart,
 * and what it asked to be its own. When it dies they are freed. In the memzone of {@link Locks}.
 *
 * <p>A place for a block is taken ahead of the block itself, which is noted there by a store
 * through the log of the very lock under which the block is taken from the heap, given back to it,
 * or becomes a part of something: so that it is always in exactly one place.
 */
public final class Custody {
  private final Locks locks;

  public Custody(Locks locks) {
    this.locks = locks;
  }

  private long place(int index) {
    return locks.address() + LocksLayout.BLOCKS + (long) index * LocksLayout.BLOCK_SIZEOF;
  }

  /**
   * Takes a place for a block for this process.
   *
   * @return its address; 0 before there are any
   * @throws IllegalStateException if all are taken
   */
  public long take() {
    if (locks.address() == 0) {
      return 0;
    }
    for (int i = 0; i < LocksLayout.MAX_BLOCKS; i++) {
      if (Memory.getLongVolatile(place(i) + LocksLayout.BLOCK_OWNER) == 0
          && Memory.compareAndSetLong(place(i) + LocksLayout.BLOCK_OWNER, 0, locks.generation())) {
        return place(i);
      }
    }
    throw new IllegalStateException(
        LocksLayout.MAX_BLOCKS + " blocks are in processes' custody already");
  }

  /** Notes a block in a place; 0 for none any more. */
  public static void set(UndoLog log, long place, long block) {
    if (place != 0) {
      log.putLong(place + LocksLayout.BLOCK_ADDRESS, block);
    }
  }

  /** The block in a place, or 0. */
  public static long block(long place) {
    return place == 0 ? 0 : Memory.getLong(place + LocksLayout.BLOCK_ADDRESS);
  }

  /**
   * From now on a block may stay in its place for as long as neither it is freed nor its process is
   * dead: who frees one looks for its place.
   */
  public void keep() {
    if (locks.address() != 0) {
      Memory.putInt(locks.address() + LocksLayout.KEPT, 1);
    }
  }

  /** The place of a block that some process keeps; the caller holds its heap's lock. 0 if none. */
  public long placeOf(long block) {
    if (locks.address() != 0 && Memory.getInt(locks.address() + LocksLayout.KEPT) != 0) {
      for (int i = 0; i < LocksLayout.MAX_BLOCKS; i++) {
        if (Memory.getLong(place(i) + LocksLayout.BLOCK_ADDRESS) == block) {
          return place(i);
        }
      }
    }
    return 0;
  }

  /** Gives a place back, whose block is in custody no more. */
  public static void give(long place) {
    if (place != 0) {
      Memory.putLong(place + LocksLayout.BLOCK_ADDRESS, 0);
      Memory.putLongRelease(place + LocksLayout.BLOCK_OWNER, 0);
    }
  }

  private long zoneOwner(int index) {
    return locks.address() + LocksLayout.ZONE_OWNERS + (long) index * Long.BYTES;
  }

  /** Makes a memzone this process's, or nobody's; the caller holds the zones' lock. */
  public void setZone(UndoLog log, int index, boolean own) {
    if (locks.address() != 0) {
      long owner = own ? locks.generation() : 0;
      if (Memory.getLong(zoneOwner(index)) != owner) {
        log.putLong(zoneOwner(index), owner);
      }
    }
  }

  /** Whether a memzone is in this process's custody; before there is any, all are. */
  public boolean hasZone(int index) {
    return locks.address() == 0 || Memory.getLongVolatile(zoneOwner(index)) == locks.generation();
  }

  /** Visits the memzones in a process's custody. */
  public void forEachZone(int generation, IntConsumer visitor) {
    for (int i = 0; i < LocksLayout.MAX_ZONES; i++) {
      if (Memory.getLongVolatile(zoneOwner(i)) == generation) {
        visitor.accept(i);
      }
    }
  }

  /**
   * Makes the blocks of a dead process this one's, and visits their places. If this one dies too,
   * they are found again as its own.
   */
  public void inherit(int generation, LongConsumer visitor) {
    for (int i = 0; i < LocksLayout.MAX_BLOCKS; i++) {
      long place = place(i);
      if (Memory.getLongVolatile(place + LocksLayout.BLOCK_OWNER) == generation
          && Memory.compareAndSetLong(
              place + LocksLayout.BLOCK_OWNER, generation, locks.generation())) {
        visitor.accept(place);
      }
    }
  }
}
