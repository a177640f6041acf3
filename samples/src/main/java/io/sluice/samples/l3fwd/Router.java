package io.sluice.samples.l3fwd;

import io.sluice.mempool.Mbuf;
import io.sluice.nic.EthDev;
import io.sluice.samples.Ethernet;
import io.sluice.samples.EthernetAddresses;
import io.sluice.samples.PortCounters;
import io.sluice.samples.TxBuffer;
import java.util.function.IntSupplier;

/**
 * Routes the packets of one receive queue, a burst each time it is called. Belongs to one lcore.
 *
 * <p>As in DPDK's sample a packet without a route, or with a route to a port that is not enabled,
 * goes back out of the port it came from, and what is no valid IPv4 is dropped. A packet whose time
 * to live is used up is dropped too (RFC 1812 §5.3.1), where DPDK's forwards it.
 */
public final class Router implements IntSupplier {
  private static final int BURST = 32;

  private final EthDev port;
  private final int queue;
  private final Lookup lookup;
  private final Exit[] exits;
  private final PortCounters counters;
  private final long[] packets = new long[BURST];

  /** A port to send by: the lcore's own buffer, and the two addresses to write. */
  public record Exit(TxBuffer out, EthernetAddresses addresses) {}

  /**
   * Makes one.
   *
   * @param exits by port id, null where the port is not enabled
   */
  public Router(EthDev port, int queue, Lookup lookup, Exit[] exits, PortCounters counters) {
    this.port = port;
    this.queue = queue;
    this.lookup = lookup;
    this.exits = exits;
    this.counters = counters;
  }

  @Override
  public int getAsInt() {
    int count = port.rxBurst(queue, packets, 0, BURST);
    route(packets, count);
    return count;
  }

  /** Routes packets that were received at its port. */
  public void route(long[] packets, int count) {
    counters.addReceived(count);
    for (int i = 0; i < count; i++) {
      route(packets[i]);
    }
  }

  private void route(long mbuf) {
    long frame = Mbuf.mtod(mbuf);
    long header = frame + Ethernet.HEADER;
    int length = Mbuf.dataLen(mbuf);
    if (length < Ethernet.HEADER + Ipv4.MIN_HEADER
        || Ethernet.type(frame) != Ethernet.IPV4
        || !Ipv4.isValid(header, length - Ethernet.HEADER)
        || Ipv4.timeToLive(header) <= 1) {
      counters.addDropped(1);
      Mbuf.free(mbuf);
      return;
    }
    int to = lookup.port(header);
    if (to < 0 || to >= exits.length || exits[to] == null) {
      to = port.portId();
    }
    Ipv4.decrementTimeToLive(header);
    Exit exit = exits[to];
    exit.addresses.write(frame);
    exit.out.add(mbuf);
  }
}
