package io.sluice.samples;

import io.sluice.platform.Memory;

/** The Ethernet header: destination at 0, source at 6, type at 12. */
public final class Ethernet {
  public static final int HEADER = 14;
  public static final int IPV4 = 0x0800;

  private Ethernet() {}

  /** The type field of a frame. */
  public static int type(long frame) {
    return Short.reverseBytes(Memory.getShort(frame + 12)) & 0xffff;
  }

  /** The destination the forwarding samples write: 02:00:00:00:00:PORT, locally administered. */
  public static byte[] neighbour(int portId) {
    return new byte[] {2, 0, 0, 0, 0, (byte) portId};
  }

  /** An address as text: {@code 02:00:00:00:00:01}. */
  public static String format(byte[] address) {
    StringBuilder text = new StringBuilder();
    for (byte each : address) {
      text.append(text.isEmpty() ? "" : ":").append("%02X".formatted(each));
    }
    return text.toString();
  }

  /** Reads {@code MM:MM:MM:MM:MM:MM}; null if it is none. */
  public static byte[] parse(String text) {
    if (!text.matches("([0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2}")) {
      return null;
    }
    String[] parts = text.split(":");
    byte[] address = new byte[parts.length];
    for (int i = 0; i < parts.length; i++) {
      address[i] = (byte) Integer.parseInt(parts[i], 16);
    }
    return address;
  }
}
