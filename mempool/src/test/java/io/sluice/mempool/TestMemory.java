package io.sluice.mempool;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.LcoreThread;
import io.sluice.testing.UniquePrefix;
import java.util.concurrent.atomic.AtomicReference;

/** A primary's memory on plain files, and a way to be an lcore for a while. */
final class TestMemory {
  private TestMemory() {}

  static SharedMemory primary(String prefix) {
    return SharedMemory.create(
        EalOptions.parse("--file-prefix", prefix, "-m", "32", "--no-pci", "--no-huge"));
  }

  static SharedMemory primary() {
    return primary(UniquePrefix.next());
  }

  static SharedMemory secondary(String prefix, int lcore) {
    return SharedMemory.attach(
        EalOptions.parse(
            "--proc-type",
            "secondary",
            "--file-prefix",
            prefix,
            "--no-huge",
            "--lcores",
            lcore + "@0"));
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
