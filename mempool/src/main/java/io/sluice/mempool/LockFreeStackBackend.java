package io.sluice.mempool;

import io.sluice.config.Journal;
import io.sluice.memzone.ObjectOwners;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.ring.Ring;
import java.util.function.LongConsumer;

/**
 * A pool's objects on a lock-free stack ({@link LockFreeStackLayout}). A push takes nodes off the
 * free list in one swap, fills them, and puts them on the used list in another; a pop the other way
 * round. Whoever dies between the two swaps keeps its nodes, and holds nobody up.
 *
 * <p>Memory order: a swap is a full barrier, so that entries and links written before it are there
 * for whoever takes the nodes with the next. Links of nodes that another took meanwhile may be read
 * stale; the swap that follows then fails on the tag.
 *
 * <p>On a protected pool {@link LockFreeStackRecovery} finds again what a dead process had between
 * the two swaps. For that, the thread's journal slot names the stack from ahead of the first swap
 * to behind the last store; a node that is on no list has an entry if, and only if, that is an
 * object which is on its way; and what lies on the stack is nobody's, since who takes it becomes
 * its owner a moment later only.
 */
final class LockFreeStackBackend extends Backend {
  private static final long LOW = 0xffff_ffffL;
  private static final int LINK = ~LockFreeStackLayout.FROZEN;
  private static final int SPINS_BEFORE_YIELD = 0xff;

  private final long stack;

  /** These three are null for a pool that is not protected. */
  private final SharedMemory protecting;

  private final ObjectOwners owners;
  private final Journal journal;

  /** The stack; {@code protecting} is null for a pool that is not protected. */
  LockFreeStackBackend(long stack, SharedMemory protecting) {
    this.stack = stack;
    this.protecting = protecting;
    this.owners = protecting == null ? null : protecting.owners();
    this.journal = protecting == null ? null : protecting.journal();
  }

  static long memsize(int nodes) {
    return LockFreeStackLayout.NODE + (long) nodes * LockFreeStackLayout.NODE_SIZEOF;
  }

  static void init(long stack, int nodes) {
    Memory.putInt(stack + LockFreeStackLayout.NODES, nodes);
    Memory.putInt(stack + LockFreeStackLayout.COUNT, 0);
    for (int i = 0; i < nodes; i++) {
      Memory.putInt(node(stack, i) + LockFreeStackLayout.NODE_NEXT, i + 1 < nodes ? i + 2 : 0);
    }
    Memory.putLong(stack + LockFreeStackLayout.USED, 0);
    Memory.putLong(stack + LockFreeStackLayout.FREE, 1);
    Memory.putLongRelease(stack + LockFreeStackLayout.MAGIC, LockFreeStackLayout.MAGIC_VALUE);
  }

  static long node(long stack, int index) {
    return stack + LockFreeStackLayout.NODE + (long) index * LockFreeStackLayout.NODE_SIZEOF;
  }

  /** The node of a link, which counts from 1. */
  private long linked(int link) {
    return node(stack, link - 1);
  }

  private int next(int link) {
    return Memory.getIntAcquire(linked(link) + LockFreeStackLayout.NODE_NEXT);
  }

  private void begin() {
    if (journal != null) {
      Journal.intendStack(journal.slot(), stack);
    }
  }

  private void end() {
    if (journal != null) {
      Journal.endStack(journal.slot());
    }
  }

  /**
   * Takes n nodes off a list: the first and last link as {@code last << 32 | first}, 0 if too few.
   * Ends with {@link #end}.
   */
  private long take(long list, int n) {
    begin();
    int nodes = Memory.getInt(stack + LockFreeStackLayout.NODES);
    while (true) {
      long head = Memory.getLongAcquire(list);
      if ((int) head < 0) {
        awaitThaw(list);
        continue;
      }
      int first = (int) head;
      int last = first;
      int rest = first;
      int found = 0;
      while (found < n && rest > 0 && rest <= nodes) {
        last = rest;
        rest = next(rest);
        found++;
      }
      if (found == n) {
        long tag = (head >>> 32) + 1;
        if (Memory.compareAndSetLong(list, head, tag << 32 | rest & LOW)) {
          return (long) last << 32 | first & LOW;
        }
      } else if (Memory.getLongAcquire(list) == head) {
        end();
        return 0;
      }
      Thread.onSpinWait();
    }
  }

  /** Without a note meanwhile: who has frozen the list waits for those that have one. */
  private void awaitThaw(long list) {
    end();
    for (int spins = 1; (int) Memory.getLongAcquire(list) < 0; spins++) {
      if ((spins & SPINS_BEFORE_YIELD) == 0) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    }
    begin();
  }

  private void give(long list, long run) {
    int first = (int) run;
    long last = linked((int) (run >>> 32));
    while (true) {
      long head = Memory.getLongAcquire(list);
      Memory.putInt(last + LockFreeStackLayout.NODE_NEXT, (int) head & LINK);
      long tag = (head >>> 32) + 1;
      int frozen = (int) head & LockFreeStackLayout.FROZEN;
      if (Memory.compareAndSetLong(list, head, tag << 32 | (first | frozen) & LOW)) {
        return;
      }
      Thread.onSpinWait();
    }
  }

  @Override
  boolean put(long[] objs, int offset, int n) {
    if (n == 0) {
      return true;
    }
    long run = take(stack + LockFreeStackLayout.FREE, n);
    if (run == 0) {
      return false;
    }
    int link = (int) run;
    for (int i = 0; i < n; i++) {
      Memory.putLong(linked(link) + LockFreeStackLayout.NODE_ENTRY, objs[offset + i]);
      link = next(link);
    }
    if (owners != null) {
      owners.leave(objs, offset, n);
    }
    return publish(run, n);
  }

  @Override
  boolean putFrom(long table, int n) {
    if (n == 0) {
      return true;
    }
    long run = take(stack + LockFreeStackLayout.FREE, n);
    if (run == 0) {
      return false;
    }
    int link = (int) run;
    for (int i = 0; i < n; i++) {
      Memory.putLong(linked(link) + LockFreeStackLayout.NODE_ENTRY, Memory.getLong(table + 8L * i));
      link = next(link);
    }
    if (owners != null) {
      owners.leave(table, n);
    }
    return publish(run, n);
  }

  private boolean publish(long run, int n) {
    give(stack + LockFreeStackLayout.USED, run);
    Memory.getAndAddInt(stack + LockFreeStackLayout.COUNT, n);
    end();
    return true;
  }

  @Override
  boolean get(long[] objs, int offset, int n) {
    if (n == 0) {
      return true;
    }
    long run = take(stack + LockFreeStackLayout.USED, n);
    if (run == 0) {
      return false;
    }
    int link = (int) run;
    for (int i = 0; i < n; i++) {
      objs[offset + i] = Memory.getLong(linked(link) + LockFreeStackLayout.NODE_ENTRY);
      link = next(link);
    }
    if (owners != null) {
      owners.take(objs, offset, n);
    }
    return retire(run, n);
  }

  @Override
  boolean getTo(long table, int n) {
    if (n == 0) {
      return true;
    }
    long run = take(stack + LockFreeStackLayout.USED, n);
    if (run == 0) {
      return false;
    }
    int link = (int) run;
    for (int i = 0; i < n; i++) {
      Memory.putLong(table + 8L * i, Memory.getLong(linked(link) + LockFreeStackLayout.NODE_ENTRY));
      link = next(link);
    }
    if (owners != null) {
      owners.take(table, n);
    }
    return retire(run, n);
  }

  private boolean retire(long run, int n) {
    if (owners != null) {
      forgetEntries((int) run, n);
    }
    Memory.getAndAddInt(stack + LockFreeStackLayout.COUNT, -n);
    give(stack + LockFreeStackLayout.FREE, run);
    end();
    return true;
  }

  private void forgetEntries(int first, int n) {
    int link = first;
    for (int i = 0; i < n; i++) {
      Memory.putLong(linked(link) + LockFreeStackLayout.NODE_ENTRY, 0);
      link = next(link);
    }
  }

  @Override
  boolean putOne(long obj) {
    long run = take(stack + LockFreeStackLayout.FREE, 1);
    if (run == 0) {
      return false;
    }
    Memory.putLong(linked((int) run) + LockFreeStackLayout.NODE_ENTRY, obj);
    if (owners != null) {
      owners.leave(obj);
    }
    return publish(run, 1);
  }

  @Override
  long getOne() {
    long run = take(stack + LockFreeStackLayout.USED, 1);
    if (run == 0) {
      return 0;
    }
    long obj = Memory.getLong(linked((int) run) + LockFreeStackLayout.NODE_ENTRY);
    if (owners != null) {
      owners.take(obj);
    }
    retire(run, 1);
    return obj;
  }

  /** Walks the list as it is; one that changes meanwhile is walked again from its head. */
  @Override
  void forEach(LongConsumer visitor) {
    int nodes = Memory.getInt(stack + LockFreeStackLayout.NODES);
    long used = stack + LockFreeStackLayout.USED;
    long head;
    do {
      head = Memory.getLongVolatile(used);
      int link = (int) head & LINK;
      for (int i = 0; i < nodes && link > 0 && link <= nodes; i++) {
        visitor.accept(Memory.getLongVolatile(linked(link) + LockFreeStackLayout.NODE_ENTRY));
        link = next(link);
      }
    } while (Memory.getLongVolatile(used) != head);
  }

  @Override
  int count() {
    return Math.max(0, Memory.getIntVolatile(stack + LockFreeStackLayout.COUNT));
  }

  @Override
  boolean recover(int dead) {
    return new LockFreeStackRecovery(protecting, stack, dead).isDone();
  }

  @Override
  MempoolOps ops() {
    return MempoolOps.LF_STACK;
  }

  @Override
  Ring ring() {
    return null;
  }
}
