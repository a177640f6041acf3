package io.sluice.nic;

/** Sees each burst of a send queue before the driver does ({@code rte_tx_callback_fn}). */
@FunctionalInterface
public interface TxCallback {
  /**
   * On the sending thread, before each burst. It may change packets, and may leave some out of the
   * burst, which must be the last ones then: they stay the caller's, as packets not sent.
   *
   * @return how many of the packets, from {@code offset} on, are to be sent
   */
  int onSend(EthDev port, int queue, long[] pkts, int offset, int n);
}
