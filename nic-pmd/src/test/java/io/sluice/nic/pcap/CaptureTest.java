package io.sluice.nic.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What capture files may hold, read from files that another writer has put together. */
class CaptureTest {
  private static final long SECOND = 1_000_000_000L;

  @TempDir Path directory;

  private static byte[] frame(int length) {
    byte[] frame = new byte[length];
    for (int i = 0; i < length; i++) {
      frame[i] = (byte) (i * 7 + length);
    }
    return frame;
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("capture"), bytes);
  }

  private static String text(long nanos, byte[] frame) {
    return nanos + " " + HexFormat.of().formatHex(frame);
  }

  private static List<String> readAll(CaptureReader reader) {
    List<String> packets = new ArrayList<>();
    while (reader.next()) {
      byte[] frame = new byte[reader.length()];
      Memory.copyToBytes(reader.data(), frame, 0, frame.length);
      packets.add(text(reader.timestamp(), frame));
    }
    return packets;
  }

  private List<String> readAll(byte[] bytes) throws IOException {
    try (CaptureReader reader = CaptureReader.open(file(bytes).toString())) {
      List<String> packets = readAll(reader);
      assertTrue(reader.isEnded());
      assertFalse(reader.isTruncated());
      reader.rewind();
      assertEquals(packets, readAll(reader), "the same again");
      return packets;
    }
  }

  static Stream<Arguments> orders() {
    return Stream.of(Arguments.of(ByteOrder.LITTLE_ENDIAN), Arguments.of(ByteOrder.BIG_ENDIAN));
  }

  @ParameterizedTest
  @MethodSource("orders")
  void shouldReadClassicFilesOfEitherByteOrderAndResolution(ByteOrder order) throws IOException {
    assertEquals(
        List.of(text(5 * SECOND + 7_000, frame(60)), text(6 * SECOND + 8_000, frame(61))),
        readAll(
            new CaptureBytes(order)
                .pcapHeader(false)
                .pcapPacket(5, 7, frame(60))
                .pcapPacket(6, 8, frame(61))
                .bytes()));
    assertEquals(
        List.of(text(5 * SECOND + 7, frame(1514))),
        readAll(new CaptureBytes(order).pcapHeader(true).pcapPacket(5, 7, frame(1514)).bytes()));
  }

  @ParameterizedTest
  @MethodSource("orders")
  void shouldReadEveryKindOfPacketBlock(ByteOrder order) throws IOException {
    byte[] bytes =
        new CaptureBytes(order)
            .section()
            .block(0x0bad, new byte[5])
            .interfaceOf(CaptureBytes.ETHERNET, 100, null, null)
            .enhanced(0, 0x1_0000_0001L, frame(61))
            .obsolete(0, 2_000_001L, frame(62))
            .simple(70, frame(70))
            .simple(1000, frame(100))
            .block(4, new byte[33])
            .enhanced(0, 3, frame(60))
            .bytes();
    assertEquals(
        List.of(
            text(0x1_0000_0001L * 1000, frame(61)),
            text(2 * SECOND + 1000, frame(62)),
            text(0, frame(70)),
            text(0, frame(100)),
            text(3000, frame(60))),
        readAll(bytes));
  }

  static Stream<Arguments> times() {
    return Stream.of(
        Arguments.of(null, 1_700_000_000_123_456L, 1_700_000_000_123_456_000L),
        Arguments.of(9, 1_700_000_000_123_456_789L, 1_700_000_000_123_456_789L),
        Arguments.of(0, 1_700_000_000L, 1_700_000_000L * SECOND),
        Arguments.of(12, 1_234_567_890_123L, 1_234_567_890L),
        Arguments.of(0x80 | 10, 1024L * 5 + 512, 5 * SECOND + SECOND / 2),
        Arguments.of(0x80 | 32, (7L << 32) + (1L << 31), 7 * SECOND + SECOND / 2),
        Arguments.of(0x80 | 40, (7L << 40) + (1L << 38), 7 * SECOND + SECOND / 4));
  }

  @ParameterizedTest
  @MethodSource("times")
  void shouldReadTimesOfAnyResolution(Integer resolution, long ticks, long nanos)
      throws IOException {
    for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      byte[] bytes =
          new CaptureBytes(order)
              .section()
              .interfaceOf(CaptureBytes.ETHERNET, 0, resolution, null)
              .enhanced(0, ticks, frame(60))
              .interfaceOf(CaptureBytes.ETHERNET, 0, resolution, 100L)
              .enhanced(1, ticks, frame(60))
              .bytes();
      assertEquals(
          List.of(text(nanos, frame(60)), text(nanos + 100 * SECOND, frame(60))), readAll(bytes));
    }
  }

  @Test
  void shouldReadSeveralSectionsEachInItsOrder() throws IOException {
    byte[] little =
        new CaptureBytes(ByteOrder.LITTLE_ENDIAN)
            .section()
            .interfaceOf(CaptureBytes.ETHERNET, 0, 9, null)
            .enhanced(0, 1, frame(60))
            .bytes();
    byte[] big =
        new CaptureBytes(ByteOrder.BIG_ENDIAN)
            .section()
            .interfaceOf(CaptureBytes.ETHERNET, 0, null, null)
            .enhanced(0, 2, frame(61))
            .bytes();
    byte[] both = new byte[little.length + big.length];
    System.arraycopy(little, 0, both, 0, little.length);
    System.arraycopy(big, 0, both, little.length, big.length);
    assertEquals(List.of(text(1, frame(60)), text(2000, frame(61))), readAll(both));
  }

  @Test
  void shouldPassOverABlockLongerThanItsBuffer() throws IOException {
    byte[] bytes =
        new CaptureBytes(ByteOrder.LITTLE_ENDIAN)
            .section()
            .interfaceOf(CaptureBytes.ETHERNET, 0, 9, null)
            .block(0x40000bad, new byte[3 << 20])
            .enhanced(0, 1, frame(60))
            .bytes();
    assertEquals(List.of(text(1, frame(60))), readAll(bytes));
  }

  @Test
  void shouldLeaveOutWhatIsNotEthernetAndCountIt() throws IOException {
    byte[] bytes =
        new CaptureBytes(ByteOrder.LITTLE_ENDIAN)
            .section()
            .interfaceOf(CaptureBytes.ETHERNET, 0, 9, null)
            .interfaceOf(113, 0, 9, null)
            .enhanced(1, 1, frame(60))
            .enhanced(0, 2, frame(61))
            .enhanced(1, 3, frame(62))
            .bytes();
    try (CaptureReader reader = CaptureReader.open(file(bytes).toString())) {
      assertEquals(List.of(text(2, frame(61))), readAll(reader));
      assertEquals(2, reader.takeLeftOut());
      assertEquals(0, reader.takeLeftOut());
      assertFalse(reader.isTruncated());
    }
  }

  @Test
  void shouldRefuseACaptureOfNothingButAnotherLinkType() throws IOException {
    Path file =
        file(
            new CaptureBytes(ByteOrder.LITTLE_ENDIAN)
                .section()
                .interfaceOf(113, 0, 9, null)
                .enhanced(0, 1, frame(60))
                .bytes());
    SluiceException refused =
        assertThrows(SluiceException.class, () -> CaptureReader.open(file.toString()));
    assertEquals(Errno.EINVAL, refused.errno());
    assertTrue(refused.getMessage().contains("link type 113"), refused.getMessage());
  }

  static Stream<Arguments> damages() {
    // Offsets from the start of the second packet's block, and what is put there.
    return Stream.of(
        Arguments.of("total length is no multiple of 4", 4, 93),
        Arguments.of("total length is less than a block's", 4, 8),
        Arguments.of("total length differs from the one behind", 4, 96),
        Arguments.of("total length beyond the file's end", 4, 4000),
        Arguments.of("interface is not there", 8, 5),
        Arguments.of("interface is negative", 8, -1),
        Arguments.of("captured length is longer than the block", 20, 62),
        Arguments.of("captured length is negative", 20, -60));
  }

  @Test
  void shouldSayWhereAClassicFileIsCutAndWhatWasExpected() throws IOException {
    CaptureBytes capture =
        new CaptureBytes(ByteOrder.BIG_ENDIAN).pcapHeader(true).pcapPacket(1, 2, frame(60));
    byte[] bytes = capture.pcapPacket(1, 3, frame(100)).pcapPacket(1, 4, frame(61)).bytes();
    assertSays(bytes, 101, 1, "ends within what begins at offset 100: 16 bytes expected, 1 are");
    assertSays(bytes, 115, 1, "ends within what begins at offset 100: 16 bytes expected, 15 are");
    assertSays(bytes, 116, 1, "ends within what begins at offset 100: 116 bytes expected, 16 are");
    assertSays(bytes, 215, 1, "ends within what begins at offset 100: 116 bytes expected, 115 are");
    assertSays(bytes, 217, 2, "ends within what begins at offset 216: 16 bytes expected, 1 are");
    java.nio.ByteBuffer.wrap(bytes).putInt(108, 262145);
    assertSays(
        bytes,
        bytes.length,
        1,
        "is damaged in what begins at offset 100: a packet's length of 0 to 262144 expected,"
            + " found 262145 (0x40001)");
  }

  @Test
  void shouldSayWhereAFileOfBlocksIsCutAndWhatWasExpected() throws IOException {
    CaptureBytes capture =
        new CaptureBytes(ByteOrder.LITTLE_ENDIAN)
            .section()
            .interfaceOf(CaptureBytes.ETHERNET, 0, 9, null)
            .enhanced(0, 1, frame(60));
    int second = capture.bytes().length;
    byte[] bytes = capture.enhanced(0, 2, frame(48)).bytes();
    String where = "ends within what begins at offset " + second + ": ";
    assertSays(bytes, second + 3, 1, where + "12 bytes expected, 3 are there");
    assertSays(bytes, second + 40, 1, where + "88 bytes expected, 40 are there");
    byte[] unknown = capture.block(0x0bad, new byte[100]).bytes();
    assertSays(
        unknown,
        unknown.length - 30,
        2,
        "ends at offset " + (unknown.length - 30) + ", 30 bytes before the end of a block");
    java.nio.ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(second + 4, 93);
    assertSays(
        bytes,
        bytes.length,
        1,
        "is damaged in what begins at offset "
            + second
            + ": a block's length of 12 or more, a multiple of 4, expected, found 93 (0x5d)");
  }

  @Test
  void shouldSayWhereAFileOfManyBuffersIsCut() throws IOException {
    CaptureBytes capture = new CaptureBytes(ByteOrder.LITTLE_ENDIAN).pcapHeader(true);
    int packets = 3000;
    for (int i = 0; i < packets; i++) {
      capture.pcapPacket(1, i, frame(1514));
    }
    byte[] bytes = capture.bytes();
    int last = 24 + (packets - 1) * 1530;
    String line =
        "ends within what begins at offset " + last + ": 1530 bytes expected, 1529 are there";
    assertSays(bytes, bytes.length - 1, packets - 1, line);
  }

  /** Cut to so many bytes, of which so many packets are whole; twice, the second time rewound. */
  private void assertSays(byte[] bytes, int length, int whole, String line) throws IOException {
    Path file = file(java.util.Arrays.copyOf(bytes, length));
    try (CaptureReader reader = CaptureReader.open(file.toString())) {
      for (int round = 0; round < 2; round++) {
        assertEquals(whole, readAll(reader).size());
        assertTrue(reader.isTruncated());
        String said = reader.truncation();
        assertTrue(said.startsWith("capture '" + file + "' " + line), said);
        assertTrue(said.endsWith("; only what is before that can be read"), said);
        assertEquals(1, said.lines().count());
        reader.rewind();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("damages")
  void shouldEndBeforeADamagedPacket(String what, int offset, int value) throws IOException {
    CaptureBytes capture =
        new CaptureBytes(ByteOrder.LITTLE_ENDIAN)
            .section()
            .interfaceOf(CaptureBytes.ETHERNET, 0, 9, null)
            .enhanced(0, 1, frame(60));
    int second = capture.bytes().length;
    byte[] bytes = capture.enhanced(0, 2, frame(48)).enhanced(0, 3, frame(60)).bytes();
    java.nio.ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(second + offset, value);
    try (CaptureReader reader = CaptureReader.open(file(bytes).toString())) {
      assertEquals(List.of(text(1, frame(60))), readAll(reader), what);
      assertTrue(reader.isTruncated(), what);
      assertTrue(reader.truncation().contains(" begins at offset " + second), what);
      assertTrue(reader.isEnded(), what);
      assertFalse(reader.next(), what);
    }
  }
}
