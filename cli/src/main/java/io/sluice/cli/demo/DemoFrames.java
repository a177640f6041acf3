package io.sluice.cli.demo;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The capture that the demo sends if it is given none: IPv4, IPv6, ARP and VLAN-tagged frames, all
 * different, 60 to 1514 bytes (1518 with a tag), most of them small.
 */
public final class DemoFrames {
  static final int COUNT = 1024;

  private static final int MIN = 60;
  private static final int MAX = 1514;
  private static final short IPV4 = 0x0800;
  private static final short ARP = 0x0806;
  private static final short VLAN = (short) 0x8100;
  private static final short IPV6 = (short) 0x86dd;
  private static final byte UDP = 17;

  private DemoFrames() {}

  /** All of them, in their order. */
  public static List<byte[]> all() {
    List<byte[]> frames = new ArrayList<>(COUNT);
    Random random = new Random(2211);
    for (int i = 0; i < COUNT; i++) {
      frames.add(frame(i, length(i, random), random));
    }
    return frames;
  }

  /** The shortest and the longest of each kind come first; then one in sixteen may be long. */
  private static int length(int number, Random random) {
    if (number < 8) {
      return number < 4 ? MIN : MAX;
    }
    return number % 16 < 15 ? MIN + random.nextInt(128) : MIN + random.nextInt(MAX - MIN + 1);
  }

  private static byte[] frame(int number, int length, Random random) {
    return switch (number % 4) {
      case 0 -> ethernet(number, length, IPV4, ipv4(number, length - 14, random));
      case 1 -> ethernet(number, length, IPV6, ipv6(number, length - 14, random));
      case 2 -> ethernet(number, MIN, ARP, arp(number));
      default -> tagged(ethernet(number, length, IPV4, ipv4(number, length - 14, random)), number);
    };
  }

  private static byte[] ethernet(int number, int length, short type, byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocate(length);
    frame.put(mac(number, 2)).put(mac(number, 1)).putShort(type).put(payload);
    return frame.array();
  }

  /** Locally administered, so that they are nobody's. */
  private static byte[] mac(int number, int side) {
    return new byte[] {2, 0, (byte) side, 0, (byte) (number >> 8), (byte) number};
  }

  private static byte[] tagged(byte[] frame, int number) {
    ByteBuffer tagged = ByteBuffer.allocate(frame.length + 4);
    tagged.put(frame, 0, 12).putShort(VLAN).putShort((short) (1 + number % 4094));
    return tagged.put(frame, 12, frame.length - 12).array();
  }

  private static byte[] ipv4(int number, int length, Random random) {
    ByteBuffer packet = ByteBuffer.allocate(length);
    packet.put((byte) 0x45).put((byte) 0).putShort((short) length).putShort((short) number);
    packet.putShort((short) 0x4000).put((byte) 64).put(UDP).putShort((short) 0);
    packet.putInt(0xc6120001).putInt(0xc6130000 + number);
    packet.putShort(10, checksum(packet.array(), 20));
    return udp(packet, number, random);
  }

  private static byte[] ipv6(int number, int length, Random random) {
    ByteBuffer packet = ByteBuffer.allocate(length);
    packet.putInt(0x60000000).putShort((short) (length - 40)).put(UDP).put((byte) 64);
    packet.putLong(0x20010db800000001L).putLong(1);
    packet.putLong(0x20010db800000002L).putLong(number);
    return length >= 48 ? udp(packet, number, random) : packet.array();
  }

  /** The rest of the packet: a UDP header without checksum, and random bytes. */
  private static byte[] udp(ByteBuffer packet, int number, Random random) {
    packet.putShort((short) (1024 + number)).putShort((short) 9);
    packet.putShort((short) (packet.remaining() + 4)).putShort((short) 0);
    byte[] data = new byte[packet.remaining()];
    random.nextBytes(data);
    return packet.put(data).array();
  }

  private static byte[] arp(int number) {
    ByteBuffer packet = ByteBuffer.allocate(28);
    packet.putShort((short) 1).putShort(IPV4).put((byte) 6).put((byte) 4).putShort((short) 1);
    packet.put(mac(number, 1)).putInt(0xc6120001).put(new byte[6]).putInt(0xc6130000 + number);
    return packet.array();
  }

  private static short checksum(byte[] header, int length) {
    int sum = 0;
    for (int i = 0; i < length; i += 2) {
      sum += (header[i] & 0xff) << 8 | header[i + 1] & 0xff;
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return (short) ~(sum + (sum >>> 16));
  }
}
