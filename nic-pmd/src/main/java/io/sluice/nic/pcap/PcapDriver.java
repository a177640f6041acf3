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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * {@code net_pcap}, with DPDK's arguments: receives the packets of {@code rx_pcap}, once or with
 * {@code infinite_rx=1} over and over; writes what is sent to {@code tx_pcap}. Each may be given
 * several times, once a queue. Either may be missing: then nothing is received, or what is sent is
 * dropped. Reads pcap and pcapng; writes pcapng to a file whose name ends in {@code .pcapng}.
 */
public final class PcapDriver implements Driver {
  private static final int MAX_QUEUES = 16;

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
    List<String> rx = arguments.all("rx_pcap");
    List<String> tx = arguments.all("tx_pcap");
    boolean infinite = arguments.number("infinite_rx", 0, 0, 1) == 1;
    if (rx.isEmpty() && tx.isEmpty()) {
      throw arguments.invalid("give rx_pcap=FILE, tx_pcap=FILE, or both");
    }
    if (rx.size() > MAX_QUEUES || tx.size() > MAX_QUEUES) {
      throw arguments.invalid("more than " + MAX_QUEUES + " files of one direction");
    }
    PcapPort port = new PcapPort(context.portId(), infinite);
    try {
      for (String path : rx) {
        port.readers.add(CaptureReader.open(path));
      }
      for (int i = 0; infinite && i < rx.size(); i++) {
        if (!port.readers.get(i).next()) {
          throw arguments.invalid("infinite_rx=1, but '" + rx.get(i) + "' has no whole packet");
        }
        port.readers.get(i).rewind();
      }
      for (String path : tx) {
        port.writers.add(CaptureWriter.create(path));
      }
      return port;
    } catch (RuntimeException e) {
      port.close();
      throw e;
    }
  }

  private static final class PcapPort implements PortDriver {
    private final int portId;
    private final boolean infinite;
    private final List<CaptureReader> readers = new ArrayList<>();
    private final List<CaptureWriter> writers = new ArrayList<>();

    PcapPort(int portId, boolean infinite) {
      this.portId = portId;
      this.infinite = infinite;
    }

    @Override
    public int maxRxQueues() {
      return Math.max(1, readers.size());
    }

    @Override
    public int maxTxQueues() {
      return Math.max(1, writers.size());
    }

    @Override
    public RxQueue rxQueue(int queue, int descriptors, Mempool pool, QueueStats stats) {
      return readers.isEmpty()
          ? (pkts, offset, n) -> 0
          : new PcapRx(readers.get(queue), infinite, pool, portId, stats);
    }

    @Override
    public TxQueue txQueue(int queue, int descriptors, QueueStats stats) {
      CaptureWriter writer = writers.isEmpty() ? null : writers.get(queue);
      return (pkts, offset, n) -> send(writer, stats, pkts, offset, n);
    }

    private static int send(
        CaptureWriter writer, QueueStats stats, long[] pkts, int offset, int n) {
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
      writers.forEach(CaptureWriter::flush);
    }

    @Override
    public void close() {
      readers.forEach(CaptureReader::close);
      writers.forEach(CaptureWriter::close);
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

  /**
   * Copies packets of the file into mbufs. One that is cut short counts as an error, once, and so
   * does each that is not of Ethernet.
   */
  private static final class PcapRx implements RxQueue {
    private final CaptureReader reader;
    private final boolean infinite;
    private final Mempool pool;
    private final int portId;
    private final QueueStats stats;
    private boolean pending;
    private boolean ended;

    PcapRx(CaptureReader reader, boolean infinite, Mempool pool, int portId, QueueStats stats) {
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
      int leftOut = reader.takeLeftOut();
      if (leftOut != 0) {
        stats.addErrors(leftOut);
      }
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
