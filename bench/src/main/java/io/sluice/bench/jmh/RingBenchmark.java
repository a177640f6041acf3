package io.sluice.bench.jmh;

import io.sluice.bench.rows.RingModes;
import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A bulk is enqueued and dequeued again. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RingBenchmark extends BulkBenchmark {
  /** How producers and consumers share it. */
  @Param({"sp_sc", "mp_mc", "rts", "hts"})
  public String mode;

  /** Against deaths. */
  @Param({"OFF", "CLAIMS"})
  public Protection protection;

  private Ring ring;

  @Override
  void create(SharedMemory memory) {
    ring = RingModes.create(memory, "jmh", mode, protection);
  }

  /** One turn. */
  @Benchmark
  public int enqueueAndDequeue() {
    ring.enqueueBulk(objs, 0, bulk);
    return ring.dequeueBulk(objs, 0, bulk);
  }
}
