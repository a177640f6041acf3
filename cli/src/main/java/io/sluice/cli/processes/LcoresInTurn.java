package io.sluice.cli.processes;

import io.sluice.platform.CpuTopology;
import java.util.List;

/** An lcore of its own for each process of a command, on the CPUs that it may run on in turn. */
public final class LcoresInTurn {
  private final List<Integer> cpus = List.copyOf(CpuTopology.current().allowed());

  /** What {@code --lcores} takes for the one with this id. */
  public String lcore(int id) {
    return id + "@" + cpus.get(id % cpus.size());
  }
}
