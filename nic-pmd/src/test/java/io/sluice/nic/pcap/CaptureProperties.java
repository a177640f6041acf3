package io.sluice.nic.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Whatever is written is read; whatever is read ends in order. */
class CaptureProperties {
  private static final int MOST = PcapLayout.MAX_SNAPLEN;

  @Provide
  Arbitrary<List<byte[]>> frames() {
    return Arbitraries.bytes().array(byte[].class).ofMinSize(0).ofMaxSize(300).list().ofMaxSize(20);
  }

  private static Path write(String suffix, List<byte[]> frames, long time) throws IOException {
    Path file = Files.createTempFile("capture", suffix);
    long buffer = Memory.allocate(MOST);
    try (CaptureWriter writer = CaptureWriter.create(file.toString())) {
      for (int i = 0; i < frames.size(); i++) {
        byte[] frame = frames.get(i);
        Memory.copyFromBytes(frame, 0, buffer, frame.length);
        assertTrue(writer.begin(time + i, frame.length));
        // In two pieces, as a packet of two segments.
        writer.append(buffer, frame.length / 3);
        writer.append(buffer + frame.length / 3, frame.length - frame.length / 3);
      }
    } finally {
      Memory.release(buffer);
    }
    return file;
  }

  private static List<String> read(CaptureReader reader) {
    List<String> packets = new ArrayList<>();
    while (reader.next()) {
      byte[] frame = new byte[reader.length()];
      Memory.copyToBytes(reader.data(), frame, 0, frame.length);
      packets.add(reader.timestamp() + " " + HexFormat.of().formatHex(frame));
    }
    return packets;
  }

  private static List<String> texts(List<byte[]> frames, long time) {
    List<String> texts = new ArrayList<>();
    for (byte[] frame : frames) {
      texts.add(time + texts.size() + " " + HexFormat.of().formatHex(frame));
    }
    return texts;
  }

  @Property(tries = 100)
  void shouldReadWhatWasWritten(
      @ForAll boolean ng,
      @ForAll("frames") List<byte[]> frames,
      @ForAll @LongRange(min = 0, max = 4_000_000_000_000_000_000L) long time)
      throws IOException {
    Path file = write(ng ? ".pcapng" : ".pcap", frames, time);
    try (CaptureReader reader = CaptureReader.open(file.toString())) {
      assertEquals(texts(frames, time), read(reader));
      assertFalse(reader.isTruncated());
      assertTrue(reader.isEnded());
    } finally {
      Files.delete(file);
    }
  }

  @Property(tries = 300)
  void shouldEndInOrderWhereAFileIsCutOrDamaged(
      @ForAll boolean ng,
      @ForAll("frames") List<byte[]> frames,
      @ForAll @IntRange(max = 6000) int cut,
      @ForAll @IntRange(max = 6000) int at,
      @ForAll byte value)
      throws IOException {
    Path file = write(ng ? ".pcapng" : ".pcap", frames, 1);
    byte[] bytes = Files.readAllBytes(file);
    byte[] damaged = java.util.Arrays.copyOf(bytes, Math.min(bytes.length, cut));
    if (at < damaged.length) {
      damaged[at] = value;
    }
    Files.write(file, damaged);
    try (CaptureReader reader = CaptureReader.open(file.toString())) {
      List<String> packets = read(reader);
      assertTrue(reader.isEnded());
      assertTrue(packets.size() <= frames.size() + 1, packets::toString);
      assertFalse(reader.next());
    } catch (SluiceException e) {
      assertEquals(1, e.getMessage().lines().count());
    } finally {
      Files.delete(file);
    }
  }
}
