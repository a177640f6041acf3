package io.sluice.cli.demo;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * A plain AF_PACKET socket on one interface: one frame per call, no shared ring, nothing of the
 * driver's code. The kernel takes a VLAN tag out of a frame and tells it beside; it is put back.
 *
 * <p>Sources: packet(7), recvmsg(2), {@code linux/if_packet.h}.
 */
final class PacketSocket implements AutoCloseable {
  private static final int ETH_P_ALL = 3;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_AUXDATA = 8;
  private static final int PACKET_OUTGOING = 4;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int RECEIVE_BUFFER = 8 << 20;
  private static final int STATUS_VLAN_VALID = 1 << 4;
  private static final int SOCKADDR_LENGTH = 20;
  private static final int CAPACITY = 1 << 16;
  private static final int CONTROL_LENGTH = 64;
  private static final int VLAN_OFFSET = 12;

  private static final int MSGHDR = 0;
  private static final int IOVEC = 64;
  private static final int SOCKADDR = 96;
  private static final int CONTROL = 128;
  private static final int OPTION = CONTROL + CONTROL_LENGTH;
  private static final int FRAME = 256;

  private final int fd;
  private final long memory = Memory.allocate(FRAME + CAPACITY);

  PacketSocket(String interfaceName) {
    fd = Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW, Short.reverseBytes((short) ETH_P_ALL));
    require(fd, "cannot open an AF_PACKET socket");
    int index = Libc.ifNameToIndex(interfaceName);
    require(index, "no interface " + interfaceName);
    setOption(Libc.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER);
    setOption(SOL_PACKET, PACKET_AUXDATA, 1);
    long address = memory + SOCKADDR;
    Memory.putShort(address, (short) Libc.AF_PACKET);
    Memory.putShort(address + 2, Short.reverseBytes((short) ETH_P_ALL));
    Memory.putInt(address + 4, index);
    require(Libc.bind(fd, address, SOCKADDR_LENGTH), "cannot bind to " + interfaceName);
  }

  private static void require(int result, String what) {
    if (result < 0) {
      throw new SluiceException(Errno.ofResult(result), what);
    }
  }

  private void setOption(int level, int name, int value) {
    Memory.putInt(memory + OPTION, value);
    require(Libc.setsockopt(fd, level, name, memory + OPTION, 4), "socket option " + name);
  }

  /** Sends one frame; false if the interface's queue is full. */
  boolean send(byte[] frame) {
    Memory.copyFromBytes(frame, 0, memory + FRAME, frame.length);
    long sent = Libc.send(fd, memory + FRAME, frame.length, 0);
    if (sent < 0 && Errno.ofResult(sent) != Errno.ENOBUFS) {
      throw new SluiceException(Errno.ofResult(sent), "cannot send " + frame.length + " bytes");
    }
    return sent == frame.length;
  }

  /** Receives one frame that came in, without waiting; gives its length, 0 for none. */
  int receive(byte[] into) {
    prepareMessage();
    long length = Libc.recvmsg(fd, memory + MSGHDR, Libc.MSG_DONTWAIT);
    if (length <= 0 || Memory.getByte(memory + SOCKADDR + 10) == PACKET_OUTGOING) {
      return 0;
    }
    Memory.copyToBytes(memory + FRAME, into, 0, (int) length);
    return putTagBack(into, (int) length);
  }

  private void prepareMessage() {
    Memory.putLong(memory + IOVEC, memory + FRAME);
    Memory.putLong(memory + IOVEC + 8, CAPACITY);
    Memory.putLong(memory + MSGHDR, memory + SOCKADDR);
    Memory.putInt(memory + MSGHDR + 8, SOCKADDR_LENGTH);
    Memory.putLong(memory + MSGHDR + 16, memory + IOVEC);
    Memory.putLong(memory + MSGHDR + 24, 1);
    Memory.putLong(memory + MSGHDR + 32, memory + CONTROL);
    Memory.putLong(memory + MSGHDR + 40, CONTROL_LENGTH);
  }

  /** The one control message is {@code struct tpacket_auxdata} behind a 16-byte header. */
  private int putTagBack(byte[] frame, int length) {
    long data = memory + CONTROL + 16;
    boolean hasAuxdata =
        Memory.getLong(memory + MSGHDR + 40) >= 16 + 20
            && Memory.getInt(memory + CONTROL + 8) == SOL_PACKET
            && Memory.getInt(memory + CONTROL + 12) == PACKET_AUXDATA;
    if (!hasAuxdata || (Memory.getInt(data) & STATUS_VLAN_VALID) == 0) {
      return length;
    }
    System.arraycopy(frame, VLAN_OFFSET, frame, VLAN_OFFSET + 4, length - VLAN_OFFSET);
    int tci = Memory.getUnsignedShort(data + 16);
    int tpid = Memory.getUnsignedShort(data + 18);
    frame[VLAN_OFFSET] = (byte) (tpid >> 8);
    frame[VLAN_OFFSET + 1] = (byte) tpid;
    frame[VLAN_OFFSET + 2] = (byte) (tci >> 8);
    frame[VLAN_OFFSET + 3] = (byte) tci;
    return length + 4;
  }

  @Override
  public void close() {
    Libc.close(fd);
    Memory.release(memory);
  }
}
