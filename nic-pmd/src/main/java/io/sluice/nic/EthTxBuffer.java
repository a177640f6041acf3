package io.sluice.nic;

import io.sluice.mempool.Mbuf;
import java.util.Objects;

/**
 * Packets on their way to one send queue, sent a burst at a time ({@code rte_eth_tx_buffer}).
 * Belongs to the one thread that sends on the queue. Adding and flushing allocate nothing.
 */
public final class EthTxBuffer {
  /** Takes over packets that the queue did not take ({@code buffer_tx_error_fn}). */
  @FunctionalInterface
  public interface Unsent {
    /** Called on the sending thread; the packets from {@code offset} on are the callee's. */
    void accept(long[] pkts, int offset, int n);
  }

  private final EthDev port;
  private final int queue;
  private final long[] pkts;
  private final Unsent unsent;
  private int length;
  private long dropped;

  /** A buffer of so many packets; it frees and counts what the queue does not take. */
  public EthTxBuffer(EthDev port, int queue, int size) {
    this.port = port;
    this.queue = queue;
    this.pkts = new long[size];
    this.unsent = this::drop;
  }

  /** A buffer of so many packets; {@code unsent} gets what the queue does not take. */
  public EthTxBuffer(EthDev port, int queue, int size, Unsent unsent) {
    this.port = port;
    this.queue = queue;
    this.pkts = new long[size];
    this.unsent = Objects.requireNonNull(unsent, "unsent");
  }

  private void drop(long[] packets, int offset, int n) {
    Mbuf.freeBulk(packets, offset, n);
    dropped += n;
  }

  /**
   * {@code rte_eth_tx_buffer}: takes over a packet, and sends when it is full.
   *
   * @return how many packets were sent
   */
  public int add(long mbuf) {
    pkts[length++] = mbuf;
    return length == pkts.length ? flush() : 0;
  }

  /**
   * {@code rte_eth_tx_buffer_flush}: sends what is there.
   *
   * @return how many packets were sent
   */
  public int flush() {
    int count = length;
    if (count == 0) {
      return 0;
    }
    length = 0;
    int sent = port.txBurst(queue, pkts, 0, count);
    if (sent < count) {
      unsent.accept(pkts, sent, count - sent);
    }
    return sent;
  }

  /** Packets waiting. */
  public int length() {
    return length;
  }

  /** Packets freed since the queue did not take them; 0 with an {@link Unsent} of the caller's. */
  public long dropped() {
    return dropped;
  }
}
