package io.sluice.memzone;

import io.sluice.config.ProcessTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/**
 * Looks for dead processes and has what they left put right, in a thread of its own in every
 * process that is attached. Each {@link Recovery} has to be done with a process before its slot in
 * the table, its lcore ids and its place in the journal are free for others. Answers other
 * processes that ask whether this one is outside of claims.
 */
final class Reaper implements AutoCloseable {
  /** With the time for the recovery itself, well within the detection time of 100 ms. */
  private static final long PERIOD_NANOS = 50_000_000;

  /** Whoever asks holds a ring up meanwhile. */
  private static final long ANSWER_MILLIS = 10;

  /** How long a process puts its end off for what can be put right only in a while. */
  private static final long LEAVE_NANOS = 100_000_000;

  private static final long LEAVE_POLL_NANOS = 1_000_000;

  /** On the stack of a thread that carries a virtual one, of whose own frames it shows nothing. */
  private static final String CARRIES = "jdk.internal.vm.Continuation";

  private final SharedMemory memory;
  private final Thread thread = new Thread(this::run, "sluice-reaper");
  private final Object loading = new Object();
  private List<Recovery> recoveries;
  private boolean closed;

  Reaper(SharedMemory memory) {
    this.memory = memory;
    memory.processTable().setRecoverer(this::recover);
    thread.setDaemon(true);
  }

  void start() {
    memory.processTable().beginClaims(this::isOutside);
    thread.start();
  }

  private synchronized void run() {
    long last = System.nanoTime() - PERIOD_NANOS;
    while (!closed) {
      memory.processTable().answer();
      if (System.nanoTime() - last >= PERIOD_NANOS) {
        last = System.nanoTime();
        memory.claimants().lookForStock();
        recoverFromTheDead();
      }
      try {
        wait(ANSWER_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /**
   * What fails here may succeed in another process; this one goes on, if only to answer.
   *
   * @return whether there is no more to be done here for now
   */
  private boolean recoverFromTheDead() {
    try {
      boolean all = memory.processTable().freeDead();
      recoverLeft();
      return all;
    } catch (RuntimeException e) {
      LoggerFactory.getLogger(Reaper.class).error("recovering from a dead process failed", e);
      return true;
    }
  }

  private void recoverLeft() {
    if (memory.owners().hasLeft() && !memory.hasStockProcess()) {
      memory
          .processTable()
          .recover(
              () -> {
                recoveries().forEach(recovery -> recovery.recoverLeft(memory));
                return true;
              });
    }
  }

  private boolean recover(ProcessTable.Entry dead) {
    for (Recovery recovery : recoveries()) {
      if (!recovery.recover(memory, dead)) {
        return false;
      }
    }
    memory.journal().free(dead.generation());
    return true;
  }

  /** Before this process gives its slot back. */
  void leave() {
    recoverAsTheLast();
    ProcessTable processes = memory.processTable();
    ProcessTable.Entry own = processes.find(processes.generation());
    // Those last that others need to work: pools use rings.
    List<Recovery> all = recoveries();
    for (int i = all.size() - 1; i >= 0; i--) {
      all.get(i).leave(memory, own);
    }
  }

  /** Who has died just now may leave nobody else of Sluice behind, but processes of stock DPDK. */
  private void recoverAsTheLast() {
    long end = System.nanoTime() + LEAVE_NANOS;
    while (!recoverFromTheDead() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(LEAVE_POLL_NANOS);
    }
  }

  /** Has recovered what this process holds, as others would after its death; whether it is done. */
  boolean bury() {
    memory.claimants().end();
    ProcessTable processes = memory.processTable();
    ProcessTable.Entry own = processes.find(processes.generation());
    return processes.recover(() -> recover(own));
  }

  /** Loaded when first needed: most processes never see another die. */
  private List<Recovery> recoveries() {
    synchronized (loading) {
      if (recoveries == null) {
        List<Recovery> found = new ArrayList<>();
        ServiceLoader.load(Recovery.class, Recovery.class.getClassLoader()).forEach(found::add);
        found.sort(Comparator.comparingInt(Recovery::order));
        recoveries = found;
      }
      return recoveries;
    }
  }

  /**
   * Whether no thread of this process is inside of a claim that has no note as yet. All threads are
   * at a safepoint when their stacks are taken, so that what they did before is done.
   */
  private boolean isOutside() {
    List<Recovery> all = recoveries();
    for (StackTraceElement[] stack : Thread.getAllStackTraces().values()) {
      for (StackTraceElement frame : stack) {
        if (frame.getClassName().equals(CARRIES)
            || all.stream().anyMatch(recovery -> recovery.isInsideClaim(frame))) {
          return false;
        }
      }
    }
    return true;
  }

  /** Ends the thread; waits for a recovery that it is at. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    memory.processTable().endClaims();
  }
}
