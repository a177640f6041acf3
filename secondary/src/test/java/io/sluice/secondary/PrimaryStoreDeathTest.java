package io.sluice.secondary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PoolCensus;
import io.sluice.platform.Memory;
import io.sluice.primary.Forwarding;
import io.sluice.ring.Ring;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Primaries die one after the other while they adopt, open the ports, take the forwarding up, and
 * forward; each goes on from what the last one left. A worker and this process, a secondary that
 * sends and looks on, live through all of it.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("deaths")
class PrimaryStoreDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final List<String> FAULTS =
      List.of("-Dsluice.faults=true", "-XX:TieredStopAtLevel=1");
  private static final int AHEAD = 2;
  private static final int FRAMES = 400;
  private static final int ENOUGH = 200;
  private static final int LENGTH = 64;

  /** From one death at the start to the next; those while it forwards are closer. */
  private static final int STEP = Integer.getInteger("sluice.deaths.step", 61);

  private static final int MAKING_DEATHS = 12;
  private static final int MOST_STORES = 30_000;
  private static final int FORWARDING_DEATHS = 8;

  /** What the forwarder can hold: of each port a burst received and two to be sent, and a burst. */
  private static final int IN_HAND = 2 * 3 * 32 + 32;

  private final String prefix = UniquePrefix.next();
  private final Deque<JavaProcess> waiting = new ArrayDeque<>();
  private JavaProcess worker;
  private Secondary secondary;

  @AfterEach
  void killAll() {
    waiting.forEach(JavaProcess::close);
    if (secondary != null) {
      secondary.close();
    }
    if (worker != null) {
      worker.close();
    }
  }

  /** The next ones start while one works. */
  private JavaProcess next(String line) {
    while (waiting.size() <= AHEAD) {
      waiting.add(JavaProcess.start(ForwardingPrimary.class, FAULTS, prefix));
    }
    JavaProcess primary = waiting.remove();
    primary.awaitLine("^waits", LIMIT);
    primary.send(line);
    return primary;
  }

  private static long word(int number, int at) {
    return at == 0 ? number : number * 0x9e3779b97f4a7c15L + at;
  }

  /** Sends those that are not under way, into a ring where no primary sends just now. */
  private void send(BitSet present) {
    Mempool pool = Mempool.lookup(secondary.memory(), "packets");
    Ring ring = Ring.lookup(secondary.memory(), "ETH_RXTX0_net_ring0");
    for (int number = present.nextClearBit(0);
        number < FRAMES;
        number = present.nextClearBit(number + 1)) {
      long mbuf = Mbuf.alloc(pool);
      long data = Mbuf.append(mbuf, LENGTH);
      for (int at = 0; at < LENGTH; at += 8) {
        Memory.putLong(data + at, word(number, at));
      }
      assertTrue(ring.enqueue(mbuf));
    }
  }

  /** Every frame that lies in a ring, once and with what it was sent with. */
  private BitSet present() {
    BitSet seen = new BitSet();
    Ring.walk(
        secondary.memory(),
        ring -> {
          if (!ring.name().startsWith("MP_")) {
            ring.forEach(
                mbuf -> {
                  long data = Mbuf.mtod(mbuf);
                  int number = (int) Memory.getLong(data);
                  for (int at = 0; at < LENGTH; at += 8) {
                    assertEquals(word(number, at), Memory.getLong(data + at));
                  }
                  assertFalse(seen.get(number), () -> number + " is there twice");
                  seen.set(number);
                });
          }
        });
    return seen;
  }

  private PoolCensus census() {
    return PoolCensus.take(secondary.memory()).get(0);
  }

  /** All that the dead one had in hand is in the pool, all else where it was. */
  private BitSet check(int before, String death) {
    Await.until("the dead to be buried", LIMIT, () -> secondary.memory().processTable().allAlive());
    Await.until(
        "the worker to have passed on what it had",
        LIMIT,
        () -> census().held() == 0,
        () -> death + ": " + census());
    BitSet present = present();
    assertEquals(
        new PoolCensus(
            "packets",
            ForwardingPrimary.MBUFS,
            ForwardingPrimary.MBUFS - present.cardinality(),
            0,
            present.cardinality(),
            0,
            0,
            0),
        census(),
        death);
    assertTrue(before - present.cardinality() <= IN_HAND, () -> death + ": of " + before);
    if (present.cardinality() < ENOUGH) {
      send(present);
      present.set(0, FRAMES);
    }
    return present;
  }

  private void awaitTraffic() {
    Forwarding forwarding = Forwarding.lookup(secondary.memory());
    long before = forwarding.ports().get(0).txPackets();
    Await.until(
        "packets to go round",
        LIMIT,
        () -> forwarding.ports().get(0).txPackets() > before + 2 * FRAMES,
        () -> forwarding.ports() + " " + forwarding.processes());
  }

  private void attach() {
    String[] options = {"--file-prefix", prefix, "--proc-type", "secondary", "--no-huge"};
    secondary = Secondary.attach(EalOptions.parse(options));
  }

  private void startWorker() {
    worker =
        JavaProcess.start(
            SecondaryMain.class, Worker.class.getName(), "--file-prefix", prefix, "--no-huge");
    worker.awaitLine("ready", LIMIT);
  }

  /** Of those that make ports, pool and forwarding, each store is one of some ten thousand. */
  @Test
  void shouldMakeWithAnotherWhatAPrimaryDiesAtMaking() {
    JavaProcess first = next("memory");
    first.awaitLine("^ready", LIMIT);
    attach();
    first.close();
    for (int i = 0; i < MAKING_DEATHS; i++) {
      int nth = (int) Math.pow(MOST_STORES, ThreadLocalRandom.current().nextDouble());
      try (JavaProcess primary = next(nth + " 0")) {
        primary.awaitExitOrLine("^ready", LIMIT);
      }
      String death = "death " + nth;
      Await.until(
          "the dead to be buried", LIMIT, () -> secondary.memory().processTable().allAlive());
      assertEquals(List.of(), secondary.memory().heap(-1).audit(), death);
    }
    try (JavaProcess last = next("0 0")) {
      last.awaitLine("^ready", LIMIT);
      startWorker();
    }
    check(0, "the last one's death");
    try (JavaProcess last = next("0 0")) {
      last.awaitLine("^ready", LIMIT);
      awaitTraffic();
    }
    check(FRAMES, "death under traffic");
  }

  @Test
  void shouldGoOnWithAnotherWhereverAPrimaryDies() {
    JavaProcess first = next("0 0");
    first.awaitLine("^ready", LIMIT);
    attach();
    startWorker();
    first.close();
    send(new BitSet());
    int present = FRAMES;
    boolean lived = false;
    int died = 0;
    int nth = 1 + ThreadLocalRandom.current().nextInt(STEP);
    for (; !lived; nth += STEP) {
      try (JavaProcess primary = next(nth + " 0")) {
        lived = primary.awaitExitOrLine("^ready", LIMIT);
        if (lived) {
          awaitTraffic();
        }
      }
      present = check(present, "death " + nth + " at the start").cardinality();
      died++;
    }
    assertTrue(died > 10, "died " + died + " times");
    for (int i = 0; i < FORWARDING_DEATHS; i++) {
      int mth = 1 + ThreadLocalRandom.current().nextInt(2000);
      try (JavaProcess primary = next("0 " + mth)) {
        primary.awaitExit(LIMIT);
      }
      present = check(present, "death " + mth + " while it forwards").cardinality();
    }
    try (JavaProcess last = next("0 0")) {
      last.awaitLine("^ready", LIMIT);
      awaitTraffic();
    }
    check(present, "the last one's death");
  }
}
