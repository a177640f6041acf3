package io.sluice.nic;

import io.sluice.config.ProcType;
import io.sluice.memzone.SharedMemory;
import io.sluice.nic.afpacket.AfPacketDriver;
import io.sluice.nic.nulldev.NullDriver;
import io.sluice.nic.pcap.PcapDriver;
import io.sluice.nic.ringdev.RingDriver;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Ring;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The ports as one process sees them. The primary probes and detaches devices; other processes see
 * the ports that are there at each call. Thread-safe, for set-up: it is locked meanwhile.
 */
public final class EthDevs implements AutoCloseable {
  private static final Driver RING_DRIVER = new RingDriver();
  private static final List<Driver> DRIVERS =
      List.of(new AfPacketDriver(), new NullDriver(), new PcapDriver(), RING_DRIVER);

  private final SharedMemory memory;
  private final Map<Integer, EthDev> known = new TreeMap<>();
  private EthPortData data;

  private EthDevs(SharedMemory memory) {
    this.memory = memory;
  }

  /** The ports of this memory; make one object of it in a process. */
  public static EthDevs of(SharedMemory memory) {
    return new EthDevs(memory);
  }

  /**
   * Probes a device, as {@code --vdev}. If a dead primary had one of that name, the port goes on
   * under its number ({@link EthDev}).
   *
   * @param text name and arguments: {@code net_pcap0,rx_pcap=in.pcap,tx_pcap=out.pcap}
   * @return the port, not yet configured
   * @throws SluiceException ENODEV for an unknown driver, EINVAL for an unknown argument, EEXIST,
   *     EPERM in a secondary, or what the driver says; nothing is left of the device then
   */
  public synchronized EthDev probe(String text) {
    DeviceArguments arguments = DeviceArguments.parse(text);
    String name = arguments.device();
    Driver driver = driverOf(name, "\\d*");
    arguments.accept(driver.arguments());
    return open(name, driver, context -> driver.open(arguments, context));
  }

  /**
   * {@code rte_eth_from_rings}: a port whose queues are rings of the caller's, which must outlive
   * it.
   *
   * @param name the port becomes {@code net_ring_<name>}
   * @param rx rings it receives from, at most 16
   * @param tx rings it sends to, at most 16
   */
  public synchronized EthDev fromRings(String name, List<Ring> rx, List<Ring> tx) {
    return open("net_ring_" + name, RING_DRIVER, context -> RingDriver.fromRings(rx, tx, context));
  }

  /** {@code rte_eth_from_ring}: receives what it sent. */
  public EthDev fromRing(Ring ring) {
    return fromRings(ring.name(), List.of(ring), List.of(ring));
  }

  private EthDev open(String name, Driver driver, Function<PortContext, PortDriver> opener) {
    if (memory.procType() != ProcType.PRIMARY) {
      throw new SluiceException(
          Errno.EPERM, "device '" + name + "': only the primary probes devices");
    }
    if (name.length() >= EthDevDataLayout.NAMESIZE) {
      throw new SluiceException(
          Errno.EINVAL, "device '" + name + "': its name has more than 63 characters");
    }
    if (data == null) {
      data = EthPortData.create(memory);
    }
    int left = data.find(name);
    if (left >= 0 && data.isLeft(left)) {
      return reopen(left, name, driver, opener);
    }
    if (left >= 0) {
      throw new SluiceException(
          Errno.EEXIST, "device '" + name + "' is there already; give it another number");
    }
    int portId = data.firstFree(name);
    data.prepare(portId);
    PortContext context = new PortContext(memory, portId, data.driverState(portId));
    PortDriver opened = opener.apply(context);
    try {
      data.publish(portId, name, opened);
    } catch (RuntimeException e) {
      opened.freeShared();
      opened.close();
      throw e;
    }
    EthDev port = new EthDev(data, name, driver, context, opened);
    known.put(portId, port);
    return port;
  }

  /** The driver finds its words as the dead primary wrote them. */
  private EthDev reopen(
      int portId, String name, Driver driver, Function<PortContext, PortDriver> opener) {
    PortContext context = new PortContext(memory, portId, data.driverState(portId));
    PortDriver opened = opener.apply(context);
    data.reopen(portId, opened);
    EthDev port = new EthDev(data, name, driver, context, opened);
    port.leaveQueuesToOthers();
    known.put(portId, port);
    return port;
  }

  /**
   * Takes the ports away that a dead primary left and this one has not opened. What other processes
   * may be polling, such as rings, stays.
   */
  public synchronized void releaseLeft() {
    for (int portId = 0; shared() != null && portId < EthDevDataLayout.MAX_PORTS; portId++) {
      if (data.isLeft(portId)) {
        release(portId, data.name(portId));
      }
    }
  }

  private void release(int portId, String name) {
    Driver driver = driverOf(name, ".*");
    boolean polled = false;
    for (int queue = 0; queue < EthQueueLayout.QUEUES; queue++) {
      polled |= data.claims(portId, name, false).isOthers(queue);
      polled |= data.claims(portId, name, true).isOthers(queue);
    }
    data.withdraw(portId);
    if (driver.isShareable() && !polled) {
      PortDriver attached =
          driver.attach(new PortContext(memory, portId, data.driverState(portId)));
      attached.freeShared();
      attached.close();
    }
  }

  private static Driver driverOf(String device, String tail) {
    List<String> names = new ArrayList<>();
    for (Driver driver : DRIVERS) {
      String name = driver.name();
      if (device.startsWith(name) && device.substring(name.length()).matches(tail)) {
        return driver;
      }
      names.add(name);
    }
    throw new SluiceException(
        Errno.ENODEV,
        "device '"
            + device
            + "': no driver of that name; there are "
            + String.join(", ", names)
            + ", each with a number behind");
  }

  /**
   * {@code rte_dev_remove}: stops and closes a port that this process probed.
   *
   * @throws SluiceException ENODEV if it did not, EBUSY if another process has one of its queues
   */
  public synchronized void detach(String name) {
    EthDev port = byName(name);
    if (port == null || memory.procType() != ProcType.PRIMARY) {
      throw new SluiceException(Errno.ENODEV, "device '" + name + "' is no port of this process");
    }
    port.detach();
    known.remove(port.portId());
  }

  private EthPortData shared() {
    if (data == null) {
      data = EthPortData.lookup(memory);
    }
    return data;
  }

  /** The port of that number, or null. */
  public synchronized EthDev get(int portId) {
    if (shared() == null || portId < 0 || portId >= EthDevDataLayout.MAX_PORTS) {
      return null;
    }
    EthDev port = known.get(portId);
    if (port != null && port.isCurrent()) {
      return port;
    }
    String name = data.name(portId);
    if (name.isEmpty()) {
      return null;
    }
    PortContext context = new PortContext(memory, portId, data.driverState(portId));
    EthDev found = new EthDev(data, name, driverOf(name, ".*"), context, null);
    if (port != null) {
      port.abandon();
    }
    known.put(portId, found);
    return found;
  }

  /** The port of that name, or null. */
  public synchronized EthDev byName(String name) {
    int portId = shared() == null || name.isEmpty() ? -1 : data.find(name);
    return portId < 0 ? null : get(portId);
  }

  /** {@code rte_eth_dev_count_avail}. */
  public int count() {
    int[] count = new int[1];
    forEach(port -> count[0]++);
    return count[0];
  }

  /** Visits every port, by number. */
  public synchronized void forEach(Consumer<EthDev> visitor) {
    for (int portId = 0; portId < EthDevDataLayout.MAX_PORTS; portId++) {
      EthDev port = get(portId);
      if (port != null) {
        visitor.accept(port);
      }
    }
  }

  /** Whether a secondary of stock DPDK can see a port of this process. */
  synchronized boolean isSeenByStock(String name) {
    EthDev port = byName(name);
    return port != null && data.isSeenByStock(port.portId());
  }

  /**
   * The ports of this process that a secondary of stock DPDK can see; their counters there are made
   * those of now.
   */
  synchronized List<String> countForStock() {
    List<String> names = new ArrayList<>();
    known.forEach(
        (portId, port) -> {
          if (data.isSeenByStock(portId)) {
            data.countForStock(portId);
            names.add(port.name());
          }
        });
    return names;
  }

  /** Leaves the ports that this process probed to the next primary, as its death would. */
  public synchronized void leave() {
    known.values().forEach(EthDev::abandon);
    known.clear();
  }

  /** Detaches every port that this process probed, and gives the queues it claimed back. */
  @Override
  public synchronized void close() {
    List<EthDev> ports = List.copyOf(known.values());
    known.clear();
    ports.forEach(EthDev::close);
  }
}
