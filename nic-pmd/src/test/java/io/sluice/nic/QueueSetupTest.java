package io.sluice.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.testing.UniquePrefix;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a port takes and refuses while it is set up, and how it starts and stops. */
class QueueSetupTest {
  private static final int MBUFS = 63;

  @TempDir Path directory;

  private SharedMemory memory;
  private Mempool pool;
  private EthDevs ports;

  @BeforeEach
  void createMemory() {
    memory = TestPorts.primary(UniquePrefix.next());
    pool = PktmbufPool.create(memory, "mbufs", MBUFS, 0, 0, 256, -1);
    ports = EthDevs.of(memory);
  }

  @AfterEach
  void closeMemory() {
    ports.close();
    assertEquals(MBUFS, pool.availCount(), "every mbuf is back");
    memory.close();
  }

  private static void assertRefused(Errno errno, String line, Executable call) {
    SluiceException refused = assertThrows(SluiceException.class, call);
    assertEquals(errno, refused.errno(), refused.getMessage());
    assertTrue(refused.getMessage().contains(line), refused.getMessage());
    assertEquals(1, refused.getMessage().lines().count());
  }

  private void setUp(EthDev port, Mempool from) {
    port.rxQueueSetup(0, 512, -1, RxConf.DEFAULT, from);
  }

  @ParameterizedTest
  @ValueSource(strings = {"net_null0", "net_ring0", "net_pcap0,tx_pcap=FILE"})
  void shouldRefuseAPoolThatPacketsCannotBeReceivedInto(String device) {
    EthDev port = ports.probe(device.replace("FILE", directory.resolve("out.pcap").toString()));
    port.configure(1, 1, EthConf.DEFAULT);
    Mempool objects = Mempool.create(memory, "objects", 15, 64, 0, 0, null, -1, 0);
    assertRefused(Errno.ENOSPC, "pool 'objects' has no mbufs", () -> setUp(port, objects));
    Mempool bare = PktmbufPool.create(memory, "bare", 15, 0, 0, Mbuf.HEADROOM, -1);
    assertRefused(Errno.EINVAL, "pool 'bare' has mbufs of 128 bytes", () -> setUp(port, bare));
    port.txQueueSetup(0, 512, -1, TxConf.DEFAULT);
    assertRefused(Errno.EINVAL, "set queue 0 up before starting", port::start);
    setUp(port, pool);
    port.start();
    assertTrue(port.isStarted());
  }

  @Test
  void shouldRefuseDescriptorsAndOffloadsThatNoDriverHas() {
    EthDev port = ports.probe("net_null0");
    port.configure(1, 1, EthConf.DEFAULT);
    for (int wrong : new int[] {-1, 65536}) {
      assertRefused(
          Errno.EINVAL,
          wrong + " descriptors, it takes 0 to 65535",
          () -> port.rxQueueSetup(0, wrong, -1, RxConf.DEFAULT, pool));
      assertRefused(
          Errno.EINVAL,
          wrong + " descriptors",
          () -> port.txQueueSetup(0, wrong, -1, TxConf.DEFAULT));
    }
    assertRefused(
        Errno.EINVAL,
        "offloads 0x2, its driver has none",
        () -> port.rxQueueSetup(0, 512, -1, new RxConf(2), pool));
    assertRefused(
        Errno.EINVAL, "offloads 0x10", () -> port.txQueueSetup(0, 512, -1, new TxConf(16)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"net_null0", "net_ring0", "net_pcap0,tx_pcap=FILE"})
  void shouldHaveItsLinkUpWhileStartedOnly(String device) {
    EthDev port = ports.probe(device.replace("FILE", directory.resolve("out.pcap").toString()));
    assertFalse(port.link().up());
    port.configure(1, 1, EthConf.DEFAULT);
    setUp(port, pool);
    port.txQueueSetup(0, 512, -1, TxConf.DEFAULT);
    port.start();
    assertTrue(port.link().up());
    try (EthDevs others = EthDevs.of(memory)) {
      assertTrue(others.byName(port.name()).link().up());
      port.stop();
      assertFalse(others.byName(port.name()).link().up());
    }
  }

  @Test
  void shouldLeaveAStartedPortAsItIsWhenStartedAgain() {
    EthDev port =
        TestPorts.start(ports, "net_pcap0,tx_pcap=" + directory.resolve("out.pcap"), 1, pool);
    long[] burst = {Mbuf.alloc(pool)};
    port.controls().stopTxQueue(0);
    port.start();
    assertEquals(0, port.txBurst(0, burst, 0, 1), "its queue was stopped");
    port.stop();
    port.stop();
    port.start();
    assertEquals(1, port.txBurst(0, burst, 0, 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "net_null0 | 1 | 1",
        "net_ring0 | 16 | 16",
        "net_pcap0,tx_pcap=FILE | 1 | 1",
        "net_pcap0,tx_pcap=FILE1,tx_pcap=FILE2,tx_pcap=FILE3 | 3 | 3"
      })
  void shouldHaveTheQueuesThatItsArgumentsAskForUntilItIsConfigured(String device, int rx, int tx) {
    EthDev port = ports.probe(device.replace("FILE", directory.resolve("out").toString()));
    assertEquals(rx, port.rxQueues());
    assertEquals(tx, port.txQueues());
    port.configure(1, 0, EthConf.DEFAULT);
    assertEquals(1, port.rxQueues());
    assertEquals(0, port.txQueues());
  }
}
