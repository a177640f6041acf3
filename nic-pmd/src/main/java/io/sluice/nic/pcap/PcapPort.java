package io.sluice.nic.pcap;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.nic.EthLink;
import io.sluice.nic.PortDriver;
import io.sluice.nic.QueueStats;
import io.sluice.nic.RxQueue;
import io.sluice.nic.TxQueue;
import io.sluice.nic.afpacket.QueuePair;
import java.util.ArrayList;
import java.util.List;

/**
 * A port that receives from captures or interfaces and sends to captures or interfaces, one a
 * queue. Without any of a direction it has as many queues as the other one has, which receive
 * nothing and drop what is sent.
 */
final class PcapPort implements PortDriver {
  private static final long FLUSH_NANOS = 1_000_000_000;
  private static final int SPEED = 10_000;
  private static final int NO_GROUP = -1;

  final List<CaptureReader> readers = new ArrayList<>();
  final List<CaptureWriter> writers = new ArrayList<>();
  final List<QueuePair> rxInterfaces = new ArrayList<>();
  final List<QueuePair> txInterfaces = new ArrayList<>();

  private final int portId;
  private final boolean infinite;
  private byte[] mac;
  private boolean started;

  PcapPort(int portId, boolean infinite) {
    this.portId = portId;
    this.infinite = infinite;
    // As DPDK's: 02:70:63:61:70:<port>, the letters p, c, a, p.
    this.mac = new byte[] {2, 0x70, 0x63, 0x61, 0x70, (byte) portId};
  }

  /** Takes an interface's address for its own. */
  void takeMacOf(QueuePair pair) {
    mac = pair.macAddr();
  }

  private int sources() {
    return readers.size() + rxInterfaces.size();
  }

  private int sinks() {
    return writers.size() + txInterfaces.size();
  }

  @Override
  public int maxRxQueues() {
    return sources() == 0 ? sinks() : sources();
  }

  @Override
  public int maxTxQueues() {
    return sinks() == 0 ? sources() : sinks();
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
    if (!readers.isEmpty()) {
      return new PcapRx(readers.get(queue), infinite, pool, portId, stats);
    }
    return rxInterfaces.isEmpty()
        ? (pkts, offset, n) -> 0
        : rxInterfaces.get(queue).rxQueue(pool, portId, stats);
  }

  @Override
  public TxQueue txQueue(int queue, int descriptors, QueueStats stats) {
    if (!writers.isEmpty()) {
      return new PcapTx(writers.get(queue), stats);
    }
    return txInterfaces.isEmpty()
        ? (pkts, offset, n) -> drop(stats, pkts, offset, n)
        : txInterfaces.get(queue).txQueue(stats);
  }

  private static int drop(QueueStats stats, long[] pkts, int offset, int n) {
    long bytes = 0;
    for (int i = offset; i < offset + n; i++) {
      bytes += Mbuf.pktLen(pkts[i]);
    }
    stats.add(n, bytes);
    Mbuf.freeBulk(pkts, offset, n);
    return n;
  }

  @Override
  public void start(int rxQueues, int txQueues) {
    for (int i = 0; i < Math.min(rxQueues, rxInterfaces.size()); i++) {
      rxInterfaces.get(i).start(true, NO_GROUP);
    }
    for (int i = 0; i < Math.min(txQueues, txInterfaces.size()); i++) {
      txInterfaces.get(i).start(false, NO_GROUP);
    }
    started = true;
  }

  /** Writes what is still to be written; of an interface, a second at the most. */
  @Override
  public void stop() {
    started = false;
    writers.forEach(CaptureWriter::flush);
    long deadline = System.nanoTime() + FLUSH_NANOS;
    txInterfaces.forEach(pair -> pair.awaitSent(deadline));
  }

  @Override
  public void close() {
    readers.forEach(CaptureReader::close);
    writers.forEach(CaptureWriter::close);
    rxInterfaces.forEach(QueuePair::close);
    txInterfaces.forEach(QueuePair::close);
  }

  /** Everything that there is is received anyway. */
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
    return mac.clone();
  }

  @Override
  public EthLink link() {
    return new EthLink(SPEED, true, started);
  }
}
