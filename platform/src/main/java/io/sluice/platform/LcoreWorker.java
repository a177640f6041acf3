package io.sluice.platform;

import java.util.BitSet;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.IntSupplier;
import net.openhft.affinity.Affinity;

/**
 * One lcore: its thread, and the function that it was given. Its fields are guarded by its monitor,
 * which also makes what a launcher did before the launch visible to the function, and what the
 * function did visible to whoever waited for it.
 */
final class LcoreWorker {
  private static final long JOIN_MILLIS = 2_000;

  private final int lcore;
  private final BitSet cpus = new BitSet();
  private LcoreThread thread;
  private IntSupplier function;
  private int result;
  private Throwable failure;
  private boolean stopping;

  LcoreWorker(int lcore, Set<Integer> cpus) {
    this.lcore = lcore;
    cpus.forEach(this.cpus::set);
  }

  synchronized LcoreState state() {
    return function == null ? LcoreState.WAIT : LcoreState.RUNNING;
  }

  synchronized void requireWaiting() {
    if (function != null) {
      throw new SluiceException(
          Errno.EBUSY, "lcore " + lcore + " still runs a function; wait for it first");
    }
    if (stopping) {
      throw new SluiceException(Errno.ECANCELED, "lcore " + lcore + " was closed");
    }
  }

  synchronized void launch(IntSupplier next) {
    requireWaiting();
    function = next;
    failure = null;
    result = 0;
    start();
    notifyAll();
  }

  /** Starts the thread, if there is none; that it cannot be pinned is for the launch to say. */
  synchronized void start() {
    if (thread == null && !stopping) {
      thread = new LcoreThread(lcore, "lcore-" + lcore, this::run);
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void run() {
    try {
      Affinity.setAffinity(cpus);
    } catch (RuntimeException | LinkageError e) {
      endUnpinned(e);
      return;
    }
    for (IntSupplier next = take(); next != null; next = take()) {
      execute(next);
    }
  }

  /** The launch fails, and the next one tries again with another thread. */
  private synchronized void endUnpinned(Throwable cause) {
    thread = null;
    finish(
        0,
        new SluiceException(Errno.EINVAL, "lcore " + lcore + " cannot run on CPUs " + cpus, cause));
  }

  private synchronized IntSupplier take() {
    while (function == null && !stopping) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Only stop() interrupts, and the loop's condition sees it.
        continue;
      }
    }
    return stopping && function == null ? null : function;
  }

  private void execute(IntSupplier next) {
    try {
      finish(next.getAsInt(), null);
    } catch (InternalError e) {
      // Memory is gone (see Memory), and to close in order would touch it again: whoever has the
      // process ended by such a failure must hear of it first.
      Thread self = Thread.currentThread();
      self.getUncaughtExceptionHandler().uncaughtException(self, e);
      finish(0, e);
    } catch (Throwable e) {
      finish(0, e);
    }
  }

  private synchronized void finish(int value, Throwable thrown) {
    result = value;
    failure = thrown;
    function = null;
    notifyAll();
  }

  synchronized int await() {
    if (isCurrentThread()) {
      throw new SluiceException(Errno.EINVAL, "lcore " + lcore + " would wait for itself for ever");
    }
    boolean interrupted = false;
    while (function != null) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw new CompletionException("lcore " + lcore + ": " + failure.getMessage(), failure);
    }
    return result;
  }

  boolean isCurrentThread() {
    return Thread.currentThread() == thread;
  }

  synchronized boolean isRunning() {
    return thread != null && thread.isAlive() && !isCurrentThread();
  }

  synchronized void stop() {
    stopping = true;
    if (thread != null) {
      thread.interrupt();
    }
    notifyAll();
  }

  void join() {
    LcoreThread running;
    synchronized (this) {
      running = thread;
    }
    if (running == null || running == Thread.currentThread()) {
      return;
    }
    try {
      running.join(JOIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
