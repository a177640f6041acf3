package io.sluice.nic.pcap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.MbufData;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.SharedMemory;
import io.sluice.nic.EthConf;
import io.sluice.nic.EthDev;
import io.sluice.nic.EthDevs;
import io.sluice.nic.RxConf;
import io.sluice.nic.TxConf;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames of every length through {@code net_pcap}, and arguments that do not go together. */
class PcapPortTest {
  private static final int MBUFS = 31;
  private static final int ROOM = 512;

  @TempDir Path directory;

  private SharedMemory memory;
  private Mempool pool;
  private EthDevs ports;
  private final long[] burst = new long[32];

  @BeforeEach
  void createMemory() {
    memory =
        SharedMemory.create(
            EalOptions.parse(
                "--file-prefix", UniquePrefix.next(), "-m", "32", "--no-pci", "--no-huge"));
    pool = PktmbufPool.create(memory, "mbufs", MBUFS, 0, 0, ROOM + Mbuf.HEADROOM, -1);
    ports = EthDevs.of(memory);
  }

  @AfterEach
  void closeMemory() {
    ports.close();
    assertEquals(MBUFS, pool.availCount(), "every mbuf is back");
    memory.close();
  }

  private EthDev start(String text) {
    EthDev port = ports.probe(text);
    port.configure(port.rxQueues(), port.txQueues(), EthConf.DEFAULT);
    for (int queue = 0; queue < port.rxQueues(); queue++) {
      port.rxQueueSetup(queue, 512, -1, RxConf.DEFAULT, pool);
    }
    for (int queue = 0; queue < port.txQueues(); queue++) {
      port.txQueueSetup(queue, 512, -1, TxConf.DEFAULT);
    }
    port.start();
    return port;
  }

  private Path capture(String name, int... lengths) throws IOException {
    CaptureBytes bytes = new CaptureBytes(ByteOrder.LITTLE_ENDIAN).pcapHeader(true);
    for (int length : lengths) {
      bytes.pcapPacket(1, 2, frame(length));
    }
    return Files.write(directory.resolve(name), bytes.bytes());
  }

  private static byte[] frame(int length) {
    byte[] frame = new byte[length];
    new Random(length).nextBytes(frame);
    return frame;
  }

  private static List<byte[]> read(Path path) {
    List<byte[]> frames = new ArrayList<>();
    try (CaptureReader reader = CaptureReader.open(path.toString())) {
      while (reader.next()) {
        byte[] frame = new byte[reader.length()];
        Memory.copyToBytes(reader.data(), frame, 0, frame.length);
        frames.add(frame);
      }
    }
    return frames;
  }

  private static byte[] bytes(long m) {
    byte[] frame = new byte[Mbuf.pktLen(m)];
    assertTrue(MbufData.read(m, 0, frame, 0, frame.length));
    return frame;
  }

  @ParameterizedTest
  @ValueSource(strings = {"out.pcap", "out.pcapng"})
  void shouldPassFramesOfNoBytesAndOfManyMbufsByteForByte(String name) throws IOException {
    int[] lengths = {0, 1, 14, ROOM, ROOM + 1, 9000, 0};
    Path out = directory.resolve(name);
    EthDev port = start("net_pcap0,rx_pcap=" + capture("in.pcap", lengths) + ",tx_pcap=" + out);
    int n = port.rxBurst(0, burst, 0, 32);
    assertEquals(lengths.length, n);
    assertEquals(1, Mbuf.nbSegs(burst[3]));
    assertEquals(2, Mbuf.nbSegs(burst[4]));
    assertEquals(18, Mbuf.nbSegs(burst[5]));
    assertEquals(n, port.txBurst(0, burst, 0, n));
    port.stop();
    List<byte[]> frames = read(out);
    assertEquals(lengths.length, frames.size());
    for (int i = 0; i < lengths.length; i++) {
      assertArrayEquals(frame(lengths[i]), frames.get(i));
    }
    assertEquals(0, port.stats().ierrors() + port.stats().oerrors());
  }

  @ParameterizedTest
  @ValueSource(strings = {"net_null1,copy=1", "net_null1", "net_ring1", "net_pcap1,rx_pcap=FILE"})
  void shouldSendPacketsOfManyMbufsWithEveryDriver(String device) throws IOException {
    EthDev from = start("net_pcap0,rx_pcap=" + capture("in.pcap", 9000, 1000));
    EthDev to = start(device.replace("FILE", capture("other.pcap", 60).toString()));
    assertEquals(2, from.rxBurst(0, burst, 0, 32));
    assertEquals(2, to.txBurst(0, burst, 0, 2));
    assertEquals(2, to.stats().opackets());
    if (to.driverName().equals("net_ring")) {
      assertEquals(2, to.rxBurst(0, burst, 0, 32));
      assertArrayEquals(frame(9000), bytes(burst[0]));
      Mbuf.freeBulk(burst, 0, 2);
    } else {
      assertEquals(10_000, to.stats().obytes());
    }
  }

  @Test
  void shouldPassOverAFrameThatAllMbufsTogetherDoNotHold() throws IOException {
    Path in = capture("in.pcap", 60, MBUFS * ROOM + 1, MBUFS * ROOM, 61);
    EthDev port = start("net_pcap0,rx_pcap=" + in);
    assertEquals(1, port.rxBurst(0, burst, 0, 1));
    Mbuf.freeBulk(burst, 0, 1);
    assertEquals(1, port.rxBurst(0, burst, 0, 32), "the pool is empty then");
    assertArrayEquals(frame(MBUFS * ROOM), bytes(burst[0]));
    Mbuf.freeBulk(burst, 0, 1);
    assertEquals(1, port.rxBurst(0, burst, 0, 32));
    assertArrayEquals(frame(61), bytes(burst[0]));
    Mbuf.freeBulk(burst, 0, 1);
    assertEquals(1, port.stats().ierrors());
  }

  @Test
  void shouldNotTurnForEverInACaptureOfNothingButFramesTooLong() throws IOException {
    Path in = capture("in.pcap", MBUFS * ROOM + 1);
    EthDev port = start("net_pcap0,infinite_rx=1,rx_pcap=" + in);
    assertEquals(0, port.rxBurst(0, burst, 0, 32));
    assertEquals(32, port.stats().ierrors());
  }

  /** Receives until a port has nothing more, and says how much it was: prefix, device, polls. */
  static final class Receiver {
    public static void main(String[] arguments) {
      try (SharedMemory memory =
              SharedMemory.create(
                  EalOptions.parse(
                      "--file-prefix", arguments[0], "-m", "32", "--no-pci", "--no-huge"));
          EthDevs ports = EthDevs.of(memory)) {
        Mempool pool = PktmbufPool.create(memory, "mbufs", MBUFS, 0, 0, 2176, -1);
        EthDev port = ports.probe(arguments[1]);
        port.configure(1, 0, EthConf.DEFAULT);
        port.rxQueueSetup(0, 512, -1, RxConf.DEFAULT, pool);
        port.start();
        long[] burst = new long[4];
        long received = 0;
        for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
          int n = port.rxBurst(0, burst, 0, burst.length);
          for (int k = 0; k < n; k++) {
            received += Arrays.equals(frame(60), bytes(burst[k])) ? 1 : 0;
          }
          Mbuf.freeBulk(burst, 0, n);
        }
        System.out.println(
            "received " + received + " ierrors " + port.stats().ierrors() + " " + pool.isFull());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"'', 5, 1", "',infinite_rx=1', 20, 3"})
  void shouldPassTheWholeFramesOfACutCaptureAndSayOnceWhereItIsCut(
      String more, int received, int errors) throws IOException {
    Path in = capture("in.pcap", 60, 60, 60, 60, 60, 60);
    Files.write(in, Arrays.copyOf(Files.readAllBytes(in), 24 + 6 * 76 - 11));
    Duration limit = Duration.ofSeconds(60);
    String device = "net_pcap0,rx_pcap=" + in + more;
    try (JavaProcess child = JavaProcess.start(Receiver.class, UniquePrefix.next(), device, "5")) {
      child.awaitLine("received " + received + " ierrors " + errors + " true", limit);
      assertEquals(0, child.awaitExit(limit));
      String line =
          "capture '"
              + in
              + "' ends within what begins at offset 404: 76 bytes expected, 65 are there; only"
              + " what is before that can be read; record it anew to have the rest";
      assertEquals(
          1,
          child.stdout().stream().filter(said -> said.contains(line)).count(),
          () -> String.join("\n", child.stdout()));
    }
  }

  @Test
  void shouldCountWhatAFullDiskDoesNotTakeAsErrors() throws IOException {
    EthDev from = start("net_pcap0,infinite_rx=1,rx_pcap=" + capture("in.pcap", 9000));
    EthDev to = start("net_pcap1,tx_pcap=/dev/full");
    for (int i = 0; i < 200; i++) {
      assertEquals(1, from.rxBurst(0, burst, 0, 1));
      assertEquals(1, to.txBurst(0, burst, 0, 1));
    }
    assertTrue(to.stats().oerrors() > 100, () -> to.stats().toString());
    assertEquals(200, to.stats().opackets() + to.stats().oerrors());
  }

  @Test
  void shouldKeepTheOrderOfQueuesOfADirection() throws IOException {
    EthDev port =
        start(
            "net_pcap0,rx_pcap="
                + capture("b.pcap", 62)
                + ",tx_pcap="
                + directory.resolve("x.pcap")
                + ",rx_pcap="
                + capture("a.pcap", 61));
    assertEquals(2, port.rxQueues());
    assertEquals(1, port.txQueues());
    assertEquals(1, port.rxBurst(1, burst, 0, 32));
    assertArrayEquals(frame(61), bytes(burst[0]));
    Mbuf.freeBulk(burst, 0, 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tx_pcap=IN | EINVAL | in.pcap' is given to two queues; take a file for each",
        "tx_pcap=DIR/./in.pcap | EINVAL | is given to two queues",
        "tx_pcap=DIR/link.pcap | EINVAL | is given to two queues",
        "tx_pcap=DIR/x.pcap,tx_pcap=DIR/x.pcap | EINVAL | is given to two queues",
        "rx_iface=lo | EINVAL | files and interfaces in one direction; give one kind",
        "rx_iface_in=lo | EINVAL | files and interfaces in one direction",
        "tx_pcap=DIR/x.pcap,tx_iface=lo | EINVAL | files and interfaces in one direction",
        "iface=lo | EINVAL | iface= is both directions; leave the other ones out",
        "phy_mac=1 | EINVAL | phy_mac= goes with iface= only",
        "tx_iface=sluice-none | ENODEV | interface 'sluice-none' does not exist here",
        "tx_iface=a-name-longer-than-15-bytes | ENODEV | does not exist here",
        "infinite_rx=2 | EINVAL | infinite_rx=2, it takes a number from 0 to 1",
        "rx_pcap=DIR/empty.pcap,infinite_rx=1 | EINVAL | 'DIR/empty.pcap' has no whole packet"
      })
  void shouldRefuseArgumentsThatDoNotGoTogether(String arguments, String errno, String line)
      throws IOException {
    Path in = capture("in.pcap", 60);
    capture("empty.pcap");
    Files.createSymbolicLink(directory.resolve("link.pcap"), in);
    String text =
        "net_pcap0,rx_pcap=IN," + arguments.replace("IN", "" + in).replace("DIR", "" + directory);
    SluiceException refused =
        assertThrows(SluiceException.class, () -> ports.probe(text.replace("IN", "" + in)));
    assertEquals(Errno.valueOf(errno), refused.errno(), refused.getMessage());
    assertTrue(
        refused.getMessage().contains(line.replace("DIR", "" + directory)), refused.getMessage());
    assertEquals(1, refused.getMessage().lines().count());
    assertEquals(0, ports.count());
    assertArrayEquals(frame(60), read(in).get(0), "the capture is as it was");
  }
}
