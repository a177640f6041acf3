package io.sluice.secondary;

import io.sluice.config.StockPrimary;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.CpuTopology;
import io.sluice.platform.Errno;
import io.sluice.platform.Lcore;
import io.sluice.platform.LcoreMap;
import io.sluice.platform.SluiceException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.LoggerFactory;

/**
 * Lcore ids beside a primary of stock DPDK, which enters its own in no table: two processes with
 * the same id take objects out of the same cache of a pool, each as if it were alone.
 */
final class StockLcores {
  private final SharedMemory memory;
  private final Optional<StockPrimary> primary;

  private StockLcores(SharedMemory memory, Optional<StockPrimary> primary) {
    this.memory = memory;
    this.primary = primary;
  }

  /** Beside the primary of this memory; nothing if that is one of Sluice. */
  static Optional<StockLcores> beside(SharedMemory memory) {
    return memory.processTable().isPrimaryStock()
        ? Optional.of(new StockLcores(memory, StockPrimary.of(memory.runtimeDirectory())))
        : Optional.empty();
  }

  private Set<Integer> ofPrimary() {
    return primary.map(StockPrimary::lcores).orElse(Set.of());
  }

  /** Warns of ids that the primary seems to use, too. */
  void warnOfShared(Iterable<Integer> wanted) {
    Set<Integer> shared = new TreeSet<>();
    wanted.forEach(shared::add);
    shared.retainAll(ofPrimary());
    if (!shared.isEmpty()) {
      LoggerFactory.getLogger(StockLcores.class)
          .warn(
              "lcores {} are the primary's (pid {}) too, so that both use the same caches of"
                  + " pools; give others with -l or --lcores",
              shared,
              primary.get().pid());
    }
  }

  /**
   * Claims the highest id that nobody seems to use, for a secondary that asks for none; it may run
   * on any CPU.
   *
   * @throws SluiceException EBUSY if all are taken
   */
  LcoreMap claimUnused() {
    Set<Integer> taken = ofPrimary();
    for (int lcore = Lcore.MAX - 1; lcore >= 0; lcore--) {
      if (!taken.contains(lcore) && claim(lcore)) {
        return LcoreMap.of(Map.of(lcore, CpuTopology.current().allowed()));
      }
    }
    throw new SluiceException(Errno.EBUSY, "all lcore ids are taken; stop a process");
  }

  private boolean claim(int lcore) {
    try {
      memory.processTable().claimLcore(lcore);
      return true;
    } catch (SluiceException e) {
      if (e.errno() != Errno.EBUSY) {
        throw e;
      }
      return false;
    }
  }
}
