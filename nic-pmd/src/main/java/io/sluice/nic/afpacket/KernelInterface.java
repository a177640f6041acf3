package io.sluice.nic.afpacket;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;

/**
 * A network interface of the kernel's as asked and told through one of its sockets, so that it is
 * the one of the socket's network namespace: {@code struct ifreq} of netdevice(7), {@code struct
 * packet_mreq} of packet(7).
 */
final class KernelInterface {
  private static final int SIOCGIFINDEX = 0x8933;
  private static final int SIOCGIFFLAGS = 0x8913;
  private static final int SIOCGIFMTU = 0x8921;
  private static final int SIOCSIFMTU = 0x8922;
  private static final int SIOCSIFHWADDR = 0x8924;
  private static final int SIOCGIFHWADDR = 0x8927;
  private static final int IFREQ = 40;
  private static final int NAME = 16;
  private static final int HWADDR = NAME + 2;
  private static final int ARPHRD_ETHER = 1;
  private static final int MAC = 6;
  private static final int IFF_UP = 1;
  private static final int IFF_RUNNING = 0x40;
  private static final int PACKET_MREQ = 16;

  private final int fd;
  private final String name;

  KernelInterface(int fd, String name) {
    this.fd = fd;
    this.name = name;
  }

  /** One ioctl over a structure that has the name; what {@code read} takes of it. */
  private long ioctl(int request, Filler filler, Reader reader) {
    long ifreq = Memory.allocate(IFREQ);
    try {
      Memory.putString(ifreq, NAME, name);
      filler.fill(ifreq);
      int result = Libc.ioctl(fd, request, ifreq);
      return result < 0 ? result : reader.read(ifreq);
    } finally {
      Memory.release(ifreq);
    }
  }

  private interface Filler {
    void fill(long ifreq);
  }

  private interface Reader {
    long read(long ifreq);
  }

  private long get(int request, Reader reader) {
    return ioctl(request, ifreq -> {}, reader);
  }

  private int set(int request, Filler filler) {
    return (int) ioctl(request, filler, ifreq -> 0);
  }

  /** The kernel's number of it, or -errno. */
  int index() {
    return (int) get(SIOCGIFINDEX, ifreq -> Memory.getInt(ifreq + NAME));
  }

  private long flags() {
    return get(SIOCGIFFLAGS, ifreq -> Memory.getShort(ifreq + NAME) & 0xffffL);
  }

  /** Whether it was brought up. */
  boolean isUp() {
    long flags = flags();
    return flags >= 0 && (flags & IFF_UP) != 0;
  }

  /** Whether frames pass. */
  boolean isRunning() {
    long flags = flags();
    return flags >= 0 && (flags & IFF_RUNNING) != 0;
  }

  /** Bytes, or -errno. */
  int mtu() {
    return (int) get(SIOCGIFMTU, ifreq -> Memory.getInt(ifreq + NAME));
  }

  int setMtu(int mtu) {
    return set(SIOCSIFMTU, ifreq -> Memory.putInt(ifreq + NAME, mtu));
  }

  /** Its address; zeros if it is gone. */
  byte[] macAddr() {
    byte[] mac = new byte[MAC];
    get(
        SIOCGIFHWADDR,
        ifreq -> {
          Memory.copyToBytes(ifreq + HWADDR, mac, 0, MAC);
          return 0;
        });
    return mac;
  }

  int setMacAddr(byte[] mac) {
    return set(
        SIOCSIFHWADDR,
        ifreq -> {
          Memory.putShort(ifreq + NAME, (short) ARPHRD_ETHER);
          Memory.copyFromBytes(mac, 0, ifreq + HWADDR, MAC);
        });
  }

  /**
   * Adds to or takes from what the interface lets in; the kernel takes all of it back when the
   * socket ends, however that happens.
   *
   * @param type a {@code PACKET_MR_}
   * @param mac the address for {@link TpacketLayout#MR_UNICAST}, else empty
   */
  int setMembership(int type, byte[] mac, boolean on) {
    int index = Libc.ifNameToIndex(name);
    if (index < 0) {
      return -Errno.ENODEV.number();
    }
    long request = Memory.allocate(PACKET_MREQ);
    try {
      Memory.putInt(request, index);
      Memory.putShort(request + 4, (short) type);
      Memory.putShort(request + 6, (short) mac.length);
      Memory.copyFromBytes(mac, 0, request + 8, mac.length);
      return Libc.setsockopt(
          fd,
          TpacketLayout.SOL_PACKET,
          on ? TpacketLayout.PACKET_ADD_MEMBERSHIP : TpacketLayout.PACKET_DROP_MEMBERSHIP,
          request,
          PACKET_MREQ);
    } finally {
      Memory.release(request);
    }
  }
}
