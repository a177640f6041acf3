package io.sluice.it;

import io.sluice.config.EalOptions;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.nic.EthConf;
import io.sluice.nic.EthDev;
import io.sluice.nic.RxConf;
import io.sluice.nic.TxConf;
import io.sluice.platform.Memory;
import io.sluice.primary.Primary;
import io.sluice.ring.Ring;
import java.util.List;

/**
 * A primary in this JVM with the port {@code net_ring_loop}, which receives what it sends. It
 * begins with so little memory that all that others want more makes it grow.
 */
final class LoopedPort implements AutoCloseable {
  static final String NAME = "net_ring_loop";

  private static final int MBUFS = 2047;
  private static final int CACHE = 64;
  private static final int SEGMENT = 200;

  final Primary primary;
  final EthDev port;
  final Mempool pool;
  private final long[] burst = new long[1];

  LoopedPort(String prefix, String... options) {
    String[] all = new String[options.length + 6];
    System.arraycopy(
        new String[] {"--file-prefix", prefix, "-m", "8", "--no-pci", "-l0"}, 0, all, 0, 6);
    System.arraycopy(options, 0, all, 6, options.length);
    primary = Primary.start(EalOptions.parse(all));
    pool = PktmbufPool.create(primary.memory(), "packets", MBUFS, CACHE, 0, 2176, -1);
    Ring ring = Ring.create(primary.memory(), "loop", 1024, -1, Ring.SP_ENQ | Ring.SC_DEQ);
    port = primary.ports().fromRing(ring);
    port.configure(1, 1, EthConf.DEFAULT);
    port.rxQueueSetup(0, 512, -1, RxConf.DEFAULT, pool);
    port.txQueueSetup(0, 512, -1, TxConf.DEFAULT);
    port.start();
  }

  /** Sends a frame in segments of 200 bytes and receives it, with these flags and tag. */
  void pass(byte[] frame, long olFlags, int vlanTci) {
    long packet = 0;
    for (int at = 0; at < frame.length; at += SEGMENT) {
      long segment = Mbuf.alloc(pool);
      int length = Math.min(SEGMENT, frame.length - at);
      Memory.copyFromBytes(frame, at, Mbuf.append(segment, length), length);
      if (packet == 0) {
        packet = segment;
      } else {
        Mbuf.chain(packet, segment);
      }
    }
    Mbuf.setOlFlags(packet, olFlags);
    Mbuf.setVlanTci(packet, vlanTci);
    burst[0] = packet;
    if (port.txBurst(0, burst, 0, 1) != 1
        || port.rxBurst(0, burst, 0, 1) != 1
        || burst[0] != packet) {
      throw new AssertionError("the looped port lost a packet");
    }
    Mbuf.free(packet);
  }

  /** Whether every mbuf is back. */
  boolean hasAllMbufs() {
    return pool.isFull();
  }

  /** What is wrong with the heap. */
  List<String> audit() {
    return primary.memory().heap(-1).audit();
  }

  @Override
  public void close() {
    primary.close();
  }
}
