package io.sluice.samples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

/** Reads and writes classic pcap files, apart from the driver's own code. */
final class PcapFiles {
  private PcapFiles() {}

  static Path write(Path file, Collection<byte[]> frames) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        le(24)
            .putInt(0xa1b2c3d4)
            .putShort((short) 2)
            .putShort((short) 4)
            .putLong(0)
            .putInt(65535)
            .putInt(1)
            .array());
    int second = 0;
    for (byte[] frame : frames) {
      out.writeBytes(
          le(16).putInt(second++).putInt(0).putInt(frame.length).putInt(frame.length).array());
      out.writeBytes(frame);
    }
    return Files.write(file, out.toByteArray());
  }

  static List<byte[]> read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    in.position(24);
    List<byte[]> frames = new ArrayList<>();
    while (in.remaining() >= 16) {
      in.position(in.position() + 8);
      byte[] frame = new byte[in.getInt()];
      in.getInt();
      in.get(frame);
      frames.add(frame);
    }
    return frames;
  }

  /** Frames as text in a fixed order, so that two sets of them compare and print well. */
  static List<String> sorted(Collection<byte[]> frames) {
    return frames.stream().map(HexFormat.of()::formatHex).sorted().toList();
  }

  private static ByteBuffer le(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
