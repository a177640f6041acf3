package io.sluice.bench.jmh;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.primary.Primary;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** With a primary of its own, without hugepages, and the objects that a call passes. */
@State(Scope.Thread)
public abstract class BulkBenchmark {
  /** How many objects a call passes. */
  @Param({"1", "8", "32", "128"})
  public int bulk;

  long[] objs;
  Primary primary;

  /** Starts the primary, and makes what the benchmark is about. */
  @Setup(Level.Trial)
  public void start() {
    objs = new long[bulk];
    primary =
        Primary.start(
            EalOptions.parse(
                "--file-prefix",
                "jmh-" + ProcessHandle.current().pid(),
                "--no-huge",
                "-m",
                "64",
                "--no-pci"));
    create(primary.memory());
  }

  /** Makes the structure that is measured. */
  abstract void create(SharedMemory memory);

  /** Nothing of it is left. */
  @TearDown(Level.Trial)
  public void end() {
    primary.close();
  }
}
