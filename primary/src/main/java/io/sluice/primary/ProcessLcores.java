package io.sluice.primary;

import io.sluice.config.EalOptions;
import io.sluice.platform.CpuTopology;
import io.sluice.platform.LcoreMap;
import io.sluice.platform.Lcores;

/** The lcores of a process from its EAL options. */
public final class ProcessLcores {
  private ProcessLcores() {}

  /**
   * The lcores of {@code -l} or {@code --lcores}; without them one for each CPU that the process
   * may use, as in DPDK. No thread is started.
   */
  public static Lcores of(EalOptions options) {
    LcoreMap map = options.lcores();
    if (map == null) {
      map = LcoreMap.onePerCpu(CpuTopology.current().allowed());
    }
    return new Lcores(map, map.lcores().get(0));
  }
}
