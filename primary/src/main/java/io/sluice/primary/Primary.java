package io.sluice.primary;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.nic.EthDevs;
import io.sluice.nic.Hotplug;
import io.sluice.nic.StockPorts;
import io.sluice.nic.pdump.PdumpServer;
import io.sluice.platform.Lcores;
import org.slf4j.LoggerFactory;

/**
 * The one process of a file prefix that makes the shared memory, or adopts it from a dead one, and
 * owns what is in it, as {@code rte_eal_init} with {@code --proc-type=primary}. Secondaries may
 * attach once {@link #start} has returned; they must be gone, or done with the memory, before
 * {@link #close}.
 */
public final class Primary implements AutoCloseable {
  private final SharedMemory memory;
  private final EthDevs ports;
  private final Hotplug hotplug;
  private final StockPorts stockPorts;
  private final PdumpServer pdump;
  private final Lcores lcores;

  private Primary(SharedMemory memory, EthDevs ports, Lcores lcores) {
    this.memory = memory;
    this.ports = ports;
    this.hotplug = Hotplug.start(memory, ports);
    this.stockPorts = StockPorts.start(memory, ports);
    this.pdump = PdumpServer.start(memory, ports);
    this.lcores = lcores;
  }

  /**
   * Makes the shared memory, or adopts it, and probes the devices of {@code --vdev}, in their
   * order. Ports of a dead primary that are not among these are no more.
   *
   * @throws io.sluice.platform.SluiceException if it cannot, EINVAL if {@code --proc-type} asks for
   *     a secondary, EBUSY if the prefix has a primary, also with {@code auto}; nothing is left
   *     behind then, and what a dead primary left stays there for another one
   */
  public static Primary start(EalOptions options) {
    Lcores lcores = new Lcores(options.lcores(), options.mainLcore());
    SharedMemory memory = SharedMemory.create(options);
    EthDevs ports = EthDevs.of(memory);
    try {
      options.vdevs().forEach(ports::probe);
      ports.releaseLeft();
      return new Primary(memory, ports, lcores);
    } catch (RuntimeException e) {
      if (memory.adoption() != null) {
        ports.leave();
        memory.leave();
      } else {
        ports.close();
        memory.close();
      }
      throw e;
    }
  }

  /**
   * Ends as if this process had been killed: secondaries go on, and another primary may adopt what
   * they use. For one that cannot do its work.
   */
  public void leave() {
    lcores.close();
    hotplug.close();
    stockPorts.close();
    pdump.close();
    ports.leave();
    memory.leave();
  }

  /** The shared memory. */
  public SharedMemory memory() {
    return memory;
  }

  /** The ports; none is configured yet. */
  public EthDevs ports() {
    return ports;
  }

  /** Attaches and detaches devices; other processes' requests are served already. */
  public Hotplug hotplug() {
    return hotplug;
  }

  /** This process's lcores. */
  public Lcores lcores() {
    return lcores;
  }

  /**
   * Ends the lcores, closes the ports, then gives the memory back and removes its files. If a
   * function of an lcore does not end, all of that stays as it is, for it would be used still.
   */
  @Override
  public void close() {
    lcores.close();
    if (!lcores.haveEnded()) {
      LoggerFactory.getLogger(Primary.class)
          .warn("a function of an lcore does not end; ports and memory stay open until it does");
      return;
    }
    hotplug.close();
    stockPorts.close();
    pdump.close();
    ports.close();
    memory.close();
  }
}
