package io.sluice.memzone;

import io.sluice.config.ProcessTable;

/**
 * Puts right what a dead process has left in one kind of shared structure. Found by {@link
 * java.util.ServiceLoader}, so that each module looks after its own structures.
 */
public interface Recovery {
  /** Those with smaller numbers come first; what others need to work by themselves has 0. */
  int order();

  /**
   * Finishes or undoes what the process was doing, and gives back what it held. Called in any
   * process of that memory, by one at a time, until it says that it is done; who was doing it may
   * have died in the middle.
   *
   * @return whether nothing is left to do; false to be called again later
   */
  boolean recover(SharedMemory m, ProcessTable.Entry dead);

  /**
   * Gives back what {@link #recover} had to leave as long as a process of stock DPDK ran, and says
   * so to {@link ObjectOwners#setLeft}; called when none runs, as that is.
   */
  default void recoverLeft(SharedMemory m) {}

  /**
   * Whether a thread with that frame on its stack may be inside of a claim on a ring of which it
   * has not said as yet that it is its process's.
   */
  default boolean isInsideClaim(StackTraceElement frame) {
    return false;
  }

  /** Gives back what a secondary keeps for itself when it ends in order; its threads have ended. */
  default void leave(SharedMemory m, ProcessTable.Entry own) {}
}
