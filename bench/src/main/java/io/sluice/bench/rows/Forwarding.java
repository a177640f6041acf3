package io.sluice.bench.rows;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.MempoolConf;
import io.sluice.mempool.PktmbufPool;
import io.sluice.nic.EthConf;
import io.sluice.nic.EthDev;
import io.sluice.nic.RxConf;
import io.sluice.nic.TxConf;
import io.sluice.platform.Memory;
import io.sluice.primary.Primary;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;
import java.util.List;

/**
 * One thread forwards between two ports, as {@code testpmd} does in its modes {@code io} and {@code
 * macswap}: bursts of 32 from each port to the other.
 */
final class Forwarding implements Runnable {
  private static final int BURST = 32;
  private static final int MBUFS = 8191;
  private static final int CACHE = 250;
  private static final int DESCRIPTORS = 512;
  private static final int FRAME = 64;

  private final EthDev[] ports = new EthDev[2];
  private final Mempool pool;
  private final boolean swapsMacs;
  private final boolean isLoop;
  private final Windows windows;
  private final long[] burst = new long[BURST];

  /**
   * Opens two ports.
   *
   * @param mode {@code io} or {@code macswap}
   * @param driver {@code net_null}, or {@code net_ring}, in which packets go round for ever
   */
  Forwarding(Primary primary, String mode, String driver, Protection protection, Windows windows) {
    MempoolConf conf = MempoolConf.of(MBUFS, 0).withCacheSize(CACHE).withProtection(protection);
    this.pool =
        PktmbufPool.create(primary.memory(), "bench", conf, 0, PktmbufPool.DEFAULT_BUF_SIZE);
    this.swapsMacs = mode.equals("macswap");
    this.isLoop = driver.equals("net_ring");
    this.windows = windows;
    for (int i = 0; i < ports.length; i++) {
      EthDev port = isLoop ? loop(primary, i, protection) : open(primary, driver, i);
      port.configure(1, 1, EthConf.DEFAULT);
      port.rxQueueSetup(0, DESCRIPTORS, -1, RxConf.DEFAULT, pool);
      port.txQueueSetup(0, DESCRIPTORS, -1, TxConf.DEFAULT);
      port.start();
      ports[i] = port;
    }
  }

  private static EthDev open(Primary primary, String driver, int index) {
    return primary.ports().probe(driver + index + ",size=" + FRAME);
  }

  /**
   * What {@code net_ring} opens, but with this protection in place of the driver's, which is ON.
   */
  private static EthDev loop(Primary primary, int index, Protection protection) {
    String name = "bench" + index;
    Ring ring = RingModes.create(primary.memory(), name, "sp_sc", protection);
    return primary.ports().fromRings(name, List.of(ring), List.of(ring));
  }

  @Override
  public void run() {
    windows.pinned(this::sendFirst);
    windows.measure(Integer.toString(BURST), this::forward);
  }

  /** What {@code --tx-first} does: without it nothing would go round. */
  private void sendFirst() {
    for (EthDev port : ports) {
      if (isLoop && Mbuf.allocBulk(pool, burst, 0, BURST) == BURST) {
        for (long packet : burst) {
          Mbuf.append(packet, FRAME);
        }
        port.txBurst(0, burst, 0, BURST);
      }
    }
  }

  private long forward(int turns) {
    long packets = 0;
    for (int turn = 0; turn < turns; turn++) {
      packets += forward(ports[0], ports[1]);
      packets += forward(ports[1], ports[0]);
    }
    return packets;
  }

  private int forward(EthDev from, EthDev to) {
    int received = from.rxBurst(0, burst, 0, BURST);
    if (received == 0) {
      return 0;
    }
    if (swapsMacs) {
      for (int i = 0; i < received; i++) {
        swapMacs(Mbuf.mtod(burst[i]));
      }
    }
    int sent = to.txBurst(0, burst, 0, received);
    if (sent < received) {
      Mbuf.freeBulk(burst, sent, received - sent);
    }
    return received;
  }

  /** Twelve bytes, as a word of eight and one of four. */
  private static void swapMacs(long frame) {
    long first = Memory.getLong(frame);
    int last = Memory.getInt(frame + 8);
    long source = first >>> 48 | (last & 0xffff_ffffL) << 16;
    Memory.putLong(frame, source | first << 48);
    Memory.putInt(frame + 8, (int) (first >>> 16));
  }
}
