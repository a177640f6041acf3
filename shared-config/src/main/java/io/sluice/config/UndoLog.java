package io.sluice.config;

import io.sluice.platform.Memory;

/**
 * Stores into what a lock guards, such that they can be undone: ahead of each, the address and what
 * was there go into the log of the lock's record in shared memory. Giving the lock back empties the
 * log, in one store, and that is when all of them become true. Whoever takes a dead process's lock
 * over puts back, from the last to the first, what its log has.
 *
 * <p>For the holder of the lock only. Memory order: a log entry is seen ahead of the store that it
 * is for; on x86-64 that costs nothing.
 */
public final class UndoLog {
  /** Stores that nobody will undo. */
  public static final UndoLog NONE = new UndoLog(0, 0);

  /** Words that are stored to again and again, as counters are, need to be in the log once. */
  private static final int LOOK_BACK = 4;

  private final long record;
  private final int capacity;

  UndoLog(long record, int capacity) {
    this.record = record;
    this.capacity = capacity;
  }

  private static long entry(long record, int index) {
    return record + LocksLayout.LOG + (long) index * LocksLayout.ENTRY_SIZEOF;
  }

  /** Stores a value where another may have to be put back. */
  public void putLong(long address, long value) {
    note(address);
    Memory.putLong(address, value);
  }

  /** As {@link #putLong}; the 8 bytes that the field lies in must be the same lock's. */
  public void putInt(long address, int value) {
    note(address & -Long.BYTES);
    Memory.putInt(address, value);
  }

  private void note(long word) {
    if (record == 0) {
      return;
    }
    int length = Memory.getInt(record + LocksLayout.LENGTH);
    for (int i = length - 1; i >= 0 && i >= length - LOOK_BACK; i--) {
      if (Memory.getLong(entry(record, i) + LocksLayout.ENTRY_ADDRESS) == word) {
        return;
      }
    }
    if (length == capacity) {
      throw new IllegalStateException("more than " + capacity + " stores under one lock");
    }
    Memory.putLong(entry(record, length) + LocksLayout.ENTRY_VALUE, Memory.getLong(word));
    Memory.putLong(entry(record, length) + LocksLayout.ENTRY_ADDRESS, word);
    Memory.putIntRelease(record + LocksLayout.LENGTH, length + 1);
    Memory.storeFence();
  }

  /** Makes all stores so far true; the lock stays taken. */
  public void commit() {
    if (record != 0 && Memory.getInt(record + LocksLayout.LENGTH) != 0) {
      Memory.putIntRelease(record + LocksLayout.LENGTH, 0);
      Memory.storeFence();
    }
  }

  /** Puts back what was there when the log was empty. May itself die and be done again. */
  public void undo() {
    int length = record == 0 ? 0 : Memory.getInt(record + LocksLayout.LENGTH);
    if (length == 0) {
      return;
    }
    Memory.putIntRelease(record + LocksLayout.UNDONE, 1);
    for (int i = length - 1; i >= 0; i--) {
      long entry = entry(record, i);
      Memory.putLongRelease(
          Memory.getLong(entry + LocksLayout.ENTRY_ADDRESS),
          Memory.getLong(entry + LocksLayout.ENTRY_VALUE));
    }
    commit();
  }
}
