package io.sluice.bench.jmh;

import io.sluice.platform.Lcore;
import io.sluice.platform.LcoreThread;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gives JMH lcores to run benchmarks on ({@code jmh.executor.class}): other threads have no cache
 * in a pool. Their ids are the last ones, which no CPU has here.
 */
public final class LcoreExecutor extends ThreadPoolExecutor {
  /** Called by JMH with the number of its threads. */
  public LcoreExecutor(int threads, String prefix) {
    super(threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory(prefix));
  }

  private static ThreadFactory factory(String prefix) {
    AtomicInteger started = new AtomicInteger();
    return task -> {
      int lcore = Lcore.MAX - started.incrementAndGet();
      Thread thread = new LcoreThread(lcore, prefix + "-" + lcore, task);
      thread.setDaemon(true);
      return thread;
    };
  }
}
