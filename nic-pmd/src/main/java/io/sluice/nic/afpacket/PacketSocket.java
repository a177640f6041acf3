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
  private final SocketOptions options;
  private int fd = -1;
  private long map;
  private long missed;
  private int interfaceIndex;
  private boolean bound;
  private boolean receiving;

  private PacketSocket(String interfaceName, SocketOptions options) {
    this.interfaceName = interfaceName;
    this.options = options;
  }

  /**
   * Opens a socket on an interface; it neither sends nor receives before {@link #bind}.
   *
   * @throws SluiceException ENODEV, EPERM, ENETDOWN, ENOMEM, EINVAL
   */
  static PacketSocket open(String interfaceName, SocketOptions options) {
    PacketSocket socket = new PacketSocket(interfaceName, options);
    try {
      socket.open();
      return socket;
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private void open() {
    interfaceIndex = Libc.ifNameToIndex(interfaceName);
    if (interfaceIndex < 0) {
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
    if (!options.outgoing()) {
      setOption(TpacketLayout.PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING");
    }
    if (options.qdiscBypass()) {
      setOption(TpacketLayout.PACKET_QDISC_BYPASS, 1, "PACKET_QDISC_BYPASS");
    }
    setRing(TpacketLayout.PACKET_RX_RING, "PACKET_RX_RING");
    setRing(TpacketLayout.PACKET_TX_RING, "PACKET_TX_RING");
    map =
        Libc.mmap(
            0,
            2 * options.bytes(),
            Libc.PROT_READ | Libc.PROT_WRITE,
            Libc.MAP_SHARED | Libc.MAP_POPULATE,
            fd,
            0);
    if (Libc.isError(map)) {
      long error = map;
      map = 0;
      check(error, "mmap of its rings");
    }
  }

  /**
   * Begins to send, and to receive if asked to; what is so already stays so.
   *
   * @param fanoutGroup number of the group that shares the interface's frames, or -1
   */
  void bind(boolean receive, int fanoutGroup) {
    if (receiving || bound && !receive) {
      return;
    }
    bind(receive ? TpacketLayout.ETH_P_ALL : 0);
    bound = true;
    if (receive && fanoutGroup >= 0) {
      // Not DEFRAG, which DPDK adds: a datagram put together is no frame, and too long for the
      // ring.
      int mode = TpacketLayout.FANOUT_HASH | TpacketLayout.FANOUT_FLAG_ROLLOVER;
      setOption(TpacketLayout.PACKET_FANOUT, fanoutGroup & 0xffff | mode << 16, "PACKET_FANOUT");
    }
    receiving = receive;
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
      Memory.putInt(request, options.blockSize());
      Memory.putInt(request + 4, options.blocks());
      Memory.putInt(request + 8, options.frameSize());
      Memory.putInt(request + 12, options.frameCount());
      check(
          Libc.setsockopt(fd, TpacketLayout.SOL_PACKET, option, request, 16),
          name + " of " + options);
    } finally {
      Memory.release(request);
    }
  }

  /** {@code struct sockaddr_ll}: family, protocol in network order, interface index. */
  private void bind(int protocol) {
    long address = Memory.allocate(SOCKADDR_LL);
    try {
      Memory.putShort(address, (short) Libc.AF_PACKET);
      Memory.putShort(address + 2, Short.reverseBytes((short) protocol));
      Memory.putInt(address + 4, interfaceIndex);
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

  SocketOptions options() {
    return options;
  }

  long rxFrames() {
    return map;
  }

  long txFrames() {
    return map + options.bytes();
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
      Libc.munmap(map, 2 * options.bytes());
      map = 0;
    }
    if (fd >= 0) {
      Libc.close(fd);
      fd = -1;
    }
  }
}
