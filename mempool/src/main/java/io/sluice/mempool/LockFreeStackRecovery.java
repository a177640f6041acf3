package io.sluice.mempool;

import io.sluice.config.Journal;
import io.sluice.memzone.ObjectOwners;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;

/**
 * Finds the nodes that a dead process had taken off a protected pool's stack ({@link
 * LockFreeStackBackend}) and put on no list yet, and with them the objects that were on their way.
 *
 * <p>Both lists are frozen: from then on nobody takes nodes, and those who have some put them back.
 * When no thread that lives has a note of this stack any more, each node is on the used list, on
 * the free list, or was a dead process's. The entries of these are objects that nobody has got at
 * but dead processes: they become the dead one's own, to be given back as anything that it held.
 * Then all nodes that are not used are linked into the free list anew, and the lists thawed.
 *
 * <p>Until the free list's head is stored nothing is on it that was not, and the entries are noted
 * as the dead one's by then; so if who recovers dies at any store, the next one finds the lists
 * frozen and does the same again. Only whoever recovers freezes and thaws, one process at a time.
 *
 * <p>A process that is stopped between its two swaps is not robbed: after {@link #PATIENCE_NANOS}
 * the lists are thawed, and the reaper comes again.
 */
final class LockFreeStackRecovery {
  private static final long PATIENCE_NANOS = 2_000_000;
  private static final long LOW = 0xffff_ffffL;

  private final long stack;
  private final long used;
  private final long free;
  private final int nodes;
  private final int dead;
  private final Journal journal;
  private final ObjectOwners owners;

  LockFreeStackRecovery(SharedMemory memory, long stack, int dead) {
    this.stack = stack;
    this.used = stack + LockFreeStackLayout.USED;
    this.free = stack + LockFreeStackLayout.FREE;
    this.nodes = Memory.getInt(stack + LockFreeStackLayout.NODES);
    this.dead = dead;
    this.journal = memory.journal();
    this.owners = memory.owners();
  }

  /** Does it if need be; false if a process that lives is at work on the stack for too long. */
  boolean isDone() {
    if (!isFrozen(used) && !isFrozen(free) && !journal.isAtStack(dead, stack)) {
      return true;
    }
    setFrozen(free, true);
    setFrozen(used, true);
    boolean alone = awaitAlone();
    if (alone) {
      putRight();
    }
    setFrozen(used, false);
    setFrozen(free, false);
    return alone;
  }

  private static boolean isFrozen(long list) {
    return (int) Memory.getLongVolatile(list) < 0;
  }

  /** With a tag of its own, so that whoever is about to take nodes fails. */
  private static void setFrozen(long list, boolean frozen) {
    while (isFrozen(list) != frozen) {
      long head = Memory.getLongVolatile(list);
      long changed = head + (1L << 32) ^ LockFreeStackLayout.FROZEN & LOW;
      Memory.compareAndSetLong(list, head, changed);
    }
  }

  private boolean awaitAlone() {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    boolean alone = !journal.isAnyAliveAtStack(stack);
    while (!alone && System.nanoTime() - deadline < 0) {
      Thread.yield();
      alone = !journal.isAnyAliveAtStack(stack);
    }
    return alone;
  }

  private void putRight() {
    boolean[] isUsed = new boolean[nodes];
    int count = 0;
    for (int link = (int) Memory.getLongVolatile(used) & ~LockFreeStackLayout.FROZEN;
        link != 0;
        link = Memory.getInt(node(link - 1) + LockFreeStackLayout.NODE_NEXT)) {
      isUsed[link - 1] = true;
      count++;
    }
    for (int i = 0; i < nodes; i++) {
      long entry = Memory.getLong(node(i) + LockFreeStackLayout.NODE_ENTRY);
      if (!isUsed[i] && entry != 0) {
        owners.stamp(entry, dead);
      }
    }
    Memory.storeFence();
    int first = 0;
    for (int i = nodes - 1; i >= 0; i--) {
      if (!isUsed[i]) {
        Memory.putLong(node(i) + LockFreeStackLayout.NODE_ENTRY, 0);
        Memory.putInt(node(i) + LockFreeStackLayout.NODE_NEXT, first);
        first = i + 1;
      }
    }
    Memory.putIntVolatile(stack + LockFreeStackLayout.COUNT, count);
    // The tag goes on as with any change of the list.
    long tag = (Memory.getLongVolatile(free) >>> 32) + 1;
    Memory.putLongVolatile(free, tag << 32 | (first | LockFreeStackLayout.FROZEN) & LOW);
  }

  private long node(int index) {
    return LockFreeStackBackend.node(stack, index);
  }
}
