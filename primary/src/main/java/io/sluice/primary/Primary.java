package io.sluice.primary;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Lcores;

/**
 * The one process of a file prefix that makes the shared memory and owns what is in it, as {@code
 * rte_eal_init} with {@code --proc-type=primary}. Secondaries may attach once {@link #start} has
 * returned; they must be gone, or done with the memory, before {@link #close}.
 */
public final class Primary implements AutoCloseable {
  private final SharedMemory memory;
  private final Lcores lcores;

  private Primary(SharedMemory memory, Lcores lcores) {
    this.memory = memory;
    this.lcores = lcores;
  }

  /**
   * Makes the shared memory.
   *
   * @throws io.sluice.platform.SluiceException if it cannot; nothing is left behind then
   */
  public static Primary start(EalOptions options) {
    Lcores lcores = new Lcores(options.lcores(), options.mainLcore());
    return new Primary(SharedMemory.create(options), lcores);
  }

  /** The shared memory. */
  public SharedMemory memory() {
    return memory;
  }

  /** This process's lcores. */
  public Lcores lcores() {
    return lcores;
  }

  /** Ends the lcores, then gives the memory back and removes its files. */
  @Override
  public void close() {
    lcores.close();
    memory.close();
  }
}
