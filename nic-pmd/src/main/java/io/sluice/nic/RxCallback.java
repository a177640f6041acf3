package io.sluice.nic;

/** Sees each burst of a receive queue before the caller does ({@code rte_rx_callback_fn}). */
@FunctionalInterface
public interface RxCallback {
  /**
   * On the polling thread, after each burst, an empty one too. It may change, drop (free) and, up
   * to {@code max}, add packets.
   *
   * @return how many packets there are now, from {@code offset} on
   */
  int onReceive(EthDev port, int queue, long[] pkts, int offset, int n, int max);
}
