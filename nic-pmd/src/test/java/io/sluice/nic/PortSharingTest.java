package io.sluice.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Ring;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queues of a port in several processes. */
class PortSharingTest {
  private static final int MBUFS = 511;
  private static final int PACKETS = 100_000;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path directory;

  private final String prefix = UniquePrefix.next();
  private SharedMemory memory;
  private Mempool pool;
  private EthDevs ports;

  @BeforeEach
  void createMemory() {
    memory = TestPorts.primary(prefix);
    pool = PktmbufPool.create(memory, "mbufs", MBUFS, 0, 0, 256, -1);
    ports = EthDevs.of(memory);
  }

  @AfterEach
  void closeMemory() {
    ports.close();
    assertEquals(MBUFS, pool.availCount(), "every mbuf is back");
    memory.close();
  }

  /** Does what its input says with a port: prefix, lcore, port. */
  static final class Sharer {
    public static void main(String[] arguments) {
      try (SharedMemory memory =
          SharedMemory.attach(
              EalOptions.parse(
                  "--proc-type",
                  "secondary",
                  "--file-prefix",
                  arguments[0],
                  "--no-huge",
                  "--lcores",
                  arguments[1] + "@0"))) {
        EthDevs ports = EthDevs.of(memory);
        System.out.println("ready");
        Scanner input = new Scanner(System.in);
        EthDev port = null;
        while (input.hasNext()) {
          String command = input.next();
          if (command.equals("quit")) {
            break;
          }
          int queue = input.nextInt();
          // One that is gone is used on, as by a thread that polls.
          EthDev found = ports.byName(arguments[2]);
          port = found == null ? port : found;
          try {
            System.out.println(command + " " + queue + " " + run(port, command, queue));
          } catch (SluiceException e) {
            System.out.println(command + " " + queue + " " + e.errno() + " " + e.getMessage());
          }
        }
        ports.close();
      }
    }

    private static String run(EthDev port, String command, int queue) {
      switch (command) {
        case "claim" -> {
          port.claimRxQueue(queue);
          port.claimTxQueue(queue);
        }
        case "release" -> {
          port.releaseRxQueue(queue);
          port.releaseTxQueue(queue);
        }
        case "burst" -> {
          long[] burst = new long[8];
          int received = port.rxBurst(queue, burst, 0, 8);
          return "received " + received + " sent " + port.txBurst(queue, burst, 0, received);
        }
        case "echo" -> {
          return echo(port, queue);
        }
        default -> throw new IllegalArgumentException(command);
      }
      return "done";
    }

    /** Sends packets back until all have come; each has its number, in order. */
    private static String echo(EthDev port, int queue) {
      long[] burst = new long[32];
      long next = 0;
      while (next < PACKETS) {
        int received = port.rxBurst(queue, burst, 0, 32);
        for (int i = 0; i < received; i++) {
          if (Memory.getLong(Mbuf.mtod(burst[i])) != next++) {
            return "out of order at " + next;
          }
        }
        int sent = 0;
        while (sent < received) {
          sent += port.txBurst(queue, burst, sent, received - sent);
        }
      }
      return "echoed " + next;
    }
  }

  private JavaProcess sharer(int lcore, String port) {
    JavaProcess child = JavaProcess.start(Sharer.class, prefix, Integer.toString(lcore), port);
    child.awaitLine("ready", LIMIT);
    return child;
  }

  private static SluiceException assertRefused(Errno errno, String line, Runnable call) {
    SluiceException error = assertThrows(SluiceException.class, call::run);
    assertEquals(errno, error.errno(), error.getMessage());
    assertTrue(error.getMessage().contains(line), error.getMessage());
    return error;
  }

  @Test
  void shouldPassEveryPacketThroughTheQueuesOfASecondary() {
    Ring to = Ring.create(memory, "to", 256, -1, Ring.SP_ENQ | Ring.SC_DEQ);
    Ring from = Ring.create(memory, "from", 256, -1, Ring.SP_ENQ | Ring.SC_DEQ);
    Ring spare = Ring.create(memory, "spare", 256, -1, 0);
    EthDev port = ports.fromRings("shared", List.of(spare, to), List.of(spare, from));
    port.configure(2, 2, EthConf.DEFAULT);
    for (int queue = 0; queue < 2; queue++) {
      port.rxQueueSetup(queue, 256, -1, RxConf.DEFAULT, pool);
      port.txQueueSetup(queue, 256, -1, TxConf.DEFAULT);
    }
    port.start();
    try (JavaProcess child = sharer(9, "net_ring_shared")) {
      port.assignRxQueue(1, (int) child.pid());
      port.assignTxQueue(1, (int) child.pid());
      assertEquals(child.pid(), port.rxQueueOwner(1));
      child.send("echo 1");
      exchange(to, from);
      child.awaitLine("echo 1 echoed " + PACKETS, LIMIT);
      assertEquals(0, port.rxBurst(1, new long[4], 0, 4), "the secondary's");
      assertEquals(new EthStats(PACKETS, PACKETS, 0, 0, 0, 0, 0, 0), port.stats());
      child.send("quit");
      assertEquals(0, child.awaitExit(LIMIT));
    }
    assertEquals(0, port.rxQueueOwner(1));
    ports.detach("net_ring_shared");
    List.of(to, from, spare).forEach(ring -> ring.free(memory));
  }

  private void exchange(Ring to, Ring from) {
    long[] burst = new long[32];
    long[] next = new long[2];
    Await.until(
        "every packet back",
        LIMIT,
        () -> {
          int made = (int) Math.min(32, PACKETS - next[0]);
          if (made != 0 && to.freeCount() >= made && Mbuf.allocBulk(pool, burst, 0, made) != 0) {
            for (int i = 0; i < made; i++) {
              Memory.putLong(Mbuf.append(burst[i], 60), next[0]++);
            }
            assertEquals(made, to.enqueueBulk(burst, 0, made));
          }
          int back = from.dequeueBurst(burst, 0, 32);
          for (int i = 0; i < back; i++) {
            assertEquals(next[1]++, Memory.getLong(Mbuf.mtod(burst[i])));
          }
          Mbuf.freeBulk(burst, 0, back);
          return next[1] == PACKETS;
        },
        () -> "sent " + next[0] + ", back " + next[1] + "\n" + to.dump() + from.dump());
  }

  @Test
  void shouldLetOneProcessOnlyPollAQueue() {
    EthDev port = TestPorts.start(ports, "net_null0", 3, pool);
    long[] burst = new long[8];
    assertEquals(8, port.rxBurst(0, burst, 0, 8));
    assertEquals(8, port.txBurst(0, burst, 0, 8));
    long own = ProcessHandle.current().pid();
    assertEquals(own, port.rxQueueOwner(0));
    try (JavaProcess first = sharer(9, "net_null0");
        JavaProcess second = sharer(10, "net_null0")) {
      first.send("burst 1");
      first.awaitLine("burst 1 received 0 sent 0", LIMIT);
      first.send("claim 0");
      first.awaitLine("claim 0 EBUSY .*receive queue 0 is polled by .* \\(pid " + own, LIMIT);
      first.send("claim 3");
      first.awaitLine("claim 3 EINVAL .*receive queue 3 is not set up", LIMIT);
      first.send("claim 1");
      first.awaitLine("claim 1 done", LIMIT);
      first.send("burst 1");
      first.awaitLine("burst 1 received 8 sent 8", LIMIT);
      second.send("claim 1");
      second.awaitLine("claim 1 EBUSY .* \\(pid " + first.pid() + "\\)", LIMIT);
      String holder = "pid " + first.pid();
      assertEquals(0, port.rxBurst(1, burst, 0, 8));
      assertRefused(Errno.EBUSY, holder, () -> port.claimTxQueue(1));
      assertRefused(Errno.EBUSY, holder, () -> port.assignRxQueue(1, (int) second.pid()));
      assertRefused(Errno.EBUSY, holder, () -> ports.detach("net_null0"));
      port.stop();
      first.send("burst 1");
      first.awaitLine("burst 1 received 0", LIMIT);
      assertRefused(Errno.EBUSY, holder, () -> port.configure(1, 1, EthConf.DEFAULT));
      assertRefused(Errno.EBUSY, holder, () -> port.rxQueueSetup(1, 64, -1, RxConf.DEFAULT, pool));
      port.start();
      first.kill();
      Await.until("the queue is nobody's", LIMIT, () -> port.rxQueueOwner(1) == 0, port::toString);
      second.send("claim 1");
      second.awaitLine("claim 1 done", LIMIT);
      second.send("burst 1");
      second.awaitLine("burst 1 received 8 sent 8", LIMIT);
      second.send("release 1");
      second.awaitLine("release 1 done", LIMIT);
      port.claimRxQueue(1);
      assertEquals(8, port.rxBurst(1, burst, 0, 8));
      Mbuf.freeBulk(burst, 0, 8);
      port.releaseRxQueue(0);
      port.releaseTxQueue(0);
      second.send("claim 0");
      second.awaitLine("claim 0 done", LIMIT);
      assertEquals(0, port.txBurst(0, burst, 0, 8));
      second.send("release 0");
      second.awaitLine("release 0 done", LIMIT);
      ports.detach("net_null0");
      TestPorts.start(ports, "net_null0,size=70", 1, pool);
      second.send("burst 0");
      second.awaitLine("burst 0 received 0", LIMIT);
      second.send("claim 0");
      second.awaitLine("claim 0 done", LIMIT);
      assertRefused(
          Errno.ESRCH, "not attached", () -> ports.get(0).assignRxQueue(0, Integer.MAX_VALUE));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"net_null0", "net_ring0"})
  void shouldLeaveASecondaryThatPollsUnharmedWhenThePrimaryClosesThePort(String device) {
    TestPorts.start(ports, device, 2, pool);
    try (JavaProcess child = sharer(9, device)) {
      child.send("claim 1");
      child.awaitLine("claim 1 done", LIMIT);
      child.send("burst 1");
      child.awaitLine("burst 1 received \\d+", LIMIT);
      ports.close();
      for (int i = 0; i < 3; i++) {
        child.send("burst 1");
        child.awaitLine("burst 1 received 0", LIMIT);
      }
      child.send("release 1");
      child.awaitLine("release 1 done", LIMIT);
      child.send("claim 1");
      child.awaitLine("claim 1 ENODEV .*was detached", LIMIT);
    }
  }

  @Test
  void shouldSayWhichDriversShareNoQueues() throws Exception {
    Path capture = directory.resolve("out.pcap");
    EthDev port = TestPorts.start(ports, "net_pcap0,tx_pcap=" + capture, 1, pool);
    try (JavaProcess child = sharer(9, "net_pcap0")) {
      child.send("claim 0");
      child.awaitLine("claim 0 ENOTSUP .*cannot use queues of net_pcap; take its packets", LIMIT);
      assertRefused(Errno.ENOTSUP, "net_pcap", () -> port.assignTxQueue(0, (int) child.pid()));
    }
    port.stop();
    assertTrue(Files.size(capture) > 0);
  }

  @Test
  void shouldMakeItsOwnRingsAndGiveThemBack() {
    EthDev port = TestPorts.start(ports, "net_ring0", 2, pool);
    List<String> names = rings();
    assertTrue(names.contains("ETH_RXTX0_net_ring0") && names.contains("ETH_RXTX15_net_ring0"));
    long[] burst = new long[8];
    assertEquals(8, Mbuf.allocBulk(pool, burst, 0, 8));
    assertEquals(8, port.txBurst(1, burst, 0, 8));
    assertEquals(0, port.rxBurst(0, burst, 0, 8));
    long[] back = new long[8];
    assertEquals(5, port.rxBurst(1, back, 0, 5));
    assertEquals(burst[4], back[4]);
    Mbuf.freeBulk(back, 0, 5);
    EthDev same = ports.probe("net_ring1,nodeaction=net_ring0:0:ATTACH");
    assertEquals(16, rings().stream().filter(name -> name.startsWith("ETH")).count());
    ports.detach(same.name());
    assertEquals(16, rings().stream().filter(name -> name.startsWith("ETH")).count());
    ports.probe("net_ring2,nodeaction=R0:0:CREATE");
    assertTrue(rings().contains("ETH_RXTX7_R0"));
    ports.detach("net_ring0");
    ports.detach("net_ring2");
    assertEquals(0, rings().stream().filter(name -> name.startsWith("ETH")).count());
    Ring own = Ring.create(memory, "own", 64, -1, 0);
    EthDev looped = ports.fromRing(own);
    assertEquals("net_ring_own", looped.name());
    ports.detach("net_ring_own");
    own.free(memory);
  }

  private List<String> rings() {
    List<String> names = new ArrayList<>();
    Ring.walk(memory, ring -> names.add(ring.name()));
    return names;
  }

  @Test
  void shouldRefuseRingsThatItCannotHave() {
    assertRefused(
        Errno.ENOENT, "ETH_RXTX0_none", () -> ports.probe("net_ring0,nodeaction=none:0:ATTACH"));
    for (String action : List.of("x", "R0:0:DESTROY", "R0:z:CREATE", "R0:99:CREATE", ":0:CREATE")) {
      assertRefused(Errno.EINVAL, action, () -> ports.probe("net_ring0,nodeaction=" + action));
    }
    assertRefused(
        Errno.ENAMETOOLONG,
        "ETH_RXTX0_",
        () -> ports.probe("net_ring0,nodeaction=" + "n".repeat(30) + ":0:CREATE"));
    assertRefused(Errno.EINVAL, "colour", () -> ports.probe("net_ring0,colour=red"));
    assertEquals(0, ports.count());
    assertTrue(rings().stream().noneMatch(name -> name.startsWith("ETH")));
  }
}
