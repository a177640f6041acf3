package io.sluice.cli.demo;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Classic pcap as the demo itself reads and writes it, on purpose apart from the driver's code:
 * what the one gets wrong the other must see.
 */
public final class CaptureFile {
  private static final int MICROSECONDS = 0xa1b2c3d4;
  private static final int NANOSECONDS = 0xa1b23c4d;
  private static final int HEADER = 24;
  private static final int RECORD = 16;
  private static final int ETHERNET = 1;
  private static final int MAX_FRAME = 1 << 18;

  private CaptureFile() {}

  /** Reads one frame after the other from a stream that may be a pipe. */
  static final class Reader {
    private final DataInputStream in;
    private final ByteOrder order;
    private final byte[] record = new byte[RECORD];

    /** Reads the file's header. */
    Reader(InputStream stream) throws IOException {
      in = new DataInputStream(new BufferedInputStream(stream, 1 << 16));
      byte[] header = new byte[HEADER];
      in.readFully(header);
      ByteBuffer buffer = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
      order = isMagic(buffer.getInt(0)) ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
      buffer.order(order);
      if (!isMagic(buffer.getInt(0))) {
        throw new IOException("no pcap file");
      }
      if ((buffer.getInt(20) & 0xffff) != ETHERNET) {
        throw new IOException("not of Ethernet but of link type " + buffer.getInt(20));
      }
    }

    private static boolean isMagic(int magic) {
      return magic == MICROSECONDS || magic == NANOSECONDS;
    }

    /** The next frame, as far as it was captured; null at the end. */
    byte[] next() throws IOException {
      int first = in.read();
      if (first < 0) {
        return null;
      }
      record[0] = (byte) first;
      in.readFully(record, 1, RECORD - 1);
      int length = ByteBuffer.wrap(record).order(order).getInt(8);
      if (length < 0 || length > MAX_FRAME) {
        throw new IOException("a record of " + length + " bytes");
      }
      byte[] frame = new byte[length];
      in.readFully(frame);
      return frame;
    }
  }

  static List<byte[]> read(Path file) throws IOException {
    List<byte[]> frames = new ArrayList<>();
    try (InputStream stream = Files.newInputStream(file)) {
      Reader reader = new Reader(stream);
      for (byte[] frame = reader.next(); frame != null; frame = reader.next()) {
        frames.add(frame);
      }
    } catch (EOFException e) {
      throw new IOException(file + " is cut short", e);
    } catch (IOException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
    return frames;
  }

  static void writeHeader(OutputStream out) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(MICROSECONDS).putShort((short) 2).putShort((short) 4);
    header.putInt(0).putInt(0).putInt(MAX_FRAME).putInt(ETHERNET);
    out.write(header.array());
  }

  static void writeFrame(OutputStream out, byte[] frame, long number) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(RECORD).order(ByteOrder.LITTLE_ENDIAN);
    record.putInt((int) (number / 1_000_000)).putInt((int) (number % 1_000_000));
    record.putInt(frame.length).putInt(frame.length);
    out.write(record.array());
    out.write(frame);
  }

  /** Writes a file of these frames. */
  public static void write(Path file, List<byte[]> frames) throws IOException {
    try (OutputStream out = new java.io.BufferedOutputStream(Files.newOutputStream(file))) {
      writeHeader(out);
      long number = 0;
      for (byte[] frame : frames) {
        writeFrame(out, frame, number++);
      }
    }
  }
}
