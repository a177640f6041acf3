package io.sluice.nic;

import io.sluice.config.ProcType;
import io.sluice.config.ProcessTable;
import io.sluice.memzone.Recovery;
import io.sluice.memzone.SharedMemory;

/** Closes the ports of a dead primary, whose devices nobody has until the next one opens them. */
public final class PortRecovery implements Recovery {
  private static final int AFTER_POOLS = 20;

  /** For the service loader. */
  public PortRecovery() {
    // Nothing to keep.
  }

  @Override
  public int order() {
    return AFTER_POOLS;
  }

  @Override
  public boolean recover(SharedMemory m, ProcessTable.Entry dead) {
    EthPortData ports = dead.procType() == ProcType.PRIMARY ? EthPortData.lookup(m) : null;
    if (ports != null) {
      ports.closeAllOf(dead.generation());
    }
    return true;
  }
}
