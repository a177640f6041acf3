package io.sluice.nic.nulldev;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.nic.DeviceArguments;
import io.sluice.nic.Driver;
import io.sluice.nic.DriverState;
import io.sluice.nic.EthLink;
import io.sluice.nic.PortContext;
import io.sluice.nic.PortDriver;
import io.sluice.nic.QueueStats;
import io.sluice.nic.RxQueue;
import io.sluice.nic.StockPrivate;
import io.sluice.nic.TxQueue;
import io.sluice.platform.Memory;
import java.util.Set;

/**
 * {@code net_null}, with DPDK's arguments: {@code size} of received packets, 64 by default, cut at
 * what an mbuf holds; {@code copy=1} copies to and from a buffer as a device would; {@code no-rx=1}
 * receives nothing.
 */
public final class NullDriver implements Driver {
  private static final int MAX_QUEUES = 16;
  private static final int DEFAULT_SIZE = 64;
  private static final int MAX_SIZE = 1 << 14;
  // The driver's words.
  private static final int SIZE = 0;
  private static final int COPY = 1;
  private static final int NO_RX = 2;

  @Override
  public String name() {
    return "net_null";
  }

  @Override
  public Set<String> arguments() {
    return Set.of("size", "copy", "no-rx");
  }

  @Override
  public PortDriver open(DeviceArguments arguments, PortContext context) {
    int size = arguments.number("size", DEFAULT_SIZE, 0, MAX_SIZE);
    boolean copy = arguments.number("copy", 0, 0, 1) == 1;
    boolean noRx = arguments.number("no-rx", 0, 0, 1) == 1;
    context.state().set(SIZE, size);
    context.state().set(COPY, copy ? 1 : 0);
    context.state().set(NO_RX, noRx ? 1 : 0);
    return attach(context);
  }

  @Override
  public boolean isShareable() {
    return true;
  }

  @Override
  public PortDriver attach(PortContext context) {
    DriverState state = context.state();
    return new NullPort(
        context.portId(), (int) state.get(SIZE), state.get(COPY) != 0, state.get(NO_RX) != 0);
  }

  private static final class NullPort implements PortDriver {
    private final int portId;
    private final int size;
    private final boolean copy;
    private final boolean noRx;
    private final long buffer = Memory.allocate(MAX_SIZE);
    private boolean started;

    NullPort(int portId, int size, boolean copy, boolean noRx) {
      this.portId = portId;
      this.size = size;
      this.copy = copy;
      this.noRx = noRx;
      Memory.fill(buffer, MAX_SIZE, (byte) 0);
    }

    @Override
    public int maxRxQueues() {
      return MAX_QUEUES;
    }

    @Override
    public int maxTxQueues() {
      return MAX_QUEUES;
    }

    @Override
    public RxQueue rxQueue(int queue, int descriptors, Mempool pool, QueueStats stats) {
      return (pkts, offset, n) -> noRx ? 0 : receive(pool, stats, pkts, offset, n);
    }

    private int receive(Mempool pool, QueueStats stats, long[] pkts, int offset, int n) {
      if (Mbuf.allocBulk(pool, pkts, offset, n) == 0) {
        stats.addNoMbuf(n);
        return 0;
      }
      long bytes = 0;
      for (int i = offset; i < offset + n; i++) {
        long m = pkts[i];
        int length = Math.min(size, Mbuf.tailroom(m));
        if (copy) {
          Memory.copy(buffer, Mbuf.mtod(m), length);
        }
        Mbuf.setDataLen(m, length);
        Mbuf.setPktLen(m, length);
        Mbuf.setPort(m, portId);
        bytes += length;
      }
      stats.add(n, bytes);
      return n;
    }

    @Override
    public TxQueue txQueue(int queue, int descriptors, QueueStats stats) {
      return (pkts, offset, n) -> {
        long bytes = 0;
        for (int i = offset; i < offset + n; i++) {
          bytes += Mbuf.pktLen(pkts[i]);
          if (copy) {
            Memory.copy(Mbuf.mtod(pkts[i]), buffer, Math.min(MAX_SIZE, Mbuf.dataLen(pkts[i])));
          }
        }
        Mbuf.freeBulk(pkts, offset, n);
        stats.add(n, bytes);
        return n;
      };
    }

    @Override
    public void start(int rxQueues, int txQueues) {
      started = true;
    }

    @Override
    public void stop() {
      started = false;
    }

    @Override
    public void close() {
      Memory.release(buffer);
    }

    @Override
    public StockPrivate stockPrivate() {
      return new NullPrivate(portId, size, copy, noRx);
    }

    @Override
    public byte[] macAddr() {
      return new byte[] {2, 0, 0, 0, 0, (byte) portId};
    }

    @Override
    public int setMacAddr(byte[] mac) {
      return 0;
    }

    @Override
    public int setMtu(int mtu) {
      return 0;
    }

    /** There are no packets for anybody else. */
    @Override
    public int setPromiscuous(boolean on) {
      return 0;
    }

    @Override
    public int setAllMulticast(boolean on) {
      return 0;
    }

    @Override
    public EthLink link() {
      return new EthLink(10_000, true, started);
    }
  }
}
