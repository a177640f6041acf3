package io.sluice.cli;

import io.sluice.mempool.Mempool;
import io.sluice.mempool.PoolCensus;
import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Ring;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code sluice audit}: where every object of every pool is, and whether all is in order. Looks
 * only, so that it may be run on a live system; what looks wrong is looked at again after a while,
 * since objects move, and a death is put right within 100 ms.
 */
@Command(
    name = "audit",
    description = {
      "Counts every object of every pool where it is, and checks pools and rings.",
      "Exit code 1 if an object is nowhere or a ring is stuck."
    },
    mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {
  private static final int TRIES = 10;
  private static final long PAUSE_NANOS = 50_000_000;

  @Mixin private ObserverOptions options;

  @Override
  public Integer call() {
    try (SharedMemory memory = options.observe()) {
      Mempool.walk(memory, AuditCommand::check);
      List<PoolCensus> pools = PoolCensus.take(memory);
      List<String> stuck = openRings(memory);
      for (int i = 0; i < TRIES && !(lost(pools) == 0 && stuck.isEmpty()); i++) {
        LockSupport.parkNanos(PAUSE_NANOS);
        pools = PoolCensus.take(memory);
        stuck.retainAll(openRings(memory));
      }
      options.print(table(pools));
      options.note(
          "audit: objects="
              + pools.stream().mapToInt(PoolCensus::size).sum()
              + " lost="
              + lost(pools)
              + " stuck="
              + stuck.size()
              + (stuck.isEmpty() ? "" : " " + stuck));
      return lost(pools) == 0 && stuck.isEmpty() ? 0 : 1;
    }
  }

  private static void check(Mempool pool) {
    try {
      pool.audit();
    } catch (IllegalStateException e) {
      throw new CommandFailure(e.getMessage());
    }
  }

  private static int lost(List<PoolCensus> pools) {
    return pools.stream().mapToInt(PoolCensus::lost).sum();
  }

  /** Rings with a claim that is not published; stuck if it stays so at the same place. */
  private static List<String> openRings(SharedMemory memory) {
    List<String> open = new ArrayList<>();
    Ring.walk(
        memory,
        ring -> {
          String claims = ring.openClaims();
          if (!claims.isEmpty()) {
            open.add(ring.name() + ": " + claims.strip());
          }
        });
    return open;
  }

  private static Table table(List<PoolCensus> pools) {
    Table table =
        new Table("pool", "size", "free", "cached", "in rings", "in packets", "held", "lost");
    for (PoolCensus pool : pools) {
      table.add(
          pool.pool(),
          pool.size(),
          pool.free(),
          pool.cached(),
          pool.inRings(),
          pool.inPackets(),
          pool.held(),
          pool.lost());
    }
    return table;
  }
}
