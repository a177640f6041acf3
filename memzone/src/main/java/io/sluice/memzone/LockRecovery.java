package io.sluice.memzone;

import io.sluice.config.Custody;
import io.sluice.config.ProcessTable;

/**
 * Puts right what a dead process has left under a lock, gives the lock back, and frees what was the
 * process's own: what it was making or taking apart. Whoever meets the lock does the first by
 * itself; this is for those that nobody meets.
 */
public final class LockRecovery implements Recovery {
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
    if (!m.locks().recover(dead.generation(), m.heaps()::recover)) {
      return false;
    }
    m.custody()
        .forEachZone(
            dead.generation(),
            index -> {
              MemZone zone = MemZone.at(m, index);
              if (zone != null) {
                MemZone.free(m, zone);
              }
            });
    m.custody().inherit(dead.generation(), place -> free(m, place));
    return true;
  }

  private static void free(SharedMemory m, long place) {
    long block = Custody.block(place);
    if (block != 0) {
      m.heap(MemZone.SOCKET_ID_ANY).free(block, place);
    }
    Custody.give(place);
  }
}
