package io.sluice.samples.l2fwd;

import io.sluice.mempool.Mbuf;
import io.sluice.nic.EthDev;
import io.sluice.samples.EthernetAddresses;
import io.sluice.samples.PortCounters;
import io.sluice.samples.TxBuffer;
import java.util.function.IntSupplier;

/** Moves one port's frames to its partner, a burst each time it is called. Belongs to one lcore. */
final class Forwarder implements IntSupplier {
  private static final int BURST = 32;

  private final EthDev port;
  private final PortCounters counters;
  private final TxBuffer out;
  private final EthernetAddresses addresses;
  private final long[] packets = new long[BURST];

  /**
   * Makes one.
   *
   * @param addresses what to write; null leaves them as they are
   */
  Forwarder(EthDev port, PortCounters counters, TxBuffer out, EthernetAddresses addresses) {
    this.port = port;
    this.counters = counters;
    this.out = out;
    this.addresses = addresses;
  }

  @Override
  public int getAsInt() {
    int count = port.rxBurst(0, packets, 0, BURST);
    counters.addReceived(count);
    for (int i = 0; i < count; i++) {
      if (addresses != null) {
        addresses.write(Mbuf.mtod(packets[i]));
      }
      out.add(packets[i]);
    }
    return count;
  }
}
