package io.sluice.config;

/** The table of processes. */
public final class ProcessTable {
  private ProcessTable() {}
}
