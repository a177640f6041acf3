package io.sluice.secondary;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.nic.EthDevs;
import io.sluice.nic.Hotplug;
import io.sluice.platform.LcoreMap;
import io.sluice.platform.Lcores;
import io.sluice.primary.StopRequest;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * A process attached to a running primary, as {@code rte_eal_init} with {@code
 * --proc-type=secondary}: the same objects at the same addresses.
 */
public final class Secondary implements AutoCloseable {
  private final SharedMemory memory;
  private final EthDevs ports;
  private final Hotplug hotplug;
  private final Lcores lcores;
  private final StopRequest stop = new StopRequest();

  private Secondary(SharedMemory memory, Lcores lcores) {
    this.memory = memory;
    this.ports = EthDevs.of(memory);
    this.hotplug = Hotplug.start(memory, ports);
    this.lcores = lcores;
  }

  /**
   * Joins the primary of the options' file prefix. Without {@code -l} it has DPDK's default of an
   * lcore for each CPU, claimed by nobody; beside a primary of stock DPDK, whose ids are in no
   * table, it has one that nobody else seems to use, and is warned of others that it asks for.
   *
   * @throws io.sluice.platform.SluiceException if there is none, or it cannot be joined, EINVAL if
   *     {@code --proc-type} asks for a primary; nothing is left behind then
   */
  public static Secondary attach(EalOptions options) {
    Lcores lcores = new Lcores(options.lcores(), options.mainLcore());
    if (options.hasLcores()) {
      lcores.startMain();
    }
    SharedMemory memory;
    try {
      memory = SharedMemory.attach(options);
    } catch (RuntimeException e) {
      lcores.close();
      throw e;
    }
    try {
      return new Secondary(
          memory,
          StockLcores.beside(memory).map(stock -> beside(stock, options, lcores)).orElse(lcores));
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  private static Lcores beside(StockLcores stock, EalOptions options, Lcores lcores) {
    if (options.hasLcores()) {
      stock.warnOfShared(options.lcores().lcores());
      return lcores;
    }
    lcores.close();
    LcoreMap unused = stock.claimUnused();
    return new Lcores(unused, unused.lcores().get(0));
  }

  /**
   * The release of DPDK that runs as the primary, such as {@code 22.11.11}; nothing on a primary of
   * Sluice.
   */
  public Optional<String> stockVersion() {
    return memory.processTable().isPrimaryStock()
        ? Optional.of(memory.config().dpdkVersion())
        : Optional.empty();
  }

  /** The shared memory. */
  public SharedMemory memory() {
    return memory;
  }

  /**
   * The generation of the primary: another number as soon as another primary has taken the place of
   * one that died. One volatile read.
   */
  public int primaryGeneration() {
    return memory.processTable().primaryGeneration();
  }

  /**
   * Whether the primary of that generation runs. While none does, rings and pools work on, ports do
   * not ({@link io.sluice.nic.EthDev#isOpen}), and what only a primary can do fails at once: more
   * memory, devices. Takes system calls.
   */
  public boolean isPrimaryAlive() {
    return memory.processTable().isPrimaryAlive();
  }

  /** The primary's ports. */
  public EthDevs ports() {
    return ports;
  }

  /** Has the primary attach and detach devices. */
  public Hotplug hotplug() {
    return hotplug;
  }

  /** This process's lcores. */
  public Lcores lcores() {
    return lcores;
  }

  /** Whether this process was asked to end, by SIGINT or SIGTERM; one volatile read. */
  public boolean isStopRequested() {
    return stop.isRequested();
  }

  /**
   * Ends the lcores and detaches. If a function of an lcore does not end, the memory stays mapped,
   * for it would be used still.
   */
  @Override
  public void close() {
    try {
      lcores.close();
      if (!lcores.haveEnded()) {
        LoggerFactory.getLogger(Secondary.class)
            .warn("a function of an lcore does not end; the memory stays mapped until it does");
        return;
      }
      hotplug.close();
      ports.close();
      memory.close();
    } finally {
      stop.close();
    }
  }
}
