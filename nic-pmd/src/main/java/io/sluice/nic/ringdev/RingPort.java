package io.sluice.nic.ringdev;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.nic.DriverState;
import io.sluice.nic.EthLink;
import io.sluice.nic.PortContext;
import io.sluice.nic.PortDriver;
import io.sluice.nic.QueueStats;
import io.sluice.nic.RxQueue;
import io.sluice.nic.StockPrivate;
import io.sluice.nic.TxQueue;
import io.sluice.ring.Ring;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A port over the rings whose addresses are in the driver's words. Bytes are not counted, as in
 * DPDK's: that would touch every mbuf.
 */
final class RingPort implements PortDriver {
  // The driver's words.
  private static final int OWNS_RINGS = 0;
  private static final int RX_COUNT = 1;
  private static final int TX_COUNT = 2;
  private static final int RX_RINGS = 8;
  private static final int TX_RINGS = 32;
  private static final int DRAIN = 32;

  private final PortContext context;
  private final DriverState state;
  private boolean up;

  RingPort(PortContext context) {
    this.context = context;
    this.state = context.state();
  }

  static RingPort open(List<Ring> rx, List<Ring> tx, boolean owned, PortContext context) {
    DriverState state = context.state();
    state.set(OWNS_RINGS, owned ? 1 : 0);
    state.set(RX_COUNT, rx.size());
    state.set(TX_COUNT, tx.size());
    for (int i = 0; i < rx.size(); i++) {
      state.set(RX_RINGS + i, rx.get(i).address());
    }
    for (int i = 0; i < tx.size(); i++) {
      state.set(TX_RINGS + i, tx.get(i).address());
    }
    return new RingPort(context);
  }

  /** Whether the rings go with the port that the words are of. */
  static boolean ownsRings(DriverState state) {
    return state.get(OWNS_RINGS) != 0;
  }

  @Override
  public int maxRxQueues() {
    return (int) state.get(RX_COUNT);
  }

  @Override
  public int maxTxQueues() {
    return (int) state.get(TX_COUNT);
  }

  @Override
  public int defaultRxQueues() {
    return maxRxQueues();
  }

  @Override
  public int defaultTxQueues() {
    return maxTxQueues();
  }

  @Override
  public RxQueue rxQueue(int queue, int descriptors, Mempool pool, QueueStats stats) {
    Ring ring = Ring.at(state.get(RX_RINGS + queue));
    return new RxQueue() {
      @Override
      public int burst(long[] pkts, int offset, int n) {
        int count = ring.dequeueBurst(pkts, offset, n);
        if (count != 0) {
          stats.add(count, 0);
        }
        return count;
      }

      @Override
      public int count() {
        return ring.count();
      }
    };
  }

  @Override
  public TxQueue txQueue(int queue, int descriptors, QueueStats stats) {
    Ring ring = Ring.at(state.get(TX_RINGS + queue));
    return (pkts, offset, n) -> {
      int count = ring.enqueueBurst(pkts, offset, n);
      if (count != 0) {
        stats.add(count, 0);
      }
      return count;
    };
  }

  @Override
  public void start(int rxQueues, int txQueues) {
    up = true;
  }

  @Override
  public void stop() {
    up = false;
  }

  @Override
  public int setLink(boolean linkUp) {
    up = linkUp;
    return 0;
  }

  /** Everything on the ring is received anyway. */
  @Override
  public int setPromiscuous(boolean on) {
    return 0;
  }

  @Override
  public int setAllMulticast(boolean on) {
    return 0;
  }

  /** Frees the driver's rings, each of which both directions share, and the packets left there. */
  @Override
  public void freeShared() {
    long[] left = new long[DRAIN];
    for (int i = 0; ownsRings(state) && i < maxRxQueues(); i++) {
      Ring ring = Ring.at(state.get(RX_RINGS + i));
      int count;
      while ((count = ring.dequeueBurst(left, 0, DRAIN)) != 0) {
        Mbuf.freeBulk(left, 0, count);
      }
      ring.free(context.memory());
    }
  }

  @Override
  public void close() {}

  @Override
  public StockPrivate stockPrivate() {
    return new RingPrivate(
        rings(RX_RINGS, maxRxQueues()).toArray(), rings(TX_RINGS, maxTxQueues()).toArray());
  }

  private LongStream rings(int first, int count) {
    return IntStream.range(first, first + count).mapToLong(state::get);
  }

  @Override
  public byte[] macAddr() {
    return new byte[6];
  }

  @Override
  public EthLink link() {
    return new EthLink(10_000, true, up);
  }
}
