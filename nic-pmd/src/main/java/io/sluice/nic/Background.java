package io.sluice.nic;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for what the thread of the mp channel must not do itself: whatever may wait, for a
 * message to that thread above all.
 */
public final class Background {
  private static final long LIMIT_SECONDS = 5;

  private Background() {}

  /** One daemon thread, which starts with its first work; work that comes after its end is lost. */
  public static ScheduledExecutorService worker(String name) {
    return new ScheduledThreadPoolExecutor(
        1,
        work -> {
          Thread thread = new Thread(work, name);
          thread.setDaemon(true);
          return thread;
        },
        new ThreadPoolExecutor.DiscardPolicy());
  }

  /** Ends one: what is under way ends first, five seconds at the most, and nothing else begins. */
  public static void end(ExecutorService worker) {
    worker.shutdown();
    try {
      worker.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
