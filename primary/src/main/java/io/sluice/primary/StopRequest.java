package io.sluice.primary;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Whether this process was asked to end, by SIGINT, SIGTERM or {@link #request}. The JVM waits for
 * {@link #close} before it ends, so that a polling loop can drain and everything can be given back.
 */
public final class StopRequest implements AutoCloseable {
  private static final long LIMIT_SECONDS = 20;

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = new Thread(this::askAndWait, "stop-request");
  private volatile boolean requested;

  /** Listens from now on. */
  public StopRequest() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void askAndWait() {
    requested = true;
    try {
      done.await(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether to end; one volatile read, for once per burst. */
  public boolean isRequested() {
    return requested;
  }

  /** Asks to end, as a signal would. */
  public void request() {
    requested = true;
  }

  /** Says that everything was given back: the JVM may end. */
  @Override
  public void close() {
    done.countDown();
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The JVM is ending already, and the hook finds the latch open.
        return;
      }
    }
  }
}
