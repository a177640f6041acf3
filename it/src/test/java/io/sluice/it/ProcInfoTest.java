package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.mempool.Mbuf;
import io.sluice.nic.EthConf;
import io.sluice.nic.EthDev;
import io.sluice.nic.EthStats;
import io.sluice.nic.RxConf;
import io.sluice.nic.TxConf;
import io.sluice.platform.Memory;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** DPDK's {@code dpdk-proc-info}, unmodified, on a primary of ours. */
@RequiresRoot
@RequiresCommand("dpdk-proc-info")
@RequiresHugepages(kb = 2048, count = 48)
@Timeout(120)
class ProcInfoTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int PACKETS = 77;

  private final String prefix = UniquePrefix.next();
  private LoopedPort looped;

  @BeforeEach
  void start() {
    looped = new LoopedPort(prefix, "--vdev", "net_null3,size=128", "--vdev", "net_null5,no-rx=1");
    for (int i = 0; i < PACKETS; i++) {
      looped.pass(new byte[300], 0, 0);
    }
  }

  @AfterEach
  void end() throws IOException {
    looped.close();
    List<String> left = Traces.of(prefix);
    Traces.remove(prefix);
    assertEquals(List.of(), left);
  }

  private JavaProcess procInfo(String... arguments) {
    List<String> command = new ArrayList<>(List.of("dpdk-proc-info", "--file-prefix", prefix));
    command.addAll(List.of("--no-pci", "--"));
    command.addAll(List.of(arguments));
    JavaProcess run = JavaProcess.startCommand(command);
    assertEquals(0, run.awaitExit(LIMIT), () -> String.join("\n", run.stdout()));
    return run;
  }

  @Test
  void shouldShowOurPortsAndWhatTheyHaveCounted() {
    JavaProcess stats = procInfo("--stats");
    stats.awaitLine("NIC statistics for port 0 ", LIMIT);
    stats.awaitLine("RX-packets: 0 ", LIMIT);
    stats.awaitLine("NIC statistics for port 1 ", LIMIT);
    stats.awaitLine("NIC statistics for port 2 ", LIMIT);
    stats.awaitLine("RX-packets: " + PACKETS + " ", LIMIT);
    stats.awaitLine("TX-packets: " + PACKETS + " ", LIMIT);
    looped.pass(new byte[64], 0, 0);
    JavaProcess again = procInfo("--xstats");
    again.awaitLine("for port 2 ", LIMIT);
    again.awaitLine("rx_good_packets: " + (PACKETS + 1), LIMIT);
    again.awaitLine("tx_good_packets: " + (PACKETS + 1), LIMIT);
    checkUnharmed();
  }

  @Test
  void shouldShowHowOurPortsAreSetUp() {
    looped.port.setPromiscuous(true);
    JavaProcess ports = procInfo("--show-port");
    ports.awaitLine("driver net_null device net_null3 ", LIMIT);
    ports.awaitLine("Link down", LIMIT);
    ports.awaitLine("mac 02:00:00:00:00:00", LIMIT);
    ports.awaitLine("driver net_null device net_null5 ", LIMIT);
    ports.awaitLine("mac 02:00:00:00:00:01", LIMIT);
    ports.awaitLine("driver net_ring device net_ring_loop ", LIMIT);
    ports.awaitLine("Link up at 10 Gbps FDX", LIMIT);
    ports.awaitLine("promiscuous mode enabled", LIMIT);
    ports.awaitLine("mtu \\(1500\\)", LIMIT);
    checkUnharmed();
  }

  @Test
  void shouldShowOurRingsPoolsAndMemory() {
    JavaProcess ring = procInfo("--show-ring=loop");
    ring.awaitLine("Name \\(loop\\) on socket", LIMIT);
    JavaProcess pool = procInfo("--show-mempool=packets");
    pool.awaitLine("Name: packets|Name \\(packets\\)", LIMIT);
    JavaProcess memory = procInfo("-m");
    memory.awaitLine("MEMORY_SEGMENTS", LIMIT);
    memory.awaitLine("virt:0x2000", LIMIT);
    memory.awaitLine("rte_eth_dev_data", LIMIT);
    checkUnharmed();
  }

  @Test
  void shouldSeeAPortThatComesLaterAndNoneThatWentAway() {
    looped.primary.hotplug().attach("net_null7");
    procInfo("--show-port").awaitLine("device net_null7 ", LIMIT);
    looped.primary.hotplug().detach("net_null7");
    assertTrue(
        procInfo("--show-port").stdout().stream().noneMatch(line -> line.contains("net_null7")));
    checkUnharmed();
  }

  @Test
  void shouldShowBytesOfAPortOnAnInterface() {
    looped.primary.hotplug().attach("net_af_packet0,iface=lo,qpairs=2");
    EthDev port = looped.primary.ports().byName("net_af_packet0");
    port.configure(2, 2, EthConf.DEFAULT);
    for (int queue = 0; queue < 2; queue++) {
      port.rxQueueSetup(queue, 512, -1, RxConf.DEFAULT, looped.pool);
      port.txQueueSetup(queue, 512, -1, TxConf.DEFAULT);
    }
    port.start();
    long[] burst = new long[PACKETS];
    assertEquals(PACKETS, Mbuf.allocBulk(looped.pool, burst, 0, PACKETS));
    for (long packet : burst) {
      // Zeros as addresses and type: no protocol takes it.
      Memory.fill(Mbuf.append(packet, 100), 100, (byte) 0);
    }
    assertEquals(PACKETS, port.txBurst(1, burst, 0, PACKETS));
    Await.until(
        "what was sent over the loopback",
        LIMIT,
        () -> {
          for (int queue = 0; queue < 2; queue++) {
            Mbuf.freeBulk(burst, 0, port.rxBurst(queue, burst, 0, PACKETS));
          }
          return port.stats().ipackets() >= PACKETS;
        });
    EthStats counted = port.stats();
    JavaProcess stats = procInfo("--stats");
    stats.awaitLine("NIC statistics for port 3 ", LIMIT);
    stats.awaitLine(
        "RX-packets: " + counted.ipackets() + " .*RX-bytes:  " + counted.ibytes() + " ", LIMIT);
    stats.awaitLine("TX-packets: " + PACKETS + " .*TX-bytes:  " + PACKETS * 100 + " ", LIMIT);
    stats.awaitLine("reg  1 TX-packets: " + PACKETS + " .*TX-bytes: " + PACKETS * 100, LIMIT);
    looped.primary.hotplug().detach(port.name());
    checkUnharmed();
  }

  private void checkUnharmed() {
    looped.pass(new byte[64], 0, 0);
    assertTrue(looped.hasAllMbufs());
    assertEquals(List.of(), looped.audit());
  }
}
