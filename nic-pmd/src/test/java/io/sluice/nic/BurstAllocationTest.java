package io.sluice.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.SharedMemory;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.NetworkNamespaces;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bursts of every driver allocate nothing, with callbacks and buffered sending too. */
class BurstAllocationTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);

  @TempDir Path directory;

  /**
   * Receives from the first port and sends by the last until a million packets in a row have
   * allocated nothing: prefix, device, device. Without the checks of the seam, which allocate.
   */
  static final class Measured {
    private static final int BURST = 32;
    private static final int PACKETS = 1_000_000;

    /** The JVM charges a few bytes to a thread while it compiles what the thread runs. */
    private static final int MOST_WINDOWS = 20;

    public static void main(String[] arguments) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      try (SharedMemory memory = TestPorts.primary(arguments[0]);
          EthDevs ports = EthDevs.of(memory)) {
        Mempool pool = PktmbufPool.create(memory, "mbufs", 2047, 64, 0, 2176, -1);
        EthDev from = TestPorts.start(ports, arguments[1], 1, pool);
        EthDev to = arguments.length == 2 ? from : TestPorts.start(ports, arguments[2], 1, pool);
        if (to != from || from.driverName().equals("net_ring")) {
          prime(to, pool);
        }
        from.addRxCallback(0, (port, queue, pkts, offset, n, max) -> n);
        to.addTxCallback(0, (port, queue, pkts, offset, n) -> n);
        Loop loop = new Loop(from, to);
        long allocated = -1;
        for (int window = 0; window < MOST_WINDOWS && allocated != 0; window++) {
          long before = threads.getCurrentThreadAllocatedBytes();
          loop.run(PACKETS);
          allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        System.out.println("allocated " + allocated);
      }
    }

    /** Packets that go round. */
    private static void prime(EthDev port, Mempool pool) {
      long[] pkts = new long[BURST];
      Mbuf.allocBulk(pool, pkts, 0, BURST);
      for (long m : pkts) {
        Mbuf.append(m, 60);
      }
      port.txBurst(0, pkts, 0, BURST);
    }
  }

  private static final class Loop {
    private final EthDev from;
    private final EthDev to;
    private final EthTxBuffer buffer;
    private final long[] burst = new long[Measured.BURST];
    private boolean buffered;

    Loop(EthDev from, EthDev to) {
      this.from = from;
      this.to = to;
      this.buffer = new EthTxBuffer(to, 0, Measured.BURST);
    }

    /** Every other burst is sent through the buffer. What is not taken is offered again. */
    void run(int packets) {
      int passed = 0;
      while (passed < packets) {
        int n = from.rxBurst(0, burst, 0, burst.length);
        buffered = !buffered;
        if (buffered) {
          for (int i = 0; i < n; i++) {
            buffer.add(burst[i]);
          }
          buffer.flush();
        } else {
          int sent = 0;
          while (sent < n) {
            sent += to.txBurst(0, burst, sent, n - sent);
          }
        }
        passed += n;
      }
    }
  }

  private static void assertAllocatesNothing(JavaProcess child) {
    child.awaitLine("allocated", LIMIT);
    assertEquals(
        List.of("allocated 0"),
        child.stdout().stream().filter(line -> line.startsWith("allocated")).toList());
    assertEquals(0, child.awaitExit(LIMIT), "it has taken its memory away");
  }

  @ParameterizedTest
  @ValueSource(strings = {"net_null0", "net_null0,copy=1,size=1500", "net_ring0"})
  void shouldAllocateNothingOverAMillionPackets(String device) {
    try (JavaProcess child =
        JavaProcess.start(
            Measured.class, List.of("-Dsluice.checks=false"), UniquePrefix.next(), device)) {
      assertAllocatesNothing(child);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 1514, 4000})
  void shouldAllocateNothingOverAMillionPacketsOfAFile(int length) throws IOException {
    ByteBuffer file = ByteBuffer.allocate(24 + 16 + length).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0xa1b2c3d4).putInt(4 << 16 | 2).putLong(0).putInt(65535).putInt(1);
    file.putLong(0).putInt(length).putInt(length);
    Path in = Files.write(directory.resolve("in.pcap"), file.array());
    try (JavaProcess child =
        JavaProcess.start(
            Measured.class,
            List.of("-Dsluice.checks=false"),
            UniquePrefix.next(),
            "net_pcap0,infinite_rx=1,tx_pcap=/dev/null,rx_pcap=" + in)) {
      assertAllocatesNothing(child);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"net_af_packet", "net_pcap"})
  @RequiresRoot
  @RequiresCommand({"ip", "sysctl"})
  void shouldAllocateNothingOverAMillionPacketsOfAnInterface(String driver) {
    try (NetworkNamespaces namespaces = new NetworkNamespaces()) {
      String name = namespaces.add();
      namespaces.addVeth(name, "veth0", name, "veth1");
      // What is sent by one end comes out of the other, and is sent by the first again.
      try (JavaProcess child =
          JavaProcess.start(
              NetworkNamespaces.prefix(name),
              Measured.class,
              List.of("-Dsluice.checks=false"),
              UniquePrefix.next(),
              driver + "0,iface=veth0",
              driver + "1,iface=veth1")) {
        assertAllocatesNothing(child);
      }
    }
  }
}
