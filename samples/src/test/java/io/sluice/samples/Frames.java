package io.sluice.samples;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Frames of many sizes and kinds for the forwarding samples. */
final class Frames {
  private Frames() {}

  /** IPv4, IPv6, ARP and VLAN in turn, 60 to 1514 bytes, each with a number of its own. */
  static List<byte[]> mixed(int count, long seed) {
    Random random = new Random(seed);
    int[] types = {0x0800, 0x86dd, 0x0806, 0x8100};
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] frame = new byte[60 + random.nextInt(1514 - 60 + 1)];
      random.nextBytes(frame);
      ByteBuffer.wrap(frame).putShort(12, (short) types[i % types.length]).putInt(14, i);
      frames.add(frame);
    }
    return frames;
  }

  /** The frame of a number, which follows the Ethernet header; its size and bytes are its own. */
  static byte[] numbered(int number) {
    Random random = new Random(number);
    byte[] frame = new byte[60 + random.nextInt(1514 - 60 + 1)];
    random.nextBytes(frame);
    ByteBuffer.wrap(frame).putInt(14, number);
    return frame;
  }

  /** The number of such a frame. */
  static int numberOf(byte[] frame) {
    return ByteBuffer.wrap(frame).getInt(14);
  }

  /** A valid UDP packet. */
  static byte[] udp(
      int source, int destination, int sourcePort, int destinationPort, int ttl, int payload) {
    ByteBuffer frame = ByteBuffer.allocate(14 + 20 + 8 + Math.max(payload, 18));
    frame.put(new byte[] {0x22, 1, 1, 1, 1, 1, 0x22, 2, 2, 2, 2, 2}).putShort((short) 0x0800);
    frame.putShort((short) 0x4500).putShort((short) (frame.capacity() - 14)).putInt(0);
    frame.put((byte) ttl).put((byte) 17).putShort((short) 0).putInt(source).putInt(destination);
    frame.putShort((short) sourcePort).putShort((short) destinationPort);
    frame.putShort((short) (frame.capacity() - 34)).putShort((short) 0);
    while (frame.hasRemaining()) {
      frame.put((byte) frame.position());
    }
    return checksummed(frame.array());
  }

  /** Sets the IPv4 header checksum right. */
  static byte[] checksummed(byte[] frame) {
    ByteBuffer packet = ByteBuffer.wrap(frame).putShort(24, (short) 0);
    int sum = 0;
    for (int at = 14; at < 34; at += 2) {
      sum += packet.getShort(at) & 0xffff;
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    packet.putShort(24, (short) ~((sum & 0xffff) + (sum >>> 16)));
    return frame;
  }

  /** The frame with other addresses. */
  static byte[] readdressed(byte[] frame, byte[] destination, byte[] source) {
    byte[] copy = frame.clone();
    System.arraycopy(destination, 0, copy, 0, 6);
    System.arraycopy(source, 0, copy, 6, 6);
    return copy;
  }
}
