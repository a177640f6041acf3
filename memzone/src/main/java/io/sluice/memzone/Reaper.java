package io.sluice.memzone;

import io.sluice.config.ProcessTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Looks for dead processes and has what they left put right, in a thread of its own in every
 * process that is attached. Each {@link Recovery} has to be done with a process before its slot in
 * the table, its lcore ids and its place in the journal are free for others.
 */
final class Reaper implements AutoCloseable {
  /** With the time for the recovery itself, well within the detection time of 100 ms. */
  private static final long PERIOD_MILLIS = 50;

  private final SharedMemory memory;
  private final Thread thread = new Thread(this::run, "sluice-reaper");
  private List<Recovery> recoveries;
  private boolean closed;

  Reaper(SharedMemory memory) {
    this.memory = memory;
    memory.processTable().setRecoverer(this::recover);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private synchronized void run() {
    while (!closed) {
      memory.processTable().freeDead();
      recoverLeft();
      try {
        wait(PERIOD_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
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
    ProcessTable processes = memory.processTable();
    ProcessTable.Entry own = processes.find(processes.generation());
    recoveries().forEach(recovery -> recovery.leave(memory, own));
  }

  /** Has recovered what this process holds, as others would after its death; whether it is done. */
  boolean bury() {
    ProcessTable processes = memory.processTable();
    ProcessTable.Entry own = processes.find(processes.generation());
    return processes.recover(() -> recover(own));
  }

  /** Loaded when first needed: most processes never see another die. */
  private synchronized List<Recovery> recoveries() {
    if (recoveries == null) {
      List<Recovery> found = new ArrayList<>();
      ServiceLoader.load(Recovery.class, Recovery.class.getClassLoader()).forEach(found::add);
      found.sort(Comparator.comparingInt(Recovery::order));
      recoveries = found;
    }
    return recoveries;
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
  }
}
