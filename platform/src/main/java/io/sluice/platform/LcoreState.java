package io.sluice.platform;

/** What an lcore does: {@code enum rte_lcore_state_t} ({@code rte_launch.h}). */
public enum LcoreState {
  /** It waits for a function to run. */
  WAIT,
  /** It runs one. */
  RUNNING
}
