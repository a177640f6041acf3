package io.sluice.primary;

import java.util.concurrent.locks.LockSupport;

/**
 * Looks now and then which workers are dead, on a thread of its own, since asking the kernel
 * allocates and takes system calls. The forwarding thread reads {@link #suspects}, one volatile
 * read, and asks again before it acts. Must be closed before the memory is.
 */
final class Reaper implements AutoCloseable {
  private static final long PERIOD_NANOS = 100_000_000;

  private final Forwarding forwarding;
  private final Thread thread = new Thread(this::watch, "reaper");
  private volatile int suspects;
  private volatile boolean closed;

  Reaper(Forwarding forwarding) {
    this.forwarding = forwarding;
    thread.setDaemon(true);
    thread.start();
  }

  private void watch() {
    while (!closed) {
      int dead = 0;
      for (int worker = 0; worker < forwarding.workers(); worker++) {
        if (forwarding.isDead(worker)) {
          dead |= 1 << worker;
        }
      }
      suspects = dead;
      LockSupport.parkNanos(PERIOD_NANOS);
    }
  }

  /** A bit for each worker that was dead when last looked at. */
  int suspects() {
    return suspects;
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
