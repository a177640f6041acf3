package io.sluice.nic.afpacket;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.MbufFlags;
import io.sluice.nic.EthDev;
import io.sluice.nic.QueueStats;
import io.sluice.nic.TxQueue;
import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;

/**
 * The send ring of a {@link PacketSocket}. A frame is ours while its status is AVAILABLE (acquire),
 * the kernel's from SEND_REQUEST on (release). One system call a burst tells the kernel to look.
 * One thread at a time.
 */
final class PacketTx implements TxQueue {
  private static final int ADDRESSES = 12;
  private static final int TAG = 4;
  private static final short TPID = (short) 0x8100;
  private static final int HEADER = 14;
  private static final int NET_DOWN = -Errno.ENETDOWN.number();

  private final int fd;
  private final long frames;
  private final int frameSize;
  private final int frameCount;
  private final QueueStats stats;
  private final int room;
  private volatile int longest;
  private int next;

  PacketTx(PacketSocket socket, int position, QueueStats stats) {
    this.next = position;
    this.stats = stats;
    this.fd = socket.fd();
    this.frames = socket.txFrames();
    this.frameSize = socket.options().frameSize();
    this.frameCount = socket.options().frameCount();
    this.room = frameSize - TpacketLayout.TX_DATA;
    this.longest = room;
  }

  /** The next frame's place in the ring. */
  int position() {
    return next;
  }

  /** Says how long a frame without a tag the interface takes; the kernel drops longer ones. */
  void setLongest(int bytes) {
    longest = bytes;
  }

  /**
   * Sends; mbufs of frames sent, and of frames that can never be, are freed. The latter count as
   * errors: too long for the ring or the interface, or shorter than an Ethernet header.
   *
   * @return how many were taken; fewer than n when the ring is full: the rest stays the caller's
   */
  @Override
  public int burst(long[] mbufs, int offset, int n) {
    int taken = 0;
    long sent = 0;
    long bytes = 0;
    int most = longest;
    while (taken < n) {
      long frame = frames + (long) next * frameSize;
      int status = Memory.getIntAcquire(frame + TpacketLayout.STATUS);
      if (status == TpacketLayout.STATUS_WRONG_FORMAT) {
        stats.addErrors(1);
      } else if (status != TpacketLayout.STATUS_AVAILABLE) {
        break;
      }
      long m = mbufs[offset + taken];
      boolean tagged = (Mbuf.olFlags(m) & MbufFlags.TX_VLAN) != 0;
      int length = Mbuf.pktLen(m) + (tagged ? TAG : 0);
      if (!canBeSent(m, length, tagged, most)) {
        stats.addErrors(1);
      } else {
        write(m, frame + TpacketLayout.TX_DATA, tagged);
        Memory.putInt(frame + TpacketLayout.LEN, length);
        Memory.putIntRelease(frame + TpacketLayout.STATUS, TpacketLayout.STATUS_SEND_REQUEST);
        next = next + 1 == frameCount ? 0 : next + 1;
        sent++;
        bytes += length;
      }
      taken++;
    }
    if (n != 0) {
      stats.add(sent, bytes);
      kick();
      Mbuf.freeBulk(mbufs, offset, taken);
    }
    return taken;
  }

  /** The kernel would drop such frames and tell nobody. It lets a tag be on top of the MTU. */
  private boolean canBeSent(long m, int length, boolean tagged, int most) {
    if (length < HEADER || length > room || tagged && Mbuf.dataLen(m) < ADDRESSES) {
      return false;
    }
    return length <= most || length <= most + TAG && (tagged || isTagged(m));
  }

  private static boolean isTagged(long m) {
    return Mbuf.dataLen(m) >= HEADER
        && Memory.getShort(Mbuf.mtod(m) + ADDRESSES) == Short.reverseBytes(TPID);
  }

  /**
   * Has the kernel send what is requested. It answers EAGAIN or ENOBUFS when the device is busy and
   * ENETDOWN when it is down: the frames stay requested, and the next burst asks again.
   */
  private void kick() {
    if (Libc.sendto(fd, 0, 0, Libc.MSG_DONTWAIT, 0, 0) == NET_DOWN) {
      // The socket says so once more after the device is up again, and sends nothing then.
      Libc.sendto(fd, 0, 0, Libc.MSG_DONTWAIT, 0, 0);
    }
  }

  private static void write(long m, long to, boolean tagged) {
    long at = to;
    int skip = 0;
    if (tagged) {
      Memory.copy(Mbuf.mtod(m), to, ADDRESSES);
      Memory.putShort(to + ADDRESSES, Short.reverseBytes(TPID));
      Memory.putShort(to + ADDRESSES + 2, Short.reverseBytes((short) Mbuf.vlanTci(m)));
      at += ADDRESSES + TAG;
      skip = ADDRESSES;
    }
    for (long segment = m; segment != 0; segment = Mbuf.next(segment)) {
      int here = Mbuf.dataLen(segment) - skip;
      Memory.copy(Mbuf.mtod(segment) + skip, at, here);
      at += here;
      skip = 0;
    }
  }

  @Override
  public int descriptorStatus(int offset) {
    if (offset < 0 || offset >= frameCount) {
      return -Errno.EINVAL.number();
    }
    return isSent((next + offset) % frameCount) ? EthDev.TX_DESC_DONE : EthDev.TX_DESC_FULL;
  }

  private boolean isSent(int index) {
    int status = Memory.getIntAcquire(frames + (long) index * frameSize + TpacketLayout.STATUS);
    return status == TpacketLayout.STATUS_AVAILABLE || status == TpacketLayout.STATUS_WRONG_FORMAT;
  }

  /** Whether every frame requested was sent; asks the kernel again if not. */
  boolean isIdle() {
    boolean idle = true;
    for (int i = 0; i < frameCount && idle; i++) {
      idle = isSent(i);
    }
    if (!idle) {
      kick();
    }
    return idle;
  }
}
