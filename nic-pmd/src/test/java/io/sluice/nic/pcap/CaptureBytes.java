package io.sluice.nic.pcap;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Puts captures together byte by byte, apart from the driver's own code. */
final class CaptureBytes {
  static final int SECTION = 0x0a0d0d0a;
  static final int ETHERNET = 1;

  private final ByteOrder order;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  CaptureBytes(ByteOrder order) {
    this.order = order;
  }

  private ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(order);
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  /** A classic file's header. */
  CaptureBytes pcapHeader(boolean nanos) {
    ByteBuffer header = buffer(24).putInt(nanos ? 0xa1b23c4d : 0xa1b2c3d4);
    header.putShort((short) 2).putShort((short) 4).putLong(0).putInt(65535).putInt(ETHERNET);
    out.writeBytes(header.array());
    return this;
  }

  /** A classic file's packet. */
  CaptureBytes pcapPacket(int seconds, int fraction, byte[] frame) {
    ByteBuffer header = buffer(16).putInt(seconds).putInt(fraction);
    out.writeBytes(header.putInt(frame.length).putInt(frame.length).array());
    out.writeBytes(frame);
    return this;
  }

  /** Any block around a body, which is padded. */
  CaptureBytes block(int type, byte[] body) {
    int padded = body.length + 3 & ~3;
    ByteBuffer block = buffer(12 + padded).putInt(type).putInt(12 + padded);
    block.put(body).putInt(8 + padded, 12 + padded);
    out.writeBytes(block.array());
    return this;
  }

  CaptureBytes section() {
    ByteBuffer body = buffer(16).putInt(0x1a2b3c4d).putShort((short) 1).putShort((short) 0);
    return block(SECTION, body.putLong(-1).array());
  }

  CaptureBytes option(ByteBuffer body, int code, byte... value) {
    body.putShort((short) code).putShort((short) value.length).put(value);
    body.put(new byte[-value.length & 3]);
    return this;
  }

  /** An interface with the default time, or a resolution and an offset. */
  CaptureBytes interfaceOf(int linkType, int snaplen, Integer resolution, Long offset) {
    ByteBuffer body = buffer(64).putShort((short) linkType).putShort((short) 0).putInt(snaplen);
    option(body, 2, (byte) 'e', (byte) 't', (byte) 'h', (byte) '0', (byte) '1');
    if (resolution != null) {
      option(body, 9, resolution.byteValue());
    }
    if (offset != null) {
      option(body, 14, buffer(8).putLong(offset).array());
    }
    body.putInt(0);
    return block(1, Arrays.copyOf(body.array(), body.position()));
  }

  CaptureBytes enhanced(int index, long ticks, byte[] frame) {
    int padded = frame.length + 3 & ~3;
    ByteBuffer body = buffer(20 + padded + 12).putInt(index);
    body.putInt((int) (ticks >>> 32)).putInt((int) ticks).putInt(frame.length).putInt(9000);
    body.put(frame).position(20 + padded);
    option(body, 1, (byte) 'h', (byte) 'i');
    return block(6, Arrays.copyOf(body.array(), body.position()));
  }

  CaptureBytes obsolete(int index, long ticks, byte[] frame) {
    ByteBuffer body = buffer(20 + frame.length).putShort((short) index).putShort((short) 3);
    body.putInt((int) (ticks >>> 32)).putInt((int) ticks).putInt(frame.length).putInt(9000);
    return block(2, body.put(frame).array());
  }

  CaptureBytes simple(int original, byte[] captured) {
    return block(3, buffer(4 + captured.length).putInt(original).put(captured).array());
  }
}
