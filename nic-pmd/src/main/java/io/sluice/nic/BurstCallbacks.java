package io.sluice.nic;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;

/**
 * The callbacks of one direction's queues, in order. Of this process. A burst reads its queue's
 * array once, with acquire; whoever changes it, under this object's lock, puts a new one with
 * release: a burst runs all of the old or all of the new.
 */
final class BurstCallbacks<C> {
  private final AtomicReferenceArray<C[]> queues;
  private final C[] none;

  BurstCallbacks(IntFunction<C[]> arrays) {
    none = arrays.apply(0);
    queues = new AtomicReferenceArray<>(EthQueueLayout.QUEUES);
    for (int queue = 0; queue < EthQueueLayout.QUEUES; queue++) {
      queues.setRelease(queue, none);
    }
  }

  C[] of(int queue) {
    return queues.getAcquire(queue);
  }

  synchronized void add(int queue, C callback, boolean first) {
    C[] old = queues.getAcquire(queue);
    C[] changed = Arrays.copyOf(old, old.length + 1);
    if (first) {
      System.arraycopy(old, 0, changed, 1, old.length);
    }
    changed[first ? 0 : old.length] = callback;
    queues.setRelease(queue, changed);
  }

  /** Removes the first of that identity; whether it was there. */
  synchronized boolean remove(int queue, C callback) {
    C[] old = queues.getAcquire(queue);
    for (int i = 0; i < old.length; i++) {
      if (old[i] == callback) {
        C[] changed = Arrays.copyOf(old, old.length - 1);
        System.arraycopy(old, i + 1, changed, i, changed.length - i);
        queues.setRelease(queue, changed.length == 0 ? none : changed);
        return true;
      }
    }
    return false;
  }
}
