package io.sluice.nic.afpacket;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * A raw packet socket on one interface, its receive and send rings mapped ({@code packet_mmap} of
 * the kernel's documentation). Set-up only; {@link PacketRx} and {@link PacketTx} are the data
 * path.
 */
final class PacketSocket implements AutoCloseable {
  private static final int SOCKADDR_LL = 20;
  private static final int STATISTICS = 8;

  private final String interfaceName;
  private final RingSize size;
  private int fd = -1;
  private long map;
  private long missed;

  /**
   * The geometry of each of the two rings.
   *
   * @param blockSize bytes, a multiple of the page size
   * @param frameSize bytes, a divisor of the block size
   * @param frameCount frames, a multiple of those in a block
   */
  record RingSize(int blockSize, int frameSize, int frameCount) {
    long bytes() {
      return (long) frameSize * frameCount;
    }

    int blocks() {
      return frameCount / (blockSize / frameSize);
    }
  }

  private PacketSocket(String interfaceName, RingSize size) {
    this.interfaceName = interfaceName;
    this.size = size;
  }

  /**
   * Opens a socket on an interface.
   *
   * @param fanoutGroup number of the group that shares the interface's frames, or -1
   * @throws SluiceException ENODEV, EPERM, ENETDOWN, ENOMEM, EINVAL
   */
  static PacketSocket open(
      String interfaceName, RingSize size, boolean qdiscBypass, int fanoutGroup) {
    PacketSocket socket = new PacketSocket(interfaceName, size);
    try {
      socket.open(qdiscBypass, fanoutGroup);
      return socket;
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private void open(boolean qdiscBypass, int fanoutGroup) {
    int index = Libc.ifNameToIndex(interfaceName);
    if (index < 0) {
      throw failed(Errno.ENODEV, "does not exist here; see 'ip link'");
    }
    // Protocol 0: nothing is received before the ring is there and the socket is bound.
    fd = Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW, 0);
    if (fd == -Errno.EPERM.number()) {
      throw failed(Errno.EPERM, "needs CAP_NET_RAW; run as root or give it to the JVM");
    }
    check(fd, "socket");
    if (!kernelInterface().isUp()) {
      throw failed(
          Errno.ENETDOWN, "is down; bring it up with 'ip link set " + interfaceName + " up'");
    }
    setOption(TpacketLayout.PACKET_VERSION, TpacketLayout.TPACKET_V2, "PACKET_VERSION");
    setOption(TpacketLayout.PACKET_LOSS, 1, "PACKET_LOSS");
    setOption(TpacketLayout.PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING");
    if (qdiscBypass) {
      setOption(TpacketLayout.PACKET_QDISC_BYPASS, 1, "PACKET_QDISC_BYPASS");
    }
    setRing(TpacketLayout.PACKET_RX_RING, "PACKET_RX_RING");
    setRing(TpacketLayout.PACKET_TX_RING, "PACKET_TX_RING");
    map =
        Libc.mmap(
            0,
            2 * size.bytes(),
            Libc.PROT_READ | Libc.PROT_WRITE,
            Libc.MAP_SHARED | Libc.MAP_POPULATE,
            fd,
            0);
    if (Libc.isError(map)) {
      long error = map;
      map = 0;
      check(error, "mmap of its rings");
    }
    bind(index);
    if (fanoutGroup >= 0) {
      int mode = TpacketLayout.FANOUT_HASH | TpacketLayout.FANOUT_FLAG_DEFRAG;
      setOption(TpacketLayout.PACKET_FANOUT, fanoutGroup & 0xffff | mode << 16, "PACKET_FANOUT");
    }
  }

  /** The interface as this socket reaches it. */
  KernelInterface kernelInterface() {
    return new KernelInterface(fd, interfaceName);
  }

  private void setOption(int option, int value, String name) {
    long address = Memory.allocate(4);
    try {
      Memory.putInt(address, value);
      check(Libc.setsockopt(fd, TpacketLayout.SOL_PACKET, option, address, 4), name);
    } finally {
      Memory.release(address);
    }
  }

  /** {@code struct tpacket_req}: block size, blocks, frame size, frames. */
  private void setRing(int option, String name) {
    long request = Memory.allocate(16);
    try {
      Memory.putInt(request, size.blockSize());
      Memory.putInt(request + 4, size.blocks());
      Memory.putInt(request + 8, size.frameSize());
      Memory.putInt(request + 12, size.frameCount());
      check(
          Libc.setsockopt(fd, TpacketLayout.SOL_PACKET, option, request, 16), name + " of " + size);
    } finally {
      Memory.release(request);
    }
  }

  /** {@code struct sockaddr_ll}: family, protocol in network order, interface index. */
  private void bind(int index) {
    long address = Memory.allocate(SOCKADDR_LL);
    try {
      Memory.putShort(address, (short) Libc.AF_PACKET);
      Memory.putShort(address + 2, Short.reverseBytes((short) TpacketLayout.ETH_P_ALL));
      Memory.putInt(address + 4, index);
      check(Libc.bind(fd, address, SOCKADDR_LL), "bind");
    } finally {
      Memory.release(address);
    }
  }

  private void check(long result, String call) {
    if (result < 0) {
      throw failed(Errno.ofResult(result), call + " failed");
    }
  }

  private SluiceException failed(Errno errno, String what) {
    return new SluiceException(errno, "interface '" + interfaceName + "' " + what);
  }

  int fd() {
    return fd;
  }

  RingSize size() {
    return size;
  }

  long rxFrames() {
    return map;
  }

  long txFrames() {
    return map + size.bytes();
  }

  /** Frames the kernel dropped since the socket was opened, since the ring was full. */
  long missed() {
    long block = Memory.allocate(STATISTICS + 4);
    try {
      Memory.putInt(block + STATISTICS, STATISTICS);
      // The kernel counts from zero again after each reading: {tp_packets, tp_drops}.
      if (Libc.getsockopt(
              fd,
              TpacketLayout.SOL_PACKET,
              TpacketLayout.PACKET_STATISTICS,
              block,
              block + STATISTICS)
          == 0) {
        missed += Memory.getUnsignedInt(block + 4);
      }
      return missed;
    } finally {
      Memory.release(block);
    }
  }

  @Override
  public void close() {
    if (map != 0) {
      Libc.munmap(map, 2 * size.bytes());
      map = 0;
    }
    if (fd >= 0) {
      Libc.close(fd);
      fd = -1;
    }
  }
}
