package io.sluice.nic.afpacket;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.MbufFlags;
import io.sluice.mempool.Mempool;
import io.sluice.nic.EthDev;
import io.sluice.nic.PoolRoom;
import io.sluice.nic.QueueStats;
import io.sluice.nic.RxQueue;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;

/**
 * The receive ring of a {@link PacketSocket}. A frame is the kernel's until its status has the USER
 * bit (acquire), ours until the status is KERNEL again (release). Polling reads that word and makes
 * no system call. One thread at a time.
 *
 * <p>The kernel takes an 802.1Q tag out of a frame and hands it over beside it; it is put back on
 * the way into the mbuf, so that a frame forwarded is the frame received, byte for byte.
 */
final class PacketRx implements RxQueue {
  private static final int ADDRESSES = 12;
  private static final int TAG = 4;
  private static final int TPID_8021Q = 0x8100;

  private final PacketSocket socket;
  private final long frames;
  private final int frameSize;
  private final int frameCount;
  private final Mempool pool;
  private final int port;
  private final QueueStats stats;
  private final long most;
  private int next;

  PacketRx(PacketSocket socket, int position, Mempool pool, int port, QueueStats stats) {
    this.socket = socket;
    this.next = position;
    this.pool = pool;
    this.port = port;
    this.stats = stats;
    this.most = PoolRoom.of(pool);
    this.frames = socket.rxFrames();
    this.frameSize = socket.options().frameSize();
    this.frameCount = socket.options().frameCount();
  }

  @Override
  public int burst(long[] mbufs, int offset, int n) {
    int received = 0;
    long bytes = 0;
    while (received < n) {
      long frame = frames + (long) next * frameSize;
      int status = Memory.getIntAcquire(frame + TpacketLayout.STATUS);
      if ((status & TpacketLayout.STATUS_USER) == 0) {
        break;
      }
      int length = Memory.getInt(frame + TpacketLayout.LEN);
      if (length != Memory.getInt(frame + TpacketLayout.SNAPLEN) || length + TAG > most) {
        // Longer than the ring's frames, or than all mbufs together: half a packet is no packet.
        stats.addErrors(1);
        release(frame);
        continue;
      }
      long m = Mbuf.alloc(pool);
      if (m == 0) {
        // The frame stays where it is: the ring fills up, and the kernel counts what it drops.
        stats.addNoMbuf(1);
        break;
      }
      if (fill(pool, m, frame, status)) {
        Mbuf.setPort(m, port);
        mbufs[offset + received++] = m;
        bytes += Mbuf.pktLen(m);
      } else {
        stats.addNoMbuf(1);
        Mbuf.free(m);
        break;
      }
      release(frame);
    }
    if (received != 0) {
      stats.add(received, bytes);
    }
    return received;
  }

  /** The next frame's place in the ring. */
  int position() {
    return next;
  }

  private void release(long frame) {
    Memory.putIntRelease(frame + TpacketLayout.STATUS, TpacketLayout.STATUS_KERNEL);
    next = next + 1 == frameCount ? 0 : next + 1;
  }

  @Override
  public int count() {
    int count = 0;
    while (count < frameCount && isDone(count)) {
      count++;
    }
    return count;
  }

  @Override
  public int descriptorStatus(int offset) {
    if (offset < 0 || offset >= frameCount) {
      return -Errno.EINVAL.number();
    }
    return isDone(offset) ? EthDev.RX_DESC_DONE : EthDev.RX_DESC_AVAIL;
  }

  private boolean isDone(int offset) {
    long frame = frames + (long) ((next + offset) % frameCount) * frameSize;
    return (Memory.getIntAcquire(frame + TpacketLayout.STATUS) & TpacketLayout.STATUS_USER) != 0;
  }

  @Override
  public void updateStats() {
    stats.setMissed(socket.missed());
  }

  private static boolean fill(Mempool pool, long m, long frame, int status) {
    int length = Memory.getInt(frame + TpacketLayout.SNAPLEN);
    long data = frame + Memory.getUnsignedShort(frame + TpacketLayout.MAC);
    if ((status & TpacketLayout.STATUS_VLAN_VALID) == 0) {
      return append(pool, m, data, length);
    }
    int tpid =
        (status & TpacketLayout.STATUS_VLAN_TPID_VALID) != 0
            ? Memory.getUnsignedShort(frame + TpacketLayout.VLAN_TPID)
            : TPID_8021Q;
    int tci = Memory.getUnsignedShort(frame + TpacketLayout.VLAN_TCI);
    long to = Mbuf.append(m, ADDRESSES + TAG);
    if (to == 0) {
      return false;
    }
    Memory.copy(data, to, ADDRESSES);
    Memory.putShort(to + ADDRESSES, Short.reverseBytes((short) tpid));
    Memory.putShort(to + ADDRESSES + 2, Short.reverseBytes((short) tci));
    Mbuf.setVlanTci(m, tci);
    Mbuf.setOlFlags(m, Mbuf.olFlags(m) | MbufFlags.RX_VLAN);
    return append(pool, m, data + ADDRESSES, length - ADDRESSES);
  }

  /**
   * Copies behind what the packet has, over as many segments as it takes; false if mbufs run out.
   */
  private static boolean append(Mempool pool, long m, long from, int length) {
    long segment = m;
    int done = 0;
    while (true) {
      int here = Math.min(length - done, Mbuf.tailroom(segment));
      Memory.copy(from + done, Mbuf.mtod(segment) + Mbuf.dataLen(segment), here);
      Mbuf.setDataLen(segment, Mbuf.dataLen(segment) + here);
      Mbuf.setPktLen(m, Mbuf.pktLen(m) + here);
      done += here;
      if (done == length) {
        return true;
      }
      long more = Mbuf.alloc(pool);
      if (more == 0) {
        return false;
      }
      Mbuf.setNext(segment, more);
      Mbuf.setNbSegs(m, Mbuf.nbSegs(m) + 1);
      segment = more;
    }
  }
}
