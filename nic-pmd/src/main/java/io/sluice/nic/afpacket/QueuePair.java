package io.sluice.nic.afpacket;

import io.sluice.mempool.Mempool;
import io.sluice.nic.QueueStats;
import io.sluice.nic.RxQueue;
import io.sluice.nic.TxQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A receive and a send queue over one packet socket. Set-up by one thread, with no burst under way;
 * either queue may be set up again, and goes on where it was in the ring, as the kernel does.
 */
public final class QueuePair implements AutoCloseable {
  private static final int HEADER = 14;
  private static final long RETRY_NANOS = 10_000;

  private final PacketSocket socket;
  private PacketRx receiver;
  private PacketTx sender;

  private QueuePair(PacketSocket socket) {
    this.socket = socket;
  }

  /**
   * Opens a socket on an interface; nothing is received before {@link #start}.
   *
   * @throws io.sluice.platform.SluiceException ENODEV, EPERM, ENETDOWN, ENOMEM, EINVAL
   */
  public static QueuePair open(String interfaceName, SocketOptions options) {
    return new QueuePair(PacketSocket.open(interfaceName, options));
  }

  /** Sets the receive queue up. */
  public RxQueue rxQueue(Mempool pool, int portId, QueueStats stats) {
    receiver =
        new PacketRx(socket, receiver == null ? 0 : receiver.position(), pool, portId, stats);
    return receiver;
  }

  /** Sets the send queue up. */
  public TxQueue txQueue(QueueStats stats) {
    sender = new PacketTx(socket, sender == null ? 0 : sender.position(), stats);
    refreshMtu();
    return sender;
  }

  /**
   * Begins to send, and to receive what others of the same group do not.
   *
   * @param receive whether frames are received
   * @param fanoutGroup number of the group that shares the interface's frames, or -1
   * @throws io.sluice.platform.SluiceException what the kernel says
   */
  public void start(boolean receive, int fanoutGroup) {
    socket.bind(receive, fanoutGroup);
    refreshMtu();
  }

  /** Learns the longest frame that the interface takes now. */
  void refreshMtu() {
    int mtu = kernelInterface().mtu();
    if (sender != null && mtu > 0) {
      sender.setLongest(mtu + HEADER);
    }
  }

  /** Waits until the kernel has sent what it was given, or the deadline of the nano clock. */
  public void awaitSent(long deadlineNanos) {
    while (sender != null && !sender.isIdle() && System.nanoTime() - deadlineNanos < 0) {
      LockSupport.parkNanos(RETRY_NANOS);
    }
  }

  /** Receives what is for other addresses too; until the socket is closed. */
  public void setPromiscuous() {
    kernelInterface().setMembership(TpacketLayout.MR_PROMISC, new byte[0], true);
  }

  /** The interface's address, 6 bytes. */
  public byte[] macAddr() {
    return kernelInterface().macAddr();
  }

  SocketOptions options() {
    return socket.options();
  }

  KernelInterface kernelInterface() {
    return socket.kernelInterface();
  }

  @Override
  public void close() {
    socket.close();
  }
}
