package io.sluice.bench.rows;

import io.sluice.cli.processes.ParentWatch;
import io.sluice.config.EalOptions;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.nic.EthDev;
import io.sluice.platform.Memory;
import io.sluice.primary.Primary;
import io.sluice.primary.StopRequest;
import io.sluice.ring.Protection;

/**
 * Sends frames by a port of its own until it is asked to end, as fast as it can: {@code [EAL
 * options] -- VDEV LENGTH}. It is the same for both sides of a row.
 */
public final class TrafficSource {
  /** Once it sends. */
  public static final String READY = "source: ready";

  /** Behind the file prefix of the row's own processes. */
  public static final String SUFFIX = "-source";

  private TrafficSource() {}

  /** See the class. */
  public static void main(String[] args) {
    ParentWatch.start();
    EalOptions options = EalOptions.parse(args);
    int length = Integer.parseInt(options.remaining().get(1));
    try (StopRequest stop = new StopRequest();
        Primary primary = Primary.start(options)) {
      Mempool pool = Ports.pool(primary, Protection.OFF);
      EthDev port = Ports.start(primary.ports().probe(options.remaining().get(0)), pool);
      primary
          .lcores()
          .runOnMain(
              () -> {
                System.out.println(READY);
                send(port, pool, length, stop);
                return 0;
              });
    }
  }

  private static void send(EthDev port, Mempool pool, int length, StopRequest stop) {
    long[] burst = new long[Ports.BURST];
    while (!stop.isRequested()) {
      int n = Mbuf.allocBulk(pool, burst, 0, burst.length);
      for (int i = 0; i < n; i++) {
        long frame = Mbuf.append(burst[i], length);
        Memory.putLong(frame, -1L);
        Memory.putLong(frame + 8, i);
      }
      int sent = port.txBurst(0, burst, 0, n);
      Mbuf.freeBulk(burst, sent, n - sent);
    }
  }
}
