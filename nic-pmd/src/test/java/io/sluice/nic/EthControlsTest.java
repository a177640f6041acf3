package io.sluice.nic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What ports can be told, and what each driver answers. */
class EthControlsTest {
  private static final int MBUFS = 511;
  private static final byte[] MAC = EthControlsTable.MAC;
  private static final EthFlowControl FLOW = EthControlsTable.FLOW;

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

  private static SluiceException assertRefused(Errno errno, String line, Executable call) {
    SluiceException refused = assertThrows(SluiceException.class, call);
    assertEquals(errno, refused.errno(), refused.getMessage());
    assertTrue(refused.getMessage().contains(line), refused.getMessage());
    assertEquals(1, refused.getMessage().lines().count());
    return refused;
  }

  static Stream<Arguments> drivers() {
    return Stream.of(
        Arguments.of("net_null0", "setMtu setMacAddr setPromiscuous setAllMulticast"),
        Arguments.of("net_ring0", "setLinkUp setLinkDown setPromiscuous setAllMulticast"),
        Arguments.of(
            "net_pcap0,tx_pcap=FILE",
            "setPromiscuous setAllMulticast stopRxQueue startRxQueue stopTxQueue startTxQueue"));
  }

  @ParameterizedTest
  @MethodSource("drivers")
  void shouldAnswerEnotsupForWhatTheDriverCannot(String device, String able) {
    EthDev port =
        TestPorts.start(
            ports, device.replace("FILE", directory.resolve("out.pcap").toString()), 1, pool);
    assertEquals(Set.of(able.split(" ")), EthControlsTable.able(port));
  }

  @Test
  void shouldRefuseWhatNoDeviceTakes() {
    EthDev port = TestPorts.start(ports, "net_null0", 1, pool);
    EthControls controls = port.controls();
    assertRefused(Errno.EINVAL, "mtu=67, it takes 68 to 9710", () -> port.setMtu(67));
    assertRefused(Errno.EINVAL, "mtu=9711", () -> port.setMtu(9711));
    assertRefused(Errno.EINVAL, "6 bytes", () -> port.setMacAddr(new byte[6]));
    assertRefused(Errno.EINVAL, "6 bytes", () -> port.setMacAddr(new byte[] {2}));
    assertRefused(Errno.EINVAL, "multicast", () -> port.setMacAddr(new byte[] {1, 0, 0, 0, 0, 1}));
    assertRefused(Errno.EINVAL, "pool 64", () -> controls.addMacAddr(MAC, 64));
    assertRefused(Errno.EINVAL, "VLAN 4096", () -> controls.setVlanFilter(4096, true));
    assertRefused(Errno.EINVAL, "VLAN -1", () -> controls.setVlanPvid(-1, true));
    assertRefused(Errno.EINVAL, "TPID 65536", () -> controls.setVlanTpid(VlanType.INNER, 0x10000));
    assertRefused(Errno.EINVAL, "no receive queue 1", () -> controls.setVlanStripOnQueue(1, true));
    assertRefused(Errno.EINVAL, "mask 16", () -> controls.setVlanOffload(16));
    assertRefused(Errno.EINVAL, "priority 8", () -> controls.setPriorityFlowControl(FLOW, 8));
    assertRefused(Errno.EINVAL, "no send queue -1", () -> controls.stopTxQueue(-1));
    port.stop();
    assertRefused(Errno.EINVAL, "start it before single queues", () -> controls.stopRxQueue(0));
    assertEquals(1500, port.mtu(), "nothing was changed");
  }

  @Test
  void shouldChangeAddressAndMtuForEveryProcess() {
    EthDev port = TestPorts.start(ports, "net_null0", 1, pool);
    port.setMacAddr(MAC);
    port.setMtu(9000);
    assertArrayEquals(MAC, port.macAddr());
    try (EthDevs others = EthDevs.of(memory)) {
      assertArrayEquals(MAC, others.byName("net_null0").macAddr());
      assertEquals(9000, others.byName("net_null0").mtu());
    }
  }

  @Test
  void shouldTakeTheMtuOfTheConfigurationWhereTheDriverCan() {
    EthDev able = ports.probe("net_null0");
    able.configure(1, 1, new EthConf(2000));
    assertEquals(2000, able.mtu());
    able.configure(1, 1, EthConf.DEFAULT);
    assertEquals(2000, able.mtu(), "0 leaves it");
    EthDev unable = ports.probe("net_ring0");
    unable.configure(1, 1, new EthConf(1500));
    assertRefused(Errno.ENOTSUP, "set the MTU", () -> unable.configure(1, 1, new EthConf(2000)));
  }

  @Test
  void shouldShowTheLinkOfARingGoDownAndUp() {
    EthDev port = TestPorts.start(ports, "net_ring0", 1, pool);
    port.controls().setLinkDown();
    assertFalse(port.link().up());
    try (EthDevs others = EthDevs.of(memory)) {
      assertFalse(others.byName("net_ring0").link().up());
    }
    port.controls().setLinkUp();
    assertTrue(port.link().up());
  }

  @Test
  void shouldPassNothingThroughAStoppedQueueAndEverythingAfterwards() throws Exception {
    Path in = Files.write(directory.resolve("in.pcap"), threeFrames());
    Path out = directory.resolve("out.pcap");
    EthDev port = TestPorts.start(ports, "net_pcap0,rx_pcap=" + in + ",tx_pcap=" + out, 1, pool);
    long[] burst = new long[4];
    port.controls().stopRxQueue(0);
    assertEquals(0, port.rxBurst(0, burst, 0, 4));
    port.controls().startRxQueue(0);
    assertEquals(3, port.rxBurst(0, burst, 0, 4));
    port.controls().stopTxQueue(0);
    assertEquals(0, port.txBurst(0, burst, 0, 3));
    port.stop();
    port.start();
    assertEquals(3, port.txBurst(0, burst, 0, 3), "the port's start starts every queue");
    port.stop();
    assertEquals(24 + 3 * (16 + 60), Files.size(out));
  }

  private static byte[] threeFrames() {
    ByteBuffer file = ByteBuffer.allocate(24 + 3 * (16 + 60)).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0xa1b2c3d4).putInt(4 << 16 | 2).putLong(0).putInt(65535).putInt(1);
    for (int frame = 0; frame < 3; frame++) {
      file.putLong(0).putInt(60).putInt(60).put(new byte[60]);
    }
    return file.array();
  }

  @Test
  void shouldCountWhatWaitsInARing() {
    EthDev port = TestPorts.start(ports, "net_ring0", 2, pool);
    assertEquals(0, port.rxQueueCount(0));
    long[] burst = new long[5];
    assertEquals(5, Mbuf.allocBulk(pool, burst, 0, 5));
    assertEquals(5, port.txBurst(1, burst, 0, 5));
    assertEquals(0, port.rxQueueCount(0));
    assertEquals(5, port.rxQueueCount(1));
    assertEquals(-Errno.EINVAL.number(), port.rxQueueCount(2), "not set up");
    assertEquals(-Errno.ENOTSUP.number(), port.rxDescriptorStatus(0, 0));
    assertEquals(-Errno.ENOTSUP.number(), port.txDescriptorStatus(0, 0));
    assertEquals(5, port.rxBurst(1, burst, 0, 5));
    Mbuf.freeBulk(burst, 0, 5);
  }

  @Test
  void shouldSayWhatADeviceCanHave() {
    assertEquals(new EthDevInfo("net_ring", 16, 16, true), ports.probe("net_ring0").info());
  }
}
