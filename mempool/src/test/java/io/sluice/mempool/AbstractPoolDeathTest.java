package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Ring;
import io.sluice.testing.Await;
import io.sluice.testing.EachStore;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A secondary dies ahead of each store of an operation in turn, while this process goes on with the
 * same pool: afterwards every mbuf is in the pool exactly once, and as it should be there.
 */
@Tag("deaths")
abstract class AbstractPoolDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final List<String> FLAGS =
      List.of("-Dsluice.faults=true", "-XX:TieredStopAtLevel=1");
  private static final int SIZE = 63;
  private static final int CACHE = 8;
  private static final int ROOM = 256;
  private static final int KILLED = 128 + 9;

  /** Between taking five objects off a backend, or room for them, and having done with them. */
  private static final int HALFWAY = 6;

  private String prefix;
  private SharedMemory memory;
  private Mempool pool;
  private Ring ring;

  /** The backend's name. */
  abstract String ops();

  @BeforeEach
  void create() {
    prefix = UniquePrefix.next();
    memory = TestMemory.primary(prefix);
    pool = PktmbufPool.create(memory, PoolVictim.POOL, SIZE, CACHE, 0, ROOM, -1, ops());
    ring = Ring.create(memory, PoolVictim.RING, 16, -1, 0);
  }

  @AfterEach
  void close() {
    memory.close();
  }

  /** Gets and frees a few mbufs over and over, as long as it is open. */
  private final class Neighbour implements AutoCloseable {
    private final AtomicBoolean stop = new AtomicBoolean();
    private final Thread thread = new Thread(this::run, "neighbour");

    Neighbour() {
      thread.start();
    }

    private void run() {
      long[] mbufs = new long[PoolVictim.COUNT];
      while (!stop.get()) {
        int got = Mbuf.allocBulk(pool, mbufs, 0, mbufs.length);
        for (int i = 0; i < got; i++) {
          Mbuf.append(mbufs[i], 32);
        }
        Mbuf.freeBulk(mbufs, 0, got);
        Thread.yield();
      }
    }

    @Override
    public void close() {
      stop.set(true);
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Of a packet here, of three segments, and a clone of it: one to send, one to keep. */
  private long sendChainAndClone() {
    long head = Mbuf.alloc(pool);
    assertTrue(Mbuf.chain(head, Mbuf.alloc(pool)) && Mbuf.chain(head, Mbuf.alloc(pool)));
    long kept = Mbuf.alloc(pool);
    long clone = MbufAttach.clone(kept, pool);
    assertEquals(3, ring.enqueueBulk(new long[] {head, clone, Mbuf.alloc(pool)}, 0, 3));
    return kept;
  }

  private void awaitRecovery() {
    Await.until("the dead to be recovered from", LIMIT, () -> memory.processTable().allAlive());
  }

  private void freeAllInRing() {
    long[] mbufs = new long[16];
    Mbuf.freeBulk(mbufs, 0, ring.dequeueBurst(mbufs, 0, mbufs.length));
  }

  /** Every mbuf is in the pool once, and as a pool's mbufs are. */
  private void assertWhole() {
    assertEquals(SIZE, pool.availCount(), pool::dump);
    long[] all = new long[SIZE];
    assertEquals(SIZE, pool.getBulk(0, all, 0, SIZE), pool::dump);
    assertEquals(SIZE, Arrays.stream(all).distinct().count());
    for (long mbuf : all) {
      assertEquals(
          "refcnt=1 next=0 segs=1 direct=true buffer=" + (mbuf + MbufLayout.SIZEOF),
          "refcnt="
              + Mbuf.refcnt(mbuf)
              + " next="
              + Mbuf.next(mbuf)
              + " segs="
              + Mbuf.nbSegs(mbuf)
              + " direct="
              + Mbuf.isDirect(mbuf)
              + " buffer="
              + Mbuf.bufAddr(mbuf));
    }
    pool.putBulk(0, all, 0, SIZE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "get",
        "getUncached",
        "put",
        "putUncached",
        "alloc",
        "free",
        "chain",
        "freeChain",
        "clone",
        "freeClone",
        "freeCloneLast",
        "freeCloneOfChain",
        "enqueue",
        "dequeueAndFree"
      })
  @SuppressWarnings("try") // the neighbour only has to be there
  void shouldGetBackEverythingFromAProcessThatDiedAtAnyStore(String operation) {
    boolean completed = false;
    for (int nth = 1; !completed; nth++) {
      long kept = sendChainAndClone();
      try (JavaProcess victim = JavaProcess.start(PoolVictim.class, FLAGS, prefix)) {
        victim.awaitLine("ready", LIMIT);
        try (Neighbour neighbour = new Neighbour()) {
          victim.send(operation + " " + nth);
          completed = victim.awaitExitOrLine("done", LIMIT);
          victim.kill();
          awaitRecovery();
        }
      }
      freeAllInRing();
      Mbuf.free(kept);
      assertWhole();
    }
  }

  /** Gets every mbuf there is, and makes as many as there are mbufs for refer to others. */
  private List<Long> holdAllAndClones() {
    List<Long> held = new ArrayList<>();
    for (long mbuf = Mbuf.alloc(pool); mbuf != 0; mbuf = Mbuf.alloc(pool)) {
      held.add(mbuf);
      long clone = MbufAttach.clone(mbuf, pool);
      if (clone != 0) {
        held.add(clone);
      }
    }
    return held;
  }

  @ParameterizedTest
  @ValueSource(strings = {"dequeueAndFree", "cloneReceived"})
  void shouldCountReferencesRightThoughOthersChangeThemBeforeTheRecovery(String operation) {
    boolean[] completed = {false};
    for (int nth = 1; !completed[0]; nth++) {
      long kept = sendChainAndClone();
      List<Long> held = new ArrayList<>();
      try (JavaProcess victim = JavaProcess.start(PoolVictim.class, FLAGS, prefix)) {
        victim.awaitLine("ready", LIMIT);
        String line = operation + " " + nth;
        // Nobody recovers from anything meanwhile, but what this thread itself meets.
        memory
            .processTable()
            .recover(
                () -> {
                  victim.send(line);
                  completed[0] = victim.awaitExitOrLine("done", LIMIT);
                  victim.kill();
                  Mbuf.free(kept);
                  return held.addAll(holdAllAndClones());
                });
        awaitRecovery();
      }
      held.forEach(Mbuf::free);
      freeAllInRing();
      assertWhole();
    }
  }

  private static JavaProcess startVictim(String prefix, int lcore) {
    JavaProcess victim = JavaProcess.start(PoolVictim.class, FLAGS, prefix, "" + lcore);
    victim.awaitLine("ready", LIMIT);
    return victim;
  }

  @Test
  void shouldBearTwoDeathsAtOnceAndAReaperThatDiesAtAnyStore() {
    bearTwoDeaths("getUncached " + HALFWAY, "putUncached " + HALFWAY);
  }

  /**
   * Two die, each ahead of a store of its operation, and are recovered from by one that dies ahead
   * of each of its stores in turn.
   *
   * @param first an operation of the victim and the number of the store
   */
  final void bearTwoDeaths(String first, String second) {
    String own = UniquePrefix.next();
    String[] arguments = {own, "" + SIZE, "" + CACHE, "" + ROOM, ops()};
    try (JavaProcess keeper = JavaProcess.start(PoolKeeper.class, FLAGS, arguments)) {
      keeper.awaitLine("ready", LIMIT);
      boolean completed = false;
      for (int nth = EachStore.first(); !completed; nth += EachStore.STEP) {
        try (JavaProcess one = startVictim(own, PoolVictim.LCORE);
            JavaProcess other = startVictim(own, PoolVictim.LCORE + 1);
            JavaProcess reaper = startVictim(own, PoolVictim.LCORE + 2)) {
          reaper.send("reap " + nth);
          reaper.awaitLine("reaping", LIMIT);
          // Nobody recovers until both are dead, and then only the one that dies at it.
          keeper.signal("STOP");
          reaper.signal("STOP");
          one.send(first);
          assertEquals(KILLED, one.awaitExit(LIMIT));
          other.send(second);
          assertEquals(KILLED, other.awaitExit(LIMIT));
          // Told first: once it goes on, it may die at any time.
          reaper.send("go on");
          reaper.signal("CONT");
          completed = reaper.awaitExitOrLine("all alive", LIMIT);
        }
        keeper.signal("CONT");
        keeper.send("count");
        keeper.awaitLine("got " + SIZE + " different " + SIZE, LIMIT);
      }
    }
  }

  @Test
  void shouldLeaveNothingInTheCacheOfAProcessThatEndsInOrder() {
    try (JavaProcess leaving = JavaProcess.start(PoolVictim.class, FLAGS, prefix)) {
      leaving.awaitLine("ready", LIMIT);
      leaving.send("free 10000");
      leaving.awaitLine("done", LIMIT);
      assertTrue(pool.cacheCount(PoolVictim.LCORE) > 0);
      leaving.send("");
      assertEquals(0, leaving.awaitExit(LIMIT));
    }
    assertEquals(0, pool.cacheCount(PoolVictim.LCORE));
    assertWhole();
  }
}
