package io.sluice.primary;

import io.sluice.mempool.Mbuf;
import io.sluice.platform.Memory;
import io.sluice.platform.Tsc;
import io.sluice.ring.Ring;

/** One port's two sides in the forwarder: what it has received and what it is to send. */
final class PortQueue {
  private final int index;
  private final ForwardingPort port;
  private final long rxCounters;
  private final long txCounters;
  private final long cycles;
  private final int burst;
  private final long[] received;
  private int nextReceived;
  private int receivedEnd;
  private final long[] toSend;
  private int toSendCount;

  PortQueue(Forwarding forwarding, int index, ForwardingPort port, int burst) {
    this.index = index;
    this.port = port;
    this.rxCounters = forwarding.rxAddress(index);
    this.txCounters = forwarding.txAddress(index);
    this.cycles = forwarding.portCyclesAddress(index);
    this.burst = burst;
    this.received = new long[burst];
    this.toSend = new long[2 * burst];
  }

  /** Takes a burst from the port if the last one is given away; gives its bytes, 0 for none. */
  long receive() {
    if (nextReceived < receivedEnd) {
      return 0;
    }
    nextReceived = 0;
    long began = Tsc.cycles();
    receivedEnd = port.rx().apply(received, 0, burst);
    if (receivedEnd > 0) {
      countCycles(began);
    }
    long bytes = 0;
    for (int i = 0; i < receivedEnd; i++) {
      Mbuf.setPort(received[i], index);
      bytes += Mbuf.pktLen(received[i]);
    }
    if (receivedEnd > 0) {
      count(rxCounters, receivedEnd, bytes);
    }
    return bytes;
  }

  /** How many packets were received and not given away yet. */
  int waiting() {
    return receivedEnd - nextReceived;
  }

  /** Gives received packets to a worker, as many as its ring takes. */
  int giveTo(Ring ring) {
    int given = ring.enqueueBurst(received, nextReceived, waiting());
    nextReceived += given;
    return given;
  }

  /** Whether a whole burst more can be {@link #add added}. */
  boolean hasRoom() {
    return toSendCount <= burst;
  }

  void add(long mbuf) {
    toSend[toSendCount++] = mbuf;
  }

  /** Offers what is to be sent to the port; gives how many it took. */
  int flush() {
    if (toSendCount == 0) {
      return 0;
    }
    // The bytes are taken before: what the port has accepted is no longer ours to read.
    long before = bytesToSend(toSendCount);
    long began = Tsc.cycles();
    int sent = port.tx().apply(toSend, 0, toSendCount);
    if (sent > 0) {
      countCycles(began);
      System.arraycopy(toSend, sent, toSend, 0, toSendCount - sent);
      toSendCount -= sent;
      count(txCounters, sent, before - bytesToSend(toSendCount));
    }
    return sent;
  }

  private long bytesToSend(int count) {
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      bytes += Mbuf.pktLen(toSend[i]);
    }
    return bytes;
  }

  int unsent() {
    return toSendCount;
  }

  /** Gives back every mbuf still held here; gives how many. */
  int drop() {
    int dropped = waiting() + toSendCount;
    Mbuf.freeBulk(received, nextReceived, waiting());
    Mbuf.freeBulk(toSend, 0, toSendCount);
    receivedEnd = 0;
    nextReceived = 0;
    toSendCount = 0;
    return dropped;
  }

  /** A burst that passed nothing costs no packet anything. */
  private void countCycles(long began) {
    Memory.putLongRelease(cycles, Memory.getLong(cycles) + Tsc.cycles() - began);
  }

  private static void count(long counters, int packets, long bytes) {
    Memory.putLongRelease(
        counters + ForwardingLayout.BYTES,
        Memory.getLong(counters + ForwardingLayout.BYTES) + bytes);
    Memory.putLongRelease(
        counters + ForwardingLayout.PACKETS,
        Memory.getLong(counters + ForwardingLayout.PACKETS) + packets);
  }
}
