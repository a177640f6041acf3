package io.sluice.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.testing.UniquePrefix;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Counters of ports and queues, callbacks and buffered sending. */
class EthStatisticsTest {
  private static final int MBUFS = 255;

  private SharedMemory memory;
  private Mempool pool;
  private EthDevs ports;
  private EthDev port;
  private final long[] burst = new long[32];

  @BeforeEach
  void createMemory() {
    memory = TestPorts.primary(UniquePrefix.next());
    pool = PktmbufPool.create(memory, "mbufs", MBUFS, 0, 0, 256, -1);
    ports = EthDevs.of(memory);
    port = TestPorts.start(ports, "net_null0,size=100", 2, pool);
  }

  @AfterEach
  void closeMemory() {
    ports.close();
    assertEquals(MBUFS, pool.availCount(), "every mbuf is back");
    memory.close();
  }

  private void pass(int queue, int n) {
    assertEquals(n, port.rxBurst(queue, burst, 0, n));
    assertEquals(n, port.txBurst(queue, burst, 0, n));
  }

  @Test
  void shouldCountByQueueUnderDpdksNames() {
    pass(0, 3);
    pass(1, 4);
    assertEquals(
        List.of(
            "rx_good_packets=7",
            "tx_good_packets=7",
            "rx_good_bytes=700",
            "tx_good_bytes=700",
            "rx_missed_errors=0",
            "rx_errors=0",
            "tx_errors=0",
            "rx_mbuf_allocation_errors=0",
            "rx_q0_packets=3",
            "rx_q0_bytes=300",
            "rx_q0_errors=0",
            "rx_q1_packets=4",
            "rx_q1_bytes=400",
            "rx_q1_errors=0",
            "tx_q0_packets=3",
            "tx_q0_bytes=300",
            "tx_q1_packets=4",
            "tx_q1_bytes=400"),
        port.xstats().stream().map(stat -> stat.name() + "=" + stat.value()).toList());
    assertEquals(new EthQueueStats(4, 400, 0, 0, 0), port.rxQueueStats(1));
    assertEquals(new EthQueueStats(3, 300, 0, 0, 0), port.txQueueStats(0));
  }

  @Test
  void shouldCountFromTheLastResetOn() {
    pass(0, 5);
    port.resetStats();
    assertEquals(new EthStats(0, 0, 0, 0, 0, 0, 0, 0), port.stats());
    pass(0, 2);
    pass(1, 1);
    Map<String, Long> xstats =
        port.xstats().stream().collect(Collectors.toMap(EthXstat::name, EthXstat::value));
    assertEquals(3, xstats.get("rx_good_packets"));
    assertEquals(2, xstats.get("tx_q0_packets"));
    assertEquals(100, xstats.get("rx_q1_bytes"));
  }

  @Test
  void shouldFindExtendedStatisticsByIdAndName() {
    pass(1, 4);
    int packets = port.xstatId("rx_q1_packets");
    int good = port.xstatId("tx_good_bytes");
    assertEquals(
        List.of(new EthXstat("rx_q1_packets", 4), new EthXstat("tx_good_bytes", 400)),
        port.xstats(packets, good));
    assertEquals(List.of(), port.xstats(new int[0]));
    assertEquals(-1, port.xstatId("rx_q2_packets"), "it has two queues");
    int count = port.xstats().size();
    for (int wrong : new int[] {-1, count}) {
      SluiceException refused =
          assertThrows(SluiceException.class, () -> port.xstats(packets, wrong));
      assertEquals(Errno.EINVAL, refused.errno());
      assertTrue(refused.getMessage().contains("no extended statistic " + wrong));
    }
    port.resetStats();
    assertEquals(List.of(new EthXstat("rx_q1_packets", 0)), port.xstats(packets));
  }

  @Test
  void shouldGoOnCountingOverAStopAndNotForgetAResetMeanwhile() {
    pass(0, 5);
    port.stop();
    assertEquals(5, port.stats().ipackets());
    port.start();
    pass(0, 2);
    assertEquals(new EthStats(7, 7, 700, 700, 0, 0, 0, 0), port.stats());
    port.stop();
    port.resetStats();
    port.configure(1, 1, EthConf.DEFAULT);
    port.rxQueueSetup(0, 512, -1, RxConf.DEFAULT, pool);
    port.txQueueSetup(0, 512, -1, TxConf.DEFAULT);
    port.start();
    pass(0, 3);
    assertEquals(new EthStats(3, 3, 300, 300, 0, 0, 0, 0), port.stats());
  }

  @Test
  void shouldCountTheBytesThatAnMbufHoldsOfALongerPacket() {
    EthDev longer = TestPorts.start(ports, "net_null1,size=9000", 1, pool);
    assertEquals(2, longer.rxBurst(0, burst, 0, 2));
    assertEquals(128, Mbuf.pktLen(burst[0]));
    assertEquals(256, longer.stats().ibytes());
    Mbuf.freeBulk(burst, 0, 2);
  }

  @Test
  void shouldCountBurstsThatFoundThePoolEmpty() {
    long[] all = new long[MBUFS];
    assertEquals(MBUFS, Mbuf.allocBulk(pool, all, 0, MBUFS));
    assertEquals(0, port.rxBurst(1, burst, 0, 4));
    assertEquals(4, port.stats().rxNombuf());
    assertEquals(4, port.rxQueueStats(1).noMbuf());
    Mbuf.freeBulk(all, 0, MBUFS);
  }

  @Test
  void shouldRunReceiveCallbacksInOrderOverWhatTheDriverGave() {
    StringBuilder seen = new StringBuilder();
    RxCallback drop =
        (from, queue, pkts, offset, n, max) -> {
          seen.append("drop ").append(queue).append(' ').append(n).append(' ').append(max);
          Mbuf.freeBulk(pkts, offset + n - 1, 1);
          return n - 1;
        };
    RxCallback mark =
        (from, queue, pkts, offset, n, max) -> {
          seen.append(", mark ").append(n);
          for (int i = offset; i < offset + n; i++) {
            Mbuf.setVlanTci(pkts[i], 77);
          }
          return n;
        };
    RxCallback first =
        (from, queue, pkts, offset, n, max) -> {
          seen.append("first ").append(from.name()).append(", ");
          return n;
        };
    port.addRxCallback(1, drop);
    port.addRxCallback(1, mark);
    port.addFirstRxCallback(1, first);
    assertEquals(4, port.rxBurst(1, burst, 10, 5));
    assertEquals("first net_null0, drop 1 5 5, mark 4", seen.toString());
    for (int i = 10; i < 14; i++) {
      assertEquals(77, Mbuf.vlanTci(burst[i]));
    }
    Mbuf.freeBulk(burst, 10, 4);
    assertEquals(5, port.rxBurst(0, burst, 0, 5), "another queue has none");
    Mbuf.freeBulk(burst, 0, 5);
    assertEquals(true, port.removeRxCallback(1, drop));
    assertEquals(false, port.removeRxCallback(1, drop));
    seen.setLength(0);
    assertEquals(2, port.rxBurst(1, burst, 0, 2));
    assertEquals("first net_null0, , mark 2", seen.toString());
    Mbuf.freeBulk(burst, 0, 2);
  }

  @Test
  void shouldSendOnlyWhatTheSendCallbacksLeave() {
    TxCallback half = (to, queue, pkts, offset, n) -> n / 2;
    port.addTxCallback(0, half);
    assertEquals(8, Mbuf.allocBulk(pool, burst, 0, 8));
    assertEquals(4, port.txBurst(0, burst, 0, 8));
    assertEquals(4, port.txQueueStats(0).packets());
    assertEquals(true, port.removeTxCallback(0, half));
    assertEquals(4, port.txBurst(0, burst, 4, 4), "the rest stayed the caller's");
  }

  @Test
  void shouldBufferUntilFullAndSendTheRestWhenFlushed() {
    EthTxBuffer buffer = new EthTxBuffer(port, 0, 4);
    assertEquals(6, Mbuf.allocBulk(pool, burst, 0, 6));
    int sent = 0;
    for (int i = 0; i < 6; i++) {
      sent += buffer.add(burst[i]);
    }
    assertEquals(4, sent);
    assertEquals(2, buffer.length());
    assertEquals(2, buffer.flush());
    assertEquals(0, buffer.flush());
    assertEquals(6, port.txQueueStats(0).packets());
    assertEquals(0, buffer.dropped());
  }

  @Test
  void shouldFreeAndCountWhatTheQueueDoesNotTake() {
    port.stop();
    EthTxBuffer buffer = new EthTxBuffer(port, 0, 4);
    assertEquals(4, Mbuf.allocBulk(pool, burst, 0, 4));
    for (int i = 0; i < 4; i++) {
      assertEquals(0, buffer.add(burst[i]));
    }
    assertEquals(4, buffer.dropped());
    assertEquals(MBUFS, pool.availCount());
  }

  @Test
  void shouldHandWhatTheQueueDoesNotTakeToItsOwner() {
    port.addTxCallback(0, (to, queue, pkts, offset, n) -> 1);
    int[] unsent = new int[1];
    EthTxBuffer buffer =
        new EthTxBuffer(
            port,
            0,
            3,
            (pkts, offset, n) -> {
              unsent[0] += n;
              Mbuf.freeBulk(pkts, offset, n);
            });
    assertEquals(3, Mbuf.allocBulk(pool, burst, 0, 3));
    assertEquals(0, buffer.add(burst[0]));
    assertEquals(0, buffer.add(burst[1]));
    assertEquals(1, buffer.add(burst[2]));
    assertEquals(2, unsent[0]);
  }
}
