package io.sluice.bench.rows;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.nic.EthDev;
import io.sluice.primary.Primary;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;
import java.util.List;

/**
 * One thread forwards between two ports, or from one back to it, as {@code testpmd} does in its
 * modes {@code io} and {@code macswap}: bursts of 32 from each port to the other.
 */
final class Forwarding implements Runnable {
  private static final int BURST = Ports.BURST;

  private final EthDev[] ports;
  private final Mempool pool;
  private final boolean swapsMacs;
  private final boolean isLoop;
  private final Windows windows;
  private final long[] burst = new long[BURST];

  /**
   * Opens its ports.
   *
   * @param mode {@code io} or {@code macswap}
   * @param driver {@code net_null}, {@code net_ring}, in which packets go round for ever, or {@code
   *     net_af_packet}, which is a single port that sends back what it receives
   */
  Forwarding(Primary primary, String mode, String driver, Protection protection, Windows windows) {
    this.pool = Ports.pool(primary, protection);
    this.swapsMacs = mode.equals("macswap");
    this.isLoop = driver.equals("net_ring");
    this.windows = windows;
    this.ports =
        switch (driver) {
          case "net_null" ->
              new EthDev[] {Ports.open(primary, 0, pool), Ports.open(primary, 1, pool)};
          case "net_ring" ->
              new EthDev[] {loop(primary, 0, protection), loop(primary, 1, protection)};
          default -> {
            EthDev port = primary.ports().probe(driver + "0,iface=" + Ports.WIRE);
            Ports.start(port, pool);
            yield new EthDev[] {port, port};
          }
        };
  }

  /**
   * What {@code net_ring} opens, but with this protection in place of the driver's, which is ON.
   */
  private EthDev loop(Primary primary, int index, Protection protection) {
    String name = "bench" + index;
    Ring ring = RingModes.create(primary.memory(), name, "sp_sc", protection);
    return Ports.start(primary.ports().fromRings(name, List.of(ring), List.of(ring)), pool);
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
          Mbuf.append(packet, Ports.FRAME);
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
        MacAddresses.swap(Mbuf.mtod(burst[i]));
      }
    }
    int sent = to.txBurst(0, burst, 0, received);
    if (sent < received) {
      Mbuf.freeBulk(burst, sent, received - sent);
    }
    return sent;
  }
}
