package io.sluice.nic;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import java.util.Arrays;
import java.util.Objects;

/**
 * One direction's queues of a port as this process has them. A queue that is not this process's is
 * a {@link Waiting}, which a first burst replaces when the queue has become its own; from then on a
 * burst goes straight to the driver's queue.
 */
final class PortQueues {
  /** Opens a driver's queue in this process. */
  interface Opener {
    /** The queue, or null if its pool is gone. */
    BurstQueue open(int queue, long mempool, int descriptors);
  }

  private static final BurstQueue STOPPED = (pkts, offset, n) -> 0;

  private final QueueClaims claims;
  private final boolean primary;
  private final Opener opener;
  private final BurstQueue[] active = new BurstQueue[EthQueueLayout.QUEUES];
  private final BurstQueue[] opened = new BurstQueue[EthQueueLayout.QUEUES];

  /** Those that other processes had when this primary opened the port in place of a dead one. */
  private final boolean[] others = new boolean[EthQueueLayout.QUEUES];

  PortQueues(QueueClaims claims, boolean primary, Opener opener) {
    this.claims = claims;
    this.primary = primary;
    this.opener = opener;
    for (int queue = 0; queue < active.length; queue++) {
      active[queue] = new Waiting(queue);
    }
  }

  /** A queue that another process may have. */
  private final class Waiting implements BurstQueue {
    private final int queue;

    Waiting(int queue) {
      this.queue = queue;
    }

    @Override
    public int burst(long[] pkts, int offset, int n) {
      return adopt(queue) ? active[queue].burst(pkts, offset, n) : 0;
    }
  }

  /** What takes the bursts of a queue. */
  BurstQueue active(int queue) {
    return active[queue];
  }

  /** The driver's queue, if this process has opened it, or null. */
  BurstQueue opened(int queue) {
    return opened[queue];
  }

  /** The primary polls what is nobody's; a secondary only what was assigned to it. */
  private boolean adopt(int queue) {
    boolean mine = primary && opened[queue] != null ? claims.tryTake(queue) : claims.isMine(queue);
    return mine && claims.isReady(queue) && open(queue);
  }

  private boolean open(int queue) {
    if (opened[queue] == null) {
      opened[queue] = opener.open(queue, claims.mempool(queue), claims.descriptors(queue));
    }
    if (opened[queue] == null) {
      return false;
    }
    active[queue] = opened[queue];
    return true;
  }

  /** Stops or starts one queue, with no burst on it under way. */
  void setRunning(int queue, boolean running) {
    check(queue);
    if (!running) {
      active[queue] = STOPPED;
    } else if (active[queue] == STOPPED) {
      active[queue] = new Waiting(queue);
    }
  }

  private void check(int queue) {
    Objects.checkIndex(queue, active.length);
  }

  /** Makes a queue this process's; throws EBUSY if it is another's, EINVAL if it is not set up. */
  void claim(int queue) {
    check(queue);
    if (!claims.isReady(queue)) {
      // Looked at before taking too, lest the primary, about to set it up, find it taken.
      throw notReady(queue);
    }
    claims.take(queue);
    if (!claims.isReady(queue) || !open(queue)) {
      claims.release(queue);
      throw notReady(queue);
    }
  }

  private SluiceException notReady(int queue) {
    return new SluiceException(
        Errno.EINVAL,
        "port "
            + claims.port()
            + ": "
            + claims.side()
            + " queue "
            + queue
            + " is not set up yet by the primary");
  }

  /** Gives a queue back, with no burst on it under way. */
  void release(int queue) {
    check(queue);
    active[queue] = new Waiting(queue);
    if (!primary) {
      opened[queue] = null;
    }
    claims.release(queue);
  }

  /** Gives a queue to another process, with no burst on it under way in this one. */
  void assign(int queue, int pid) {
    check(queue);
    active[queue] = new Waiting(queue);
    claims.assign(queue, pid);
  }

  int holder(int queue) {
    check(queue);
    return claims.holder(queue);
  }

  /** Leaves the queues that other processes have to them, until {@link #settle}. */
  void leaveToOthers() {
    for (int queue = 0; queue < others.length; queue++) {
      others[queue] = claims.isOthers(queue);
    }
  }

  /** From now on what others have is in use, and cannot be set up. */
  void settle() {
    Arrays.fill(others, false);
  }

  private boolean isLeftToOthers(int queue) {
    return others[queue] && claims.isOthers(queue);
  }

  /** The primary opens a queue; throws EBUSY if another process has it and may be polling it. */
  void setUp(int queue, BurstQueue made, long mempool, int descriptors) {
    boolean left = isLeftToOthers(queue);
    if (!left) {
      claims.take(queue);
    }
    opened[queue] = made;
    claims.setReady(queue, mempool, descriptors);
    if (!left) {
      release(queue);
    }
  }

  /** Takes every queue, so that no other process can; throws EBUSY if one has one. */
  void takeAll() {
    for (int queue = 0; queue < active.length; queue++) {
      claims.take(queue);
    }
  }

  /** As {@link #takeAll}, but for those that are left to others. */
  void takeOwn() {
    for (int queue = 0; queue < active.length; queue++) {
      if (!isLeftToOthers(queue)) {
        claims.take(queue);
      }
    }
  }

  /** Another primary has opened the port anew: the queues are to be opened again when used. */
  void forget() {
    for (int queue = 0; queue < active.length; queue++) {
      opened[queue] = null;
      active[queue] = new Waiting(queue);
    }
  }

  void releaseAll() {
    for (int queue = 0; queue < active.length; queue++) {
      release(queue);
    }
  }

  /** Forgets how the queues were set up; they must be this process's. */
  void clear() {
    for (int queue = 0; queue < active.length; queue++) {
      claims.clearReady(queue);
      opened[queue] = null;
    }
  }
}
