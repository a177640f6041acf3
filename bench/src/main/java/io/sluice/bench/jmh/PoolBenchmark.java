package io.sluice.bench.jmh;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.MempoolConf;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Protection;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A bulk of objects, or of mbufs, is taken out of a pool and put back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PoolBenchmark extends BulkBenchmark {
  private static final int MBUFS = 8191;

  /** Objects in each thread's cache; 0 for none. */
  @Param({"256", "0"})
  public int cache;

  /** Against deaths. */
  @Param({"OFF", "ON"})
  public Protection protection;

  private Mempool pool;

  @Override
  void create(SharedMemory memory) {
    MempoolConf conf = MempoolConf.of(MBUFS, 0).withCacheSize(cache).withProtection(protection);
    pool = PktmbufPool.create(memory, "jmh", conf, 0, PktmbufPool.DEFAULT_BUF_SIZE);
  }

  /** The objects alone. */
  @Benchmark
  public int getAndPut() {
    int got = pool.getBulk(objs, 0, bulk);
    pool.putBulk(objs, 0, got);
    return got;
  }

  /** With what makes packets of them. */
  @Benchmark
  public int allocAndFree() {
    int got = Mbuf.allocBulk(pool, objs, 0, bulk);
    Mbuf.freeBulk(objs, 0, got);
    return got;
  }
}
