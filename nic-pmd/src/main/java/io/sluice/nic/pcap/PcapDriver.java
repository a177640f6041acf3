package io.sluice.nic.pcap;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.nic.DeviceArguments;
import io.sluice.nic.Driver;
import io.sluice.nic.EthLink;
import io.sluice.nic.PortContext;
import io.sluice.nic.PortDriver;
import io.sluice.nic.QueueStats;
import io.sluice.nic.RxQueue;
import io.sluice.nic.TxQueue;
import io.sluice.platform.Memory;
import java.util.Set;

/**
 * {@code net_pcap}, with DPDK's arguments: receives the packets of {@code rx_pcap}, once or with
 * {@code infinite_rx=1} over and over; writes what is sent to {@code tx_pcap}. Either may be
 * missing: then nothing is received, or what is sent is dropped.
 */
public final class PcapDriver implements Driver {
  @Override
  public String name() {
    return "net_pcap";
  }

  @Override
  public Set<String> arguments() {
    return Set.of("rx_pcap", "tx_pcap", "infinite_rx");
  }

  @Override
  public PortDriver open(DeviceArguments arguments, PortContext context) {
    String rx = arguments.get("rx_pcap");
    String tx = arguments.get("tx_pcap");
    boolean infinite = arguments.number("infinite_rx", 0, 0, 1) == 1;
    if (rx == null && tx == null) {
      throw arguments.invalid("give rx_pcap=FILE, tx_pcap=FILE, or both");
    }
    PcapReader reader = rx == null ? null : PcapReader.open(rx);
    try {
      if (infinite && reader != null) {
        if (!reader.next()) {
          throw arguments.invalid("infinite_rx=1, but '" + rx + "' has no whole packet");
        }
        reader.rewind();
      }
      PcapWriter writer = tx == null ? null : PcapWriter.create(tx);
      return new PcapPort(context.portId(), reader, writer, infinite);
    } catch (RuntimeException e) {
      if (reader != null) {
        reader.close();
      }
      throw e;
    }
  }

  private static final class PcapPort implements PortDriver {
    private final int portId;
    private final PcapReader reader;
    private final PcapWriter writer;
    private final boolean infinite;

    PcapPort(int portId, PcapReader reader, PcapWriter writer, boolean infinite) {
      this.portId = portId;
      this.reader = reader;
      this.writer = writer;
      this.infinite = infinite;
    }

    @Override
    public int maxRxQueues() {
      return 1;
    }

    @Override
    public int maxTxQueues() {
      return 1;
    }

    @Override
    public RxQueue rxQueue(int queue, int descriptors, Mempool pool, QueueStats stats) {
      return reader == null
          ? (pkts, offset, n) -> 0
          : new PcapRx(reader, infinite, pool, portId, stats);
    }

    @Override
    public TxQueue txQueue(int queue, int descriptors, QueueStats stats) {
      return (pkts, offset, n) -> send(stats, pkts, offset, n);
    }

    private int send(QueueStats stats, long[] pkts, int offset, int n) {
      long sent = 0;
      long bytes = 0;
      long now = writer == null || n == 0 ? 0 : System.currentTimeMillis() * 1_000_000;
      for (int i = offset; i < offset + n; i++) {
        long m = pkts[i];
        if (writer == null || writer.begin(now, Mbuf.pktLen(m))) {
          for (long s = m; s != 0 && writer != null; s = Mbuf.next(s)) {
            writer.append(Mbuf.mtod(s), Mbuf.dataLen(s));
          }
          sent++;
          bytes += Mbuf.pktLen(m);
        } else {
          stats.addErrors(1);
        }
      }
      if (n != 0) {
        stats.add(sent, bytes);
        Mbuf.freeBulk(pkts, offset, n);
        if (writer != null && writer.isPipe()) {
          // Somebody waits at the other end.
          writer.flush();
        }
      }
      return n;
    }

    @Override
    public void stop() {
      if (writer != null) {
        writer.flush();
      }
    }

    @Override
    public void close() {
      if (reader != null) {
        reader.close();
      }
      if (writer != null) {
        writer.close();
      }
    }

    /** Everything of the file is received anyway. */
    @Override
    public int setPromiscuous(boolean on) {
      return 0;
    }

    @Override
    public int setAllMulticast(boolean on) {
      return 0;
    }

    @Override
    public int setRxQueueRunning(int queue, boolean running) {
      return 0;
    }

    @Override
    public int setTxQueueRunning(int queue, boolean running) {
      return 0;
    }

    @Override
    public byte[] macAddr() {
      // As DPDK's: 02:70:63:61:70:<port>, the letters p, c, a, p.
      return new byte[] {2, 0x70, 0x63, 0x61, 0x70, (byte) portId};
    }

    @Override
    public EthLink link() {
      return new EthLink(10_000, true, true);
    }
  }

  /** Copies packets of the file into mbufs; one that is cut short counts as an error, once. */
  private static final class PcapRx implements RxQueue {
    private final PcapReader reader;
    private final boolean infinite;
    private final Mempool pool;
    private final int portId;
    private final QueueStats stats;
    private boolean pending;
    private boolean ended;

    PcapRx(PcapReader reader, boolean infinite, Mempool pool, int portId, QueueStats stats) {
      this.reader = reader;
      this.infinite = infinite;
      this.pool = pool;
      this.portId = portId;
      this.stats = stats;
    }

    @Override
    public int burst(long[] pkts, int offset, int n) {
      int received = 0;
      long bytes = 0;
      while (received < n && advance()) {
        long m = copy();
        if (m == 0) {
          // The packet stays pending: an exhausted pool loses nothing of a file.
          stats.addNoMbuf(1);
          break;
        }
        pending = false;
        bytes += Mbuf.pktLen(m);
        pkts[offset + received++] = m;
      }
      if (received != 0) {
        stats.add(received, bytes);
      }
      return received;
    }

    private boolean advance() {
      if (pending || ended) {
        return pending;
      }
      pending = reader.next();
      if (!pending && reader.isEnded()) {
        stats.addErrors(reader.isTruncated() ? 1 : 0);
        ended = !infinite;
        if (infinite) {
          reader.rewind();
          pending = reader.next();
        }
      }
      return pending;
    }

    private long copy() {
      long m = Mbuf.alloc(pool);
      if (m == 0) {
        return 0;
      }
      Mbuf.setPort(m, portId);
      long segment = m;
      int done = 0;
      while (true) {
        int here = Math.min(reader.length() - done, Mbuf.tailroom(segment));
        Memory.copy(reader.data() + done, Mbuf.mtod(segment), here);
        Mbuf.setDataLen(segment, here);
        done += here;
        if (done == reader.length()) {
          Mbuf.setPktLen(m, done);
          return m;
        }
        long more = Mbuf.alloc(pool);
        if (more == 0) {
          Mbuf.free(m);
          return 0;
        }
        Mbuf.setNext(segment, more);
        Mbuf.setNbSegs(m, Mbuf.nbSegs(m) + 1);
        segment = more;
      }
    }
  }
}
