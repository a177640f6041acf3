package io.sluice.nic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.MbufData;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.NetworkNamespaces;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What {@code net_af_packet} answers: the table, counts and states of its rings, single queues, and
 * what the kernel then says of the interface. Both ends of the veth pair are in one namespace, so
 * that one JVM has both ports.
 */
@RequiresRoot
@RequiresCommand({"ip", "sysctl"})
class AfPacketControlsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int MBUFS = 255;
  private static final int RING = 64;
  private static final List<Boolean> ON = List.of(true, true, false, false, true);

  private NetworkNamespaces namespaces;
  private String namespace;

  @BeforeEach
  void makeNamespace() {
    namespaces = new NetworkNamespaces();
    namespace = namespaces.add();
    namespaces.addVeth(namespace, "veth0", namespace, "veth1");
  }

  @AfterEach
  void removeNamespace() {
    namespaces.close();
  }

  private JavaProcess start(Class<?> main) {
    return JavaProcess.start(
        NetworkNamespaces.prefix(namespace), main, List.of(), UniquePrefix.next());
  }

  private void assertPasses(Class<?> main) {
    try (JavaProcess child = start(main)) {
      assertEquals(0, child.awaitExit(LIMIT), () -> String.join("\n", child.stdout()));
    }
  }

  /** Two ports that are each other's peer, in a JVM inside the namespace. */
  private static final class Pair implements AutoCloseable {
    final SharedMemory memory;
    final Mempool pool;
    final EthDevs ports;
    final EthDev from;
    final EthDev to;
    private final long[] burst = new long[RING];

    Pair(String prefix) {
      memory = TestPorts.primary(prefix);
      pool = PktmbufPool.create(memory, "mbufs", MBUFS, 0, 0, 2176, -1);
      ports = EthDevs.of(memory);
      from = port("net_af_packet0,iface=veth0");
      to = port("net_af_packet1,iface=veth1");
    }

    private EthDev port(String device) {
      return TestPorts.start(ports, device + ",framecnt=" + RING, 1, pool);
    }

    static byte[] frame(int number) {
      byte[] frame = new byte[60 + number];
      new Random(number).nextBytes(frame);
      // To nobody, and of no protocol that the kernel knows.
      frame[0] = 2;
      frame[12] = (byte) 0x88;
      frame[13] = (byte) 0xb5;
      return frame;
    }

    /** Sends frames of these numbers; gives how many were taken, and frees the others. */
    int send(int first, int count) {
      for (int i = 0; i < count; i++) {
        byte[] frame = frame(first + i);
        burst[i] = Mbuf.alloc(pool);
        Memory.copyFromBytes(frame, 0, Mbuf.append(burst[i], frame.length), frame.length);
      }
      int taken = from.txBurst(0, burst, 0, count);
      Mbuf.freeBulk(burst, taken, count - taken);
      return taken;
    }

    void receive(int first, int count) {
      assertEquals(count, to.rxBurst(0, burst, 0, RING));
      for (int i = 0; i < count; i++) {
        byte[] frame = new byte[Mbuf.pktLen(burst[i])];
        assertTrue(MbufData.read(burst[i], 0, frame, 0, frame.length));
        assertArrayEquals(frame(first + i), frame, "frame " + (first + i));
      }
      Mbuf.freeBulk(burst, 0, count);
    }

    void awaitWaiting(int count) {
      Await.until(
          count + " frames to wait",
          LIMIT,
          () -> to.rxQueueCount(0) == count,
          () -> to.rxQueueCount(0) + " wait");
    }

    @Override
    public void close() {
      ports.close();
      assertEquals(MBUFS, pool.availCount(), "every mbuf is back");
      memory.close();
    }
  }

  /** Says what of the table the driver can: prefix. */
  static final class Told {
    public static void main(String[] arguments) {
      try (Pair pair = new Pair(arguments[0])) {
        System.out.println("able " + String.join(" ", EthControlsTable.able(pair.from)));
      }
    }
  }

  @Test
  void shouldAnswerEnotsupForWhatTheDriverCannot() {
    try (JavaProcess child = start(Told.class)) {
      child.awaitLine(
          "^able addMacAddr removeMacAddr setAllMulticast setMacAddr setMtu setPromiscuous"
              + " startRxQueue startTxQueue stopRxQueue stopTxQueue$",
          LIMIT);
      assertEquals(0, child.awaitExit(LIMIT), () -> String.join("\n", child.stdout()));
    }
  }

  /** Looks at the receive ring: prefix. */
  static final class Waits {
    public static void main(String[] arguments) {
      try (Pair pair = new Pair(arguments[0])) {
        EthDev to = pair.to;
        assertEquals(0, to.rxQueueCount(0));
        assertEquals(EthDev.RX_DESC_AVAIL, to.rxDescriptorStatus(0, 0));
        int none = -Errno.EINVAL.number();
        assertEquals(none, to.rxQueueCount(1), "not set up");
        assertEquals(none, to.rxDescriptorStatus(0, -1));
        assertEquals(none, to.rxDescriptorStatus(0, RING));
        assertEquals(none, pair.from.txDescriptorStatus(0, -1));
        assertEquals(none, pair.from.txDescriptorStatus(0, RING));
        // So often that the next frame's place goes round in the ring.
        for (int round = 0; round < 20; round++) {
          assertEquals(5, pair.send(5 * round, 5));
          pair.awaitWaiting(5);
          for (int i = 0; i < RING; i++) {
            int expected = i < 5 ? EthDev.RX_DESC_DONE : EthDev.RX_DESC_AVAIL;
            assertEquals(expected, to.rxDescriptorStatus(0, i), "frame " + i);
          }
          pair.receive(5 * round, 5);
          assertEquals(0, to.rxQueueCount(0));
        }
      }
    }
  }

  @Test
  void shouldCountWhatWaitsInItsRingAndTellItsDescriptorsApart() {
    assertPasses(Waits.class);
  }

  /** Looks at the send ring while the interface is down, and up again: prefix. */
  static final class Requests {
    public static void main(String[] arguments) throws Exception {
      try (Pair pair = new Pair(arguments[0])) {
        assertEquals(2, pair.send(0, 2));
        pair.awaitWaiting(2);
        set("down");
        assertEquals(3, pair.send(2, 3));
        // The next frame's descriptor is the first, the last sent is the last before it.
        for (int i = 0; i < RING; i++) {
          int expected = i < RING - 3 ? EthDev.TX_DESC_DONE : EthDev.TX_DESC_FULL;
          assertEquals(expected, pair.from.txDescriptorStatus(0, i), "descriptor " + i);
        }
        set("up");
        pair.from.stop();
        for (int i = 0; i < RING; i++) {
          assertEquals(EthDev.TX_DESC_DONE, pair.from.txDescriptorStatus(0, i), "after the stop");
        }
        pair.awaitWaiting(5);
        pair.receive(0, 5);
      }
    }

    private static void set(String state) throws IOException, InterruptedException {
      Process ip = new ProcessBuilder("ip", "link", "set", "veth0", state).inheritIO().start();
      assertEquals(0, ip.waitFor());
    }
  }

  @Test
  void shouldShowWhichFramesTheKernelHasNotSent() {
    assertPasses(Requests.class);
  }

  /** Stops and starts single queues: prefix. */
  static final class Queues {
    public static void main(String[] arguments) {
      try (Pair pair = new Pair(arguments[0])) {
        pair.to.controls().stopRxQueue(0);
        assertEquals(4, pair.send(0, 4));
        pair.awaitWaiting(4);
        assertEquals(0, pair.to.rxBurst(0, new long[4], 0, 4), "stopped");
        pair.to.controls().startRxQueue(0);
        pair.receive(0, 4);
        pair.from.controls().stopTxQueue(0);
        assertEquals(0, pair.send(4, 3), "stopped");
        pair.from.controls().startTxQueue(0);
        assertEquals(3, pair.send(4, 3));
        pair.awaitWaiting(3);
        pair.receive(4, 3);
        assertEquals(7, pair.from.stats().opackets());
        assertEquals(7, pair.to.stats().ipackets());
      }
    }
  }

  @Test
  void shouldPassNothingThroughAStoppedQueueAndEverythingAfterwards() {
    assertPasses(Queues.class);
  }

  /** Takes multicast on and off, a step for each line of input: prefix. */
  static final class Multicast {
    public static void main(String[] arguments) throws IOException {
      try (Pair pair = new Pair(arguments[0])) {
        for (int step = 0; step < ON.size(); step++) {
          pair.from.setAllMulticast(ON.get(step));
          System.out.println("step " + step + " all-multicast " + pair.from.isAllMulticast());
          System.in.read();
        }
      }
    }
  }

  @Test
  void shouldTakeTheInterfaceIntoAllMulticastModeAndOutOfItAlsoByDying() {
    assertFalse(isAllMulticast());
    try (JavaProcess child = start(Multicast.class)) {
      for (int step = 0; step < ON.size(); step++) {
        child.awaitLine("^step " + step + " all-multicast " + ON.get(step), LIMIT);
        assertEquals(ON.get(step), isAllMulticast(), "step " + step);
        if (step < ON.size() - 1) {
          child.send("");
        }
      }
      child.kill();
    }
    Await.until(
        "the kernel leaves all-multicast mode", LIMIT, () -> !isAllMulticast(), this::flags);
  }

  private String flags() {
    return namespaces.exec(namespace, "cat", "/sys/class/net/veth0/flags").strip();
  }

  /** {@code IFF_ALLMULTI}. */
  private boolean isAllMulticast() {
    return (Integer.decode(flags()) & 0x200) != 0;
  }
}
