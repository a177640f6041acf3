package io.sluice.samples.clientservermp;

import io.sluice.mempool.Mbuf;
import io.sluice.ring.Ring;
import io.sluice.samples.PortCounters;

/** The server's end of one client's ring, and the packets of the current burst that go there. */
final class ClientRing {
  private final Ring ring;
  private final long[] packets;
  private final PortCounters counters = new PortCounters();
  private int count;

  /** With room for {@code burst} packets between two calls of {@link #flush}. */
  ClientRing(Ring ring, int burst) {
    this.ring = ring;
    this.packets = new long[burst];
  }

  /** The name that server and client know the ring by. */
  static String name(int client) {
    return "MProc_Client_" + client + "_RX";
  }

  /** Takes over a packet. */
  void add(long mbuf) {
    packets[count++] = mbuf;
  }

  /** All or nothing, as DPDK's: a client that does not keep up loses its share of the burst. */
  void flush() {
    if (count == 0) {
      return;
    }
    if (ring.enqueueBulk(packets, 0, count) == 0) {
      Mbuf.freeBulk(packets, 0, count);
      counters.addDropped(count);
    } else {
      counters.addReceived(count);
    }
    count = 0;
  }

  /** What the client was given, as received, and what it lost, as dropped. */
  PortCounters counters() {
    return counters;
  }
}
