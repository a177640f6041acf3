package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.mempool.MbufFlags;
import io.sluice.memzone.MemZone;
import io.sluice.platform.Memory;
import io.sluice.ring.Ring;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DPDK's {@code dpdk-dumpcap}, unmodified, writes what a port of ours sends and receives. */
@RequiresRoot
@RequiresCommand({"dpdk-dumpcap", "tcpdump"})
@RequiresHugepages(kb = 2048, count = 48)
@Timeout(120)
class DumpcapTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int PACKETS = 500;
  private static final int MOST = 1514;
  private static final int LEAST = 60;
  private static final int TCI = 0x2123;
  private static final byte[] PROBE = new byte[LEAST];

  @TempDir private Path folder;

  private final String prefix = UniquePrefix.next();
  private LoopedPort looped;

  @BeforeEach
  void start() {
    looped = new LoopedPort(prefix);
  }

  @AfterEach
  void end() throws IOException {
    looped.close();
    List<String> left = Traces.of(prefix);
    Traces.remove(prefix);
    assertEquals(List.of(), left);
  }

  private JavaProcess dumpcap(String... arguments) {
    List<String> command = new ArrayList<>(List.of("dpdk-dumpcap", "--file-prefix", prefix));
    command.addAll(List.of("-p", "-i", LoopedPort.NAME));
    command.addAll(List.of(arguments));
    return JavaProcess.startCommand(command);
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  /** Accepted packets of the port, sent or received, as the capturing process counts them. */
  private long accepted(boolean tx) {
    MemZone zone = MemZone.lookup(looped.primary.memory(), "rte_pdump_stats");
    long port = zone == null ? 0 : zone.address() + (long) looped.port.portId() * (1024 * 64);
    return zone == null ? 0 : Memory.getLongVolatile(port + (tx ? 2 << 20 : 0));
  }

  /** Passes probes until both directions are captured; how many copies of them there are. */
  private long awaitCapture(JavaProcess capturing) {
    long sent = accepted(true);
    long received = accepted(false);
    Await.until(
        "a capture of both directions",
        LIMIT,
        () -> {
          looped.pass(PROBE, 0, 0);
          assertTrue(capturing.isAlive(), () -> String.join("\n", capturing.stdout()));
          return accepted(true) != sent && accepted(false) != received;
        },
        () -> String.join("\n", capturing.stdout()));
    return accepted(true) + accepted(false);
  }

  /** Until the capturing process has read all copies: what is in its ring at its end is lost. */
  private void awaitDrained(JavaProcess capturing) {
    Ring ring = Ring.lookup(looped.primary.memory(), "dumpcap-" + capturing.pid());
    Await.until(
        "an empty ring of the capturing process",
        LIMIT,
        ring::isEmpty,
        () -> String.join("\n", capturing.stdout()));
  }

  /** As Ctrl-C does, once all copies have been read. */
  private void end(JavaProcess capturing) {
    awaitDrained(capturing);
    capturing.signal("INT");
    assertEquals(0, capturing.awaitExit(LIMIT), () -> String.join("\n", capturing.stdout()));
  }

  /** Frames of all lengths and random content; every tenth arrives with its tag in the mbuf. */
  private List<byte[]> passFrames() {
    Random random = new Random(42);
    List<byte[]> captured = new ArrayList<>();
    for (int i = 0; i < PACKETS; i++) {
      byte[] frame = new byte[LEAST + random.nextInt(MOST - LEAST)];
      random.nextBytes(frame);
      boolean tagged = i % 10 == 0;
      looped.pass(frame, tagged ? MbufFlags.RX_VLAN | MbufFlags.RX_VLAN_STRIPPED : 0, TCI);
      captured.add(frame);
      captured.add(tagged ? withTag(frame) : frame);
    }
    return captured;
  }

  private static byte[] withTag(byte[] frame) {
    ByteBuffer tagged = ByteBuffer.allocate(frame.length + 4);
    tagged.put(frame, 0, 12).putShort((short) 0x8100).putShort((short) TCI);
    return tagged.put(frame, 12, frame.length - 12).array();
  }

  /** By tcpdump's reader, which knows both formats; probes left out. */
  private List<String> frames(Path capture) throws IOException {
    Path plain = Files.createTempFile(folder, "plain", ".pcap");
    JavaProcess tcpdump =
        JavaProcess.startCommand(
            List.of("tcpdump", "-Z", "root", "-r", capture.toString(), "-w", plain.toString()));
    assertEquals(0, tcpdump.awaitExit(LIMIT), () -> String.join("\n", tcpdump.stdout()));
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(plain)).order(ByteOrder.LITTLE_ENDIAN);
    in.position(24);
    List<String> frames = new ArrayList<>();
    while (in.hasRemaining()) {
      in.position(in.position() + 8);
      byte[] frame = new byte[in.getInt()];
      in.getInt();
      in.get(frame);
      if (!Arrays.equals(frame, PROBE)) {
        frames.add(HexFormat.of().formatHex(frame));
      }
    }
    return frames;
  }

  @ParameterizedTest
  @ValueSource(strings = {"pcapng", "pcap"})
  void shouldCaptureBothDirectionsWhole(String format) throws IOException {
    Path capture = file("capture." + format);
    JavaProcess dumpcap =
        format.equals("pcap")
            ? dumpcap("-P", "-w", capture.toString())
            : dumpcap("-w", capture.toString());
    long probes = awaitCapture(dumpcap);
    List<byte[]> expected = passFrames();
    long copies = probes + expected.size();
    assertEquals(copies, accepted(true) + accepted(false));
    end(dumpcap);
    Matcher summary = dumpcap.awaitLine("interface 'net_ring_loop': (\\d+)/(\\d+)", LIMIT);
    assertEquals(copies + "/0", summary.group(1) + "/" + summary.group(2));
    if (format.equals("pcap")) {
      // Without a block of its own a packet has no tag but in its data.
      expected = expected.stream().map(DumpcapTest::withoutTag).toList();
    }
    assertEquals(expected.stream().map(HexFormat.of()::formatHex).toList(), frames(capture));
    assertTrue(looped.hasAllMbufs());
    assertEquals(List.of(), looped.audit());
  }

  private static byte[] withoutTag(byte[] frame) {
    ByteBuffer in = ByteBuffer.wrap(frame);
    if (in.getInt(12) != (0x8100 << 16 | TCI)) {
      return frame;
    }
    ByteBuffer out = ByteBuffer.allocate(frame.length - 4);
    return out.put(frame, 0, 12).put(frame, 16, frame.length - 16).array();
  }

  @Test
  void shouldCutPacketsAtTheSnaplen() throws IOException {
    Path capture = file("cut.pcapng");
    JavaProcess dumpcap = dumpcap("-s", "100", "-w", capture.toString());
    awaitCapture(dumpcap);
    byte[] frame = new byte[MOST];
    new Random(7).nextBytes(frame);
    looped.pass(frame, 0, 0);
    end(dumpcap);
    String cut = HexFormat.of().formatHex(frame, 0, 100);
    assertEquals(List.of(cut, cut), frames(capture));
  }

  @Test
  void shouldEndTheCaptureOfOneThatWasKilledAndTakeTheNext() throws IOException {
    JavaProcess killed = dumpcap("-w", file("killed.pcapng").toString());
    awaitCapture(killed);
    killed.kill();
    long[] before = {-1};
    Await.until(
        "the end of the dead one's capture",
        LIMIT,
        () -> {
          before[0] = accepted(true);
          looped.pass(PROBE, 0, 0);
          return accepted(true) == before[0];
        });
    Path capture = file("next.pcapng");
    JavaProcess next = dumpcap("-w", capture.toString());
    awaitCapture(next);
    List<byte[]> expected = passFrames();
    end(next);
    assertEquals(expected.stream().map(HexFormat.of()::formatHex).toList(), frames(capture));
    assertTrue(looped.hasAllMbufs());
  }

  @Test
  void shouldRefuseFilters() {
    JavaProcess dumpcap = dumpcap("-f", "udp", "-w", file("none.pcapng").toString());
    assertEquals(1, dumpcap.awaitExit(LIMIT), () -> String.join("\n", dumpcap.stdout()));
    dumpcap.awaitLine("Packet dump enable failed", LIMIT);
    looped.pass(PROBE, 0, 0);
    assertTrue(looped.hasAllMbufs());
  }
}
