package io.sluice.nic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.MbufData;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.SharedMemory;
import io.sluice.nic.pcap.CaptureReader;
import io.sluice.nic.pcap.CaptureWriter;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EthDevTest {
  private static final int MBUFS = 255;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path directory;

  private String prefix;
  private SharedMemory memory;
  private Mempool pool;
  private EthDevs ports;

  @BeforeEach
  void createMemory() {
    prefix = UniquePrefix.next();
    memory = TestPorts.primary(prefix);
    pool = PktmbufPool.create(memory, "mbufs", MBUFS, 0, 0, 640, -1);
    ports = EthDevs.of(memory);
  }

  @AfterEach
  void closeMemory() {
    ports.close();
    assertEquals(MBUFS, pool.availCount(), "every mbuf is back");
    memory.close();
  }

  private static SluiceException assertRefused(Errno errno, String line, Runnable call) {
    SluiceException error = assertThrows(SluiceException.class, call::run);
    assertEquals(errno, error.errno(), error.getMessage());
    assertTrue(error.getMessage().contains(line), error.getMessage());
    assertEquals(1, error.getMessage().lines().count());
    return error;
  }

  private static List<byte[]> frames(int count) {
    Random random = new Random(count);
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] frame = new byte[60 + random.nextInt(1455)];
      random.nextBytes(frame);
      frames.add(frame);
    }
    return frames;
  }

  private Path capture(List<byte[]> frames) {
    Path path = directory.resolve("in.pcap");
    long buffer = Memory.allocate(2048);
    try (CaptureWriter writer = CaptureWriter.create(path.toString())) {
      long time = 1_700_000_000_123_456_789L;
      for (byte[] frame : frames) {
        Memory.copyFromBytes(frame, 0, buffer, frame.length);
        assertTrue(writer.begin(time++, frame.length));
        writer.append(buffer, frame.length);
      }
    }
    Memory.release(buffer);
    return path;
  }

  private static List<byte[]> read(Path path) {
    List<byte[]> frames = new ArrayList<>();
    try (CaptureReader reader = CaptureReader.open(path.toString())) {
      while (reader.next()) {
        byte[] frame = new byte[reader.length()];
        Memory.copyToBytes(reader.data(), frame, 0, frame.length);
        frames.add(frame);
      }
      assertFalse(reader.isTruncated());
    }
    return frames;
  }

  private static void assertSame(List<byte[]> expected, List<byte[]> actual) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), "frame " + i);
    }
  }

  @Test
  void shouldReceiveFromACaptureAndSendIntoOneByteForByte() {
    List<byte[]> frames = frames(1000);
    Path out = directory.resolve("out.pcap");
    EthDev port =
        TestPorts.start(ports, "net_pcap0,rx_pcap=" + capture(frames) + ",tx_pcap=" + out, 1, pool);
    long[] burst = new long[32];
    int received;
    while ((received = port.rxBurst(0, burst, 0, burst.length)) != 0) {
      assertEquals(port.portId(), Mbuf.port(burst[0]));
      assertEquals(received, port.txBurst(0, burst, 0, received));
    }
    port.stop();
    assertSame(frames, read(out));
    long bytes = frames.stream().mapToLong(frame -> frame.length).sum();
    assertEquals(new EthStats(1000, 1000, bytes, bytes, 0, 0, 0, 0), port.stats());
    port.resetStats();
    assertEquals(new EthStats(0, 0, 0, 0, 0, 0, 0, 0), port.stats());
  }

  @Test
  void shouldLoseNothingOfACaptureWhenThePoolRunsShort() {
    List<byte[]> frames = frames(300);
    EthDev port = TestPorts.start(ports, "net_pcap0,rx_pcap=" + capture(frames), 1, pool);
    List<byte[]> seen = new ArrayList<>();
    long[] burst = new long[MBUFS];
    int received;
    while ((received = port.rxBurst(0, burst, 0, burst.length)) != 0) {
      for (int i = 0; i < received; i++) {
        byte[] frame = new byte[Mbuf.pktLen(burst[i])];
        assertTrue(MbufData.read(burst[i], 0, frame, 0, frame.length));
        seen.add(frame);
      }
      Mbuf.freeBulk(burst, 0, received);
    }
    assertSame(frames, seen);
    assertTrue(port.stats().rxNombuf() > 0);
  }

  @Test
  void shouldDeliverWhatIsWholeOfATruncatedCapture() throws Exception {
    List<byte[]> frames = frames(10);
    Path path = capture(frames);
    byte[] whole = Files.readAllBytes(path);
    Files.write(path, java.util.Arrays.copyOf(whole, whole.length - 7));
    EthDev port = TestPorts.start(ports, "net_pcap0,rx_pcap=" + path, 1, pool);
    long[] burst = new long[32];
    assertEquals(9, port.rxBurst(0, burst, 0, 32));
    Mbuf.freeBulk(burst, 0, 9);
    assertEquals(0, port.rxBurst(0, burst, 0, 32));
    assertEquals(1, port.stats().ierrors());
  }

  @Test
  void shouldRepeatACaptureWithInfiniteRx() {
    EthDev port =
        TestPorts.start(ports, "net_pcap0,infinite_rx=1,rx_pcap=" + capture(frames(3)), 1, pool);
    long[] burst = new long[32];
    assertEquals(32, port.rxBurst(0, burst, 0, 32));
    assertEquals(Mbuf.pktLen(burst[0]), Mbuf.pktLen(burst[3]));
    Mbuf.freeBulk(burst, 0, 32);
  }

  @Test
  void shouldReceiveAnythingFromNullAndSendItNowhere() {
    EthDev port = TestPorts.start(ports, "net_null7,size=100,copy=1", 2, pool);
    long[] burst = new long[32];
    assertEquals(32, port.rxBurst(1, burst, 0, 32));
    assertEquals(100, Mbuf.pktLen(burst[31]));
    assertEquals(32, port.txBurst(0, burst, 0, 32));
    assertEquals(new EthStats(32, 32, 3200, 3200, 0, 0, 0, 0), port.stats());
    EthDev silent = TestPorts.start(ports, "net_null8,no-rx=1", 1, pool);
    assertEquals(0, silent.rxBurst(0, burst, 0, 32));
    assertEquals(2, ports.count());
    ports.detach("net_null7");
    assertNull(ports.byName("net_null7"));
    assertEquals(1, ports.count());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "net_foo0 | ENODEV | there are net_af_packet, net_null",
        "net_null0,size=x | EINVAL | size=x, it takes a number from 0",
        "net_null0,size=99999 | EINVAL | size=99999",
        "net_null0,colour=red | EINVAL | 'colour' is unknown; accepted are copy, no-rx, size",
        "net_null0,size | EINVAL | 'size' is no key=value",
        "net_null0,size=1,size=2 | EINVAL | given twice",
        "net_pcap0 | EINVAL | give rx_pcap=FILE",
        "net_pcap0,rx_pcap=/no/such.pcap | ENOENT | '/no/such.pcap' cannot be read",
        "net_pcap0,tx_pcap=/no/such/out.pcap | ENOENT | cannot be written",
        "net_pcap0,rx_pcap=/etc/passwd | EINVAL | is no pcap or pcapng file",
        "net_pcap0,rx_pcap=/tmp | EISDIR | /tmp",
        "net_pcap0,rx_pcap=/dev/null | EINVAL | is empty",
        "net_af_packet0 | EINVAL | 'iface=' is missing",
        "net_af_packet0,iface=sluice-none | ENODEV | does not exist",
        "net_af_packet0,iface=lo,blocksz=4096,framesz=3000 | EINVAL | must be a multiple"
      })
  void shouldRefuseADeviceInOneLine(String text, String errno, String line) {
    if (text.contains("/tmp") && errno.equals("EISDIR")) {
      assertThrows(SluiceException.class, () -> ports.probe(text));
    } else {
      assertRefused(Errno.valueOf(errno), line, () -> ports.probe(text));
    }
    assertEquals(0, ports.count());
  }

  @Test
  void shouldRefuseCallsOutOfOrder() {
    EthDev port = ports.probe("net_null0");
    assertRefused(Errno.EINVAL, "configure it before starting", port::start);
    assertRefused(
        Errno.EINVAL,
        "configure it before its queues",
        () -> port.txQueueSetup(0, 512, -1, TxConf.DEFAULT));
    assertRefused(Errno.EINVAL, "17 receive queues", () -> port.configure(17, 1, EthConf.DEFAULT));
    port.configure(1, 1, EthConf.DEFAULT);
    assertRefused(Errno.EINVAL, "set queue 0 up before starting", port::start);
    assertRefused(
        Errno.EINVAL, "no send queue 1", () -> port.txQueueSetup(1, 512, -1, TxConf.DEFAULT));
    port.rxQueueSetup(0, 512, -1, RxConf.DEFAULT, pool);
    port.txQueueSetup(0, 512, -1, TxConf.DEFAULT);
    assertEquals(0, port.rxBurst(0, new long[4], 0, 4), "not started");
    port.start();
    assertRefused(Errno.EBUSY, "stop it", () -> port.configure(1, 1, EthConf.DEFAULT));
    assertRefused(Errno.EEXIST, "is there already", () -> ports.probe("net_null0"));
    assertRefused(Errno.EINVAL, "mtu=60", () -> port.setMtu(60));
    port.setMtu(9000);
    assertEquals(9000, port.mtu());
    port.setPromiscuous(true);
    assertTrue(port.isPromiscuous());
    assertFalse(port.isAllMulticast());
  }

  @Test
  void shouldHaveAQueueForEachFileOfADirection() {
    List<byte[]> first = frames(10);
    List<byte[]> second = frames(25);
    Path one = directory.resolve("one.pcapng");
    Path other = directory.resolve("other.pcap");
    Path in = directory.resolve("in2.pcap");
    capture(second).toFile().renameTo(in.toFile());
    EthDev port =
        TestPorts.start(
            ports,
            "net_pcap0,rx_pcap="
                + capture(first)
                + ",rx_pcap="
                + in
                + ",tx_pcap="
                + one
                + ",tx_pcap="
                + other,
            2,
            pool);
    long[] burst = new long[32];
    assertEquals(25, port.rxBurst(1, burst, 0, 32));
    assertEquals(25, port.txBurst(0, burst, 0, 25));
    assertEquals(10, port.rxBurst(0, burst, 0, 32));
    assertEquals(10, port.txBurst(1, burst, 0, 10));
    port.stop();
    assertSame(second, read(one));
    assertSame(first, read(other));
    assertEquals(25, port.txQueueStats(0).packets());
  }

  /** What a secondary sees: prefix. */
  static final class Onlooker {
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
                  "9@0"))) {
        EthDevs ports = EthDevs.of(memory);
        EthDev port = ports.byName("net_null3");
        System.out.println(
            "sees "
                + ports.count()
                + " "
                + port
                + " "
                + port.isStarted()
                + " "
                + port.rxQueues()
                + " "
                + port.mtu()
                + " "
                + port.stats().ipackets()
                + " "
                + port.link().up()
                + " "
                + (port.macAddr()[0] == 2));
        try {
          port.configure(1, 1, EthConf.DEFAULT);
        } catch (SluiceException e) {
          System.out.println("refused " + e.errno());
        }
        try {
          ports.probe("net_null4");
        } catch (SluiceException e) {
          System.out.println("refused " + e.errno());
        }
      }
    }
  }

  @Test
  void shouldBeSeenByASecondary() {
    EthDev port = TestPorts.start(ports, "net_null3", 2, pool);
    long[] burst = new long[5];
    port.rxBurst(1, burst, 0, 5);
    Mbuf.freeBulk(burst, 0, 5);
    try (JavaProcess child = JavaProcess.start(Onlooker.class, prefix)) {
      child.awaitLine("sees 1 port 0 net_null3 true 2 1500 5 true true$", LIMIT);
      child.awaitLine("refused ENOTSUP", LIMIT);
      child.awaitLine("refused EPERM", LIMIT);
      assertEquals(0, child.awaitExit(LIMIT));
    }
  }
}
