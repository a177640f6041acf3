package io.sluice.primary;

import io.sluice.nic.EthDev;
import io.sluice.platform.Burst;

/** Receives on all queues of a port, beginning with the one behind the last that gave something. */
final class QueuesInTurn implements Burst {
  private final EthDev port;
  private final int queues;
  private int next;

  QueuesInTurn(EthDev port) {
    this.port = port;
    this.queues = port.rxQueues();
  }

  @Override
  public int apply(long[] pkts, int offset, int n) {
    int received = 0;
    for (int tried = 0; tried < queues && received == 0; tried++) {
      received = port.rxBurst(next, pkts, offset, n);
      next = next + 1 == queues ? 0 : next + 1;
    }
    return received;
  }
}
