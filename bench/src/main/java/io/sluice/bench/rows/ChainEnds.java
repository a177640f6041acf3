package io.sluice.bench.rows;

import io.sluice.cli.processes.Child;
import io.sluice.mempool.Mempool;
import io.sluice.memzone.SharedMemory;
import io.sluice.nic.EthDev;
import io.sluice.primary.Primary;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;

/**
 * What a chain over a worker process has in the process with the ports: packets come in by one
 * port, go over a ring to the worker, which swaps their addresses, come back over another ring and
 * leave by the other port.
 */
final class ChainEnds {
  private static final String OUT = "bench-out";
  private static final String IN = "bench-in";
  private static final int RING_SIZE = 1024;

  final EthDev from;
  final EthDev to;
  final Ring out;
  final Ring in;

  private final SharedMemory memory;

  /** Opens the ports and makes the rings. */
  ChainEnds(Primary primary, Protection protection) {
    this.memory = primary.memory();
    Mempool pool = Ports.pool(primary, protection);
    this.from = Ports.open(primary, 0, pool);
    this.to = Ports.open(primary, 1, pool);
    this.out = ring(OUT, protection);
    this.in = ring(IN, protection);
  }

  private Ring ring(String name, Protection protection) {
    return Ring.create(memory, name, RING_SIZE, -1, Ring.SP_ENQ | Ring.SC_DEQ, protection);
  }

  /** Starts the worker, on a CPU of its own. */
  Child startWorker(int cpu) {
    return OtherProcess.start(memory, cpu, "work", OUT, IN);
  }
}
