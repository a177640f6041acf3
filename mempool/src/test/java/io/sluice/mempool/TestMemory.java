package io.sluice.mempool;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.LcoreThread;
import io.sluice.testing.UniquePrefix;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * A primary's memory, on plain files if nothing else is said, and a way to be an lcore for a while.
 */
final class TestMemory {
  private TestMemory() {}

  /** What plain files are asked for with, and hugepages without. */
  static final String NO_HUGE = "--no-huge";

  static SharedMemory primary(String prefix) {
    return primary(prefix, List.of(NO_HUGE));
  }

  static SharedMemory primary(String prefix, List<String> pages) {
    return SharedMemory.create(
        options(List.of("--file-prefix", prefix, "-m", "32", "--no-pci"), pages));
  }

  private static EalOptions options(List<String> options, List<String> pages) {
    return EalOptions.parse(Stream.concat(options.stream(), pages.stream()).toArray(String[]::new));
  }

  static SharedMemory primary() {
    return primary(UniquePrefix.next());
  }

  static SharedMemory secondary(String prefix, int lcore) {
    return secondary(prefix, lcore, List.of(NO_HUGE));
  }

  static SharedMemory secondary(String prefix, int lcore, List<String> pages) {
    return SharedMemory.attach(
        options(
            List.of("--proc-type", "secondary", "--file-prefix", prefix, "--lcores", lcore + "@0"),
            pages));
  }

  /** Runs on a thread that is this lcore. */
  static void asLcore(int lcore, Runnable task) {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    LcoreThread thread = new LcoreThread(lcore, "lcore " + lcore, task);
    thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    if (failure.get() != null) {
      throw new AssertionError("on lcore " + lcore, failure.get());
    }
  }
}
