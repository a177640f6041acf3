package io.sluice.memzone;

import io.sluice.config.Custody;
import io.sluice.config.ProcessTable;

/**
 * Puts right what a dead process has left under a lock, gives the lock back, and frees what was the
 * process's own: what it was making or taking apart. Whoever meets the lock does the first by
 * itself; this is for those that nobody meets.
 */
public final class LockRecovery implements Recovery {
  /** Whoever has a lock for longer may be stopped, or dead; then this comes back later. */
  private static final long UNDOING_NANOS = 10_000_000;

  /** For the service loader. */
  public LockRecovery() {
    // Nothing to keep.
  }

  @Override
  public int order() {
    return -1;
  }

  @Override
  public boolean recover(SharedMemory m, ProcessTable.Entry dead) {
    // What is undone may bring back what the process had in custody, and must have by now.
    if (!m.locks().recover(dead.generation(), m.heaps()::recover)
        || !m.locks().awaitGivenBack(UNDOING_NANOS)) {
      return false;
    }
    // Ranges of a pool that it was making were undone; nobody may write to their tables any more.
    m.owners().changed();
    free(m, dead.generation());
    return true;
  }

  /** What a process asked to be its own is freed too when it ends in order. */
  @Override
  public void leave(SharedMemory m, ProcessTable.Entry own) {
    free(m, own.generation());
  }

  private static void free(SharedMemory m, int generation) {
    m.custody().forEachZone(generation, index -> freeZone(m, index));
    m.custody().inherit(generation, place -> freeBlock(m, place));
  }

  private static void freeZone(SharedMemory m, int index) {
    MemZone zone = MemZone.at(m, index);
    if (zone != null) {
      MemZone.free(m, zone);
    }
  }

  private static void freeBlock(SharedMemory m, long place) {
    long block = Custody.block(place);
    if (block != 0) {
      m.heap(MemZone.SOCKET_ID_ANY).free(block, place);
    }
    Custody.give(place);
  }
}
