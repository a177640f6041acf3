package io.sluice.mempool;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.testing.InTurn;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IJ_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** The lock-free stack behind pools, and the caches in front, as other threads see them. */
public final class PoolStress {
  private static final int NODES = 3;
  private static final long OBJECT = 7;

  private PoolStress() {}

  /** An empty stack of three nodes, and behind it a word that is 0. */
  @State
  public static class Stack {
    private static final long BYTES = LockFreeStackBackend.memsize(NODES);
    private static final InTurn<Long> PLACES =
        new InTurn<>(i -> Memory.allocate(BYTES + Long.BYTES));

    final long address = PLACES.next();
    final long word = address + BYTES;
    final LockFreeStackBackend stack = new LockFreeStackBackend(address, null);

    public Stack() {
      LockFreeStackBackend.init(address, NODES);
      Memory.putLong(word, 0);
    }
  }

  /** What was written ahead of a put is there for whoever gets the object. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "empty as yet")
  @Outcome(id = "7, 42", expect = Expect.ACCEPTABLE, desc = "the object, and what came before it")
  @Outcome(id = "7, 0", expect = Expect.FORBIDDEN, desc = "the object ahead of what came before it")
  @Outcome(id = ".*, .*", expect = Expect.FORBIDDEN, desc = "another object")
  public static class StackPublication {
    /** Puts. */
    @Actor
    public void put(Stack state) {
      Memory.putLong(state.word, 42);
      state.stack.putOne(OBJECT);
    }

    /** Gets. */
    @Actor
    public void get(Stack state, JJ_Result r) {
      r.r1 = state.stack.getOne();
      r.r2 = r.r1 == 0 ? 0 : Memory.getLong(state.word);
    }
  }

  /** One of two gets the one object that the first has put before. */
  @JCStressTest
  @Outcome(id = "7, 0", expect = Expect.ACCEPTABLE, desc = "the first")
  @Outcome(id = "0, 7", expect = Expect.ACCEPTABLE, desc = "the second")
  @Outcome(id = "7, 7", expect = Expect.FORBIDDEN, desc = "both")
  @Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "neither")
  @Outcome(id = ".*, .*", expect = Expect.FORBIDDEN, desc = "another object")
  public static class StackTwoTakers {
    /** Puts and gets. */
    @Actor
    public void first(Stack state, JJ_Result r) {
      state.stack.putOne(OBJECT);
      r.r1 = state.stack.getOne();
    }

    /** Gets. */
    @Actor
    public void second(Stack state, JJ_Result r) {
      r.r2 = state.stack.getOne();
    }
  }

  /** An empty cache of a pool's. */
  @State
  public static class Cache {
    private static final SharedMemory MEMORY = memory();
    private static final Mempool POOL =
        Mempool.create(MEMORY, "pool", MempoolConf.of(NODES, 64), address -> {}, null);
    private static final InTurn<Long> PLACES =
        new InTurn<>(i -> Memory.allocate(MempoolCacheLayout.SIZEOF));

    final Mempool pool = POOL;
    final long cache = PLACES.next();
    final long[] objects = {OBJECT};

    public Cache() {
      MempoolCache.init(cache, 8);
      Memory.putLong(cache + MempoolCacheLayout.OBJS, 0);
    }

    private static SharedMemory memory() {
      SharedMemory memory = TestMemory.primary();
      Runtime.getRuntime().addShutdownHook(new Thread(memory::close));
      return memory;
    }
  }

  /** What a cache has by its length is in it: others count it, and take it when its owner dies. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "empty as yet")
  @Outcome(id = "1, 7", expect = Expect.ACCEPTABLE, desc = "the object in its place")
  @Outcome(id = "1, 0", expect = Expect.FORBIDDEN, desc = "an object that is not there as yet")
  @Outcome(id = ".*, .*", expect = Expect.FORBIDDEN, desc = "another object or count")
  public static class CacheLength {
    /** Puts into its cache. */
    @Actor
    public void put(Cache state) {
      state.pool.putBulk(state.cache, state.objects, 0, 1);
    }

    /** Looks into another's. */
    @Actor
    public void look(Cache state, IJ_Result r) {
      r.r1 = Memory.getIntAcquire(state.cache + MempoolCacheLayout.LEN);
      r.r2 = r.r1 == 0 ? 0 : Memory.getLong(state.cache + MempoolCacheLayout.OBJS);
    }
  }
}
