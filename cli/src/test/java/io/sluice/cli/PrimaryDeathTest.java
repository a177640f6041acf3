package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PoolCensus;
import io.sluice.nic.EthDev;
import io.sluice.nic.EthDevs;
import io.sluice.platform.Memory;
import io.sluice.primary.Forwarding;
import io.sluice.ring.Ring;
import io.sluice.secondary.Secondary;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@code sluice primary} is killed while packets go round and round between its two ports and
 * through a worker; the next one goes on with all of them but those that it had in hand. This
 * process is a secondary that looks on.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("deaths")
class PrimaryDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int FRAMES = 500;
  private static final int LENGTH = 64;
  private static final int KILLS = 3;

  /** What the forwarder can hold: of each port a burst received and two to be sent, and a burst. */
  private static final int IN_HAND = 2 * 3 * 32 + 32;

  /** What the worker has in hand when it is told to end and nobody takes it. */
  private static final int WORKERS = 32;

  private final String prefix = UniquePrefix.next();
  private final List<JavaProcess> processes = new ArrayList<>();

  @AfterEach
  void killAll() {
    processes.forEach(JavaProcess::close);
  }

  private JavaProcess start(String words) {
    JavaProcess process =
        CliProcess.start((words.replace("PREFIX", "--file-prefix " + prefix)).split(" +"));
    processes.add(process);
    return process;
  }

  private JavaProcess primary(String pages) {
    return start(
        "primary PREFIX --no-pci "
            + pages
            + " --vdev net_ring0 --vdev net_ring1 -- --workers 2 --ring-size 128 --mbufs 2047");
  }

  private Secondary attach(String pages) {
    return Secondary.attach(
        EalOptions.parse(
            ("--proc-type secondary --no-pci --file-prefix " + prefix + pages).split(" +")));
  }

  private static long passed(Forwarding forwarding) {
    return forwarding.ports().stream().mapToLong(Forwarding.PortStats::txPackets).sum();
  }

  private static void awaitTraffic(Forwarding forwarding) {
    long before = passed(forwarding);
    Await.until(
        "packets to go round",
        LIMIT,
        () -> passed(forwarding) > before + 20 * FRAMES,
        () -> forwarding.ports() + " " + forwarding.processes());
  }

  private static long word(int number, int at) {
    return at == 0 ? number : number * 0x9e3779b97f4a7c15L + at;
  }

  /** Into the ring that port 0 receives from, in one go: nobody else sends there yet. */
  private static void inject(Secondary secondary, Mempool pool) {
    long[] frames = new long[FRAMES];
    assertTrue(Mbuf.allocBulk(pool, frames, 0, FRAMES) != 0);
    for (int number = 0; number < FRAMES; number++) {
      long data = Mbuf.append(frames[number], LENGTH);
      for (int at = 0; at < LENGTH; at += 8) {
        Memory.putLong(data + at, word(number, at));
      }
    }
    Ring ring = Ring.lookup(secondary.memory(), "ETH_RXTX0_net_ring0");
    assertEquals(FRAMES, ring.enqueueBulk(frames, 0, FRAMES));
  }

  /** Every frame that lies in a ring, once and with what it was sent with. */
  private static BitSet frames(Secondary secondary) {
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
                  assertTrue(!seen.get(number), () -> number + " is there twice");
                  seen.set(number);
                });
          }
        });
    return seen;
  }

  @Test
  void shouldForwardOnWhenThePrimaryIsKilledAgainAndAgain() {
    forwardOn(" --no-huge");
  }

  @Test
  @RequiresRoot
  @RequiresHugepages
  void shouldForwardOnOverHugepagesWhenThePrimaryIsKilled() {
    forwardOn("");
  }

  private void forwardOn(String pages) {
    JavaProcess primary = primary("-m 32" + pages);
    primary.awaitLine("primary: ready", LIMIT);
    JavaProcess worker = start("secondary worker PREFIX --lcores 3@0");
    worker.awaitLine("worker 0: ready", LIMIT);
    JavaProcess monitor = start("secondary monitor PREFIX -- 50");
    monitor.awaitLine("monitor: net_ring0", LIMIT);
    try (Secondary secondary = attach(pages)) {
      Forwarding forwarding = Forwarding.lookup(secondary.memory());
      Mempool pool = Mempool.lookup(secondary.memory(), "packets");
      EthDev port = secondary.ports().byName("net_ring1");
      inject(secondary, pool);
      awaitTraffic(forwarding);
      int generation = secondary.primaryGeneration();
      for (int kill = 0; kill < KILLS; kill++) {
        primary.kill();
        Await.until("the port to be closed", LIMIT, () -> !port.isOpen());
        long pid = primary.pid();
        primary = primary(pages);
        String line =
            "primary: adopted prefix " + prefix + " from pid " + pid + ", generation (\\d+), 3 sec";
        generation = Integer.parseInt(primary.awaitLine(line, LIMIT).group(1));
        primary.awaitLine("primary: ready", LIMIT);
        assertEquals(generation, secondary.primaryGeneration());
        worker.awaitLine("worker 0: goes on with primary generation " + generation, LIMIT);
        monitor.awaitLine("monitor: goes on with primary generation " + generation, LIMIT);
        awaitTraffic(forwarding);
        assertTrue(port.isOpen() && port.link().up());
      }
      primary.kill();
      monitor.signal("TERM");
      monitor.awaitExit(LIMIT);
      worker.signal("TERM");
      worker.awaitExit(LIMIT);
      Await.until("the dead to be buried", LIMIT, secondary.memory().processTable()::allAlive);
      BitSet frames = frames(secondary);
      int lost = FRAMES - frames.cardinality();
      assertTrue(lost <= (KILLS + 1) * IN_HAND + WORKERS, () -> lost + " are gone");
      assertEquals(
          List.of(
              new PoolCensus(
                  "packets", 2047, 2047 - frames.cardinality(), 0, frames.cardinality(), 0, 0, 0)),
          PoolCensus.take(secondary.memory()));
    }
    JavaProcess next = primary("-m 32" + pages);
    next.awaitLine("primary: ready", LIMIT);
    next.signal("TERM");
    next.awaitExit(LIMIT);
    assertTrue(
        next.stdout().contains("report pool leaked=0 undelivered=0"), next.stdout()::toString);
    assertTrue(next.stdout().stream().noneMatch(line -> line.contains("adopted")));
    assertEquals(List.of(), Leftovers.of(prefix));
  }

  @Test
  void shouldLeaveTheMemoryToOthersWhenTheNextPrimaryIsToldOtherwise() {
    JavaProcess primary = primary("-m 32 --no-huge");
    primary.awaitLine("primary: ready", LIMIT);
    try (Secondary secondary = attach(" --no-huge")) {
      EthDevs ports = secondary.ports();
      EthDev kept = ports.byName("net_ring0");
      EthDev gone = ports.byName("net_ring1");
      primary.kill();
      refused("primary PREFIX --no-pci --no-huge --vdev net_none0", "no driver of that name");
      refused(
          "primary PREFIX --no-pci --no-huge --vdev net_ring0 -- --workers 3 --mbufs 2047",
          "an earlier primary left places for 2 workers, not 3; start with --workers 2");
      refused(
          "primary PREFIX --no-pci --no-huge --vdev net_ring0 -- --ring-size 128 --mbufs 1000",
          "an earlier primary left a pool of 2047 mbufs, not 1000; start with --mbufs 2047");
      assertTrue(!kept.isOpen() && !gone.isOpen());
      JavaProcess next =
          start(
              "primary PREFIX --no-pci --no-huge --vdev net_ring0 --vdev net_null1,no-rx=1"
                  + " -- --ring-size 128 --mbufs 2047");
      next.awaitLine("primary: ready, .*, 2 ports", LIMIT);
      assertTrue(kept.isOpen() && !gone.isOpen());
      assertEquals(null, ports.byName("net_ring1"));
      assertEquals(null, Ring.lookup(secondary.memory(), "ETH_RXTX0_net_ring1"));
      assertEquals("net_null1", ports.get(1).name());
      assertEquals(
          List.of("net_ring0", "net_null1"),
          Forwarding.lookup(secondary.memory()).ports().stream()
              .map(Forwarding.PortStats::name)
              .toList());
    }
  }

  private void refused(String words, String line) {
    JavaProcess refused = start(words);
    refused.awaitLine(line, LIMIT);
    assertEquals(1, refused.awaitExit(LIMIT));
  }
}
