package io.sluice.nic;

import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.ArrayList;
import java.util.List;

/**
 * The shared side of ports: their slots in {@code rte_eth_dev_data} and their counters. Written by
 * the primary only, but for the lines of a queue, which are its owner's; any process reads. A slot
 * is taken by writing its name last and given back by erasing it first, so that nobody sees half a
 * port.
 */
final class EthPortData {
  private static final String DATA_ZONE = "rte_eth_dev_data";
  private static final String STATS_ZONE = "SLUICE_eth_stats";
  private static final String QUEUES_ZONE = "SLUICE_eth_queues";
  private static final int MAC = 6;
  private static final int PROMISCUOUS = 1;
  private static final int ALL_MULTICAST = 1 << 2;
  private static final int STARTED = 1 << 3;
  private static final int CONFIGURED = 1 << 5;
  private static final int LINK_STATUS = 4;
  private static final int LINK_STATUS_BIT = 4;
  private static final EthLink DOWN = new EthLink(0, false, false);

  private final SharedMemory memory;
  private final long data;
  private final long stats;
  private final long queues;
  private final StockPrivate[] stock = new StockPrivate[EthDevDataLayout.MAX_PORTS];

  private EthPortData(SharedMemory memory, long data, long stats, long queues) {
    this.memory = memory;
    this.data = data;
    this.stats = stats;
    this.queues = queues;
  }

  /** The primary makes the zones. */
  static EthPortData create(SharedMemory memory) {
    long data = zone(memory, DATA_ZONE, EthDevDataLayout.ZONE_SIZEOF);
    long stats =
        zone(memory, STATS_ZONE, (long) EthDevDataLayout.MAX_PORTS * EthStatsLayout.PORT_SIZEOF);
    long queues =
        zone(memory, QUEUES_ZONE, (long) EthDevDataLayout.MAX_PORTS * EthQueueLayout.PORT_SIZEOF);
    return new EthPortData(memory, data, stats, queues);
  }

  private static long zone(SharedMemory memory, String name, long length) {
    MemZone zone = MemZone.lookup(memory, name);
    if (zone == null) {
      zone = MemZone.reserve(memory, name, length, -1, 0);
      Memory.fill(zone.address(), length, (byte) 0);
    }
    return zone.address();
  }

  /** Other processes look them up; null while the primary has no ports. */
  static EthPortData lookup(SharedMemory memory) {
    MemZone data = MemZone.lookup(memory, DATA_ZONE);
    MemZone stats = MemZone.lookup(memory, STATS_ZONE);
    MemZone queues = MemZone.lookup(memory, QUEUES_ZONE);
    return data == null || stats == null || queues == null
        ? null
        : new EthPortData(memory, data.address(), stats.address(), queues.address());
  }

  private long slot(int port) {
    return data + EthDevDataLayout.DATA + (long) port * EthDevDataLayout.SIZEOF;
  }

  String name(int port) {
    // Acquire: whoever sees a name sees what was written before it.
    if (Memory.getLongAcquire(slot(port) + EthDevDataLayout.NAME) == 0) {
      return "";
    }
    return Memory.getString(slot(port) + EthDevDataLayout.NAME, EthDevDataLayout.NAMESIZE);
  }

  int find(String name) {
    for (int port = 0; port < EthDevDataLayout.MAX_PORTS; port++) {
      if (name(port).equals(name)) {
        return port;
      }
    }
    return -1;
  }

  int firstFree(String name) {
    int port = find("");
    if (port < 0) {
      throw new SluiceException(
          Errno.ENOSPC, "port '" + name + "': all 32 ports are taken; detach one first");
    }
    return port;
  }

  private long queues(int port) {
    return queues + (long) port * EthQueueLayout.PORT_SIZEOF;
  }

  /** How many ports were in this slot so far. */
  int epoch(int port) {
    return Memory.getIntAcquire(queues(port) + EthQueueLayout.EPOCH);
  }

  /** The generation of the primary that has the device open, or 0. */
  int opener(int port) {
    return Memory.getIntVolatile(queues(port) + EthQueueLayout.OPENER);
  }

  private void setOpener(int port, int generation) {
    Memory.putIntVolatile(queues(port) + EthQueueLayout.OPENER, generation);
  }

  /** Whether the primary that has the device open runs; takes system calls. */
  boolean isOpen(int port) {
    int opener = opener(port);
    return opener != 0 && memory.processTable().isAlive(opener);
  }

  /** Whether there is a port that this process, the primary, has not opened. */
  boolean isLeft(int port) {
    return !name(port).isEmpty() && opener(port) != memory.processTable().generation();
  }

  /** Closes what a primary that is dead had open, so that nobody sends or receives there. */
  void closeAllOf(int generation) {
    for (int port = 0; port < EthDevDataLayout.MAX_PORTS; port++) {
      if (opener(port) == generation) {
        setStarted(port, false);
        setLink(port, DOWN);
        setOpener(port, 0);
      }
    }
  }

  DriverState driverState(int port) {
    return new DriverState(queues(port) + EthQueueLayout.DRIVER_WORDS);
  }

  QueueClaims claims(int port, String name, boolean tx) {
    long lines = queues(port) + (tx ? EthQueueLayout.TX : EthQueueLayout.RX);
    return new QueueClaims(name, tx, lines, memory.processTable());
  }

  /** Empties a free slot's words before a driver writes its own, and its queues' lines. */
  void prepare(int port) {
    Memory.fill(
        queues(port) + EthQueueLayout.DRIVER_WORDS,
        EthQueueLayout.PORT_SIZEOF - EthQueueLayout.DRIVER_WORDS,
        (byte) 0);
  }

  void publish(int port, String name, PortDriver driver) {
    long slot = slot(port);
    Memory.fill(slot, EthDevDataLayout.SIZEOF, (byte) 0);
    Memory.fill(queueLine(port, false, 0), EthStatsLayout.PORT_SIZEOF, (byte) 0);
    StockPrivate stock = driver.stockPrivate();
    long size = stock == null ? MAC : stock.size();
    long block = memory.heap(-1).zmalloc("eth_private", size, 64);
    if (block == 0) {
      throw new SluiceException(
          Errno.ENOMEM,
          "port '" + name + "': no memory for its " + size + " bytes; give more with -m");
    }
    if (stock == null) {
      Memory.putLong(slot + EthDevDataLayout.MAC_ADDRS, block);
    } else {
      Memory.putLong(slot + EthDevDataLayout.DEV_PRIVATE, block);
      Memory.putLong(slot + EthDevDataLayout.MAC_ADDRS, block + stock.macOffset());
    }
    Memory.putShort(slot + EthDevDataLayout.PORT_ID, (short) port);
    describe(port, driver);
    setOpener(port, memory.processTable().generation());
    Memory.putInt(queues(port) + EthQueueLayout.EPOCH, epoch(port) + 1);
    byte[] bytes = name.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    Memory.copyFromBytes(bytes, Math.min(8, bytes.length), slot + 8, Math.max(0, bytes.length - 8));
    long first = 0;
    for (int i = Math.min(8, bytes.length) - 1; i >= 0; i--) {
      first = first << 8 | bytes[i] & 0xff;
    }
    Memory.putLongRelease(slot + EthDevDataLayout.NAME, first);
  }

  private void describe(int port, PortDriver driver) {
    long slot = slot(port);
    setMac(port, driver.macAddr());
    Memory.putShort(slot + EthDevDataLayout.MTU, (short) driver.mtu());
    Memory.putShort(slot + EthDevDataLayout.NB_RX_QUEUES, (short) driver.defaultRxQueues());
    Memory.putShort(slot + EthDevDataLayout.NB_TX_QUEUES, (short) driver.defaultTxQueues());
    setLink(port, driver.link());
    stock[port] = driver.stockPrivate();
    if (isSeenByStock(port)) {
      stock[port].write(devPrivate(port));
    }
  }

  private long devPrivate(int port) {
    return Memory.getLong(slot(port) + EthDevDataLayout.DEV_PRIVATE);
  }

  /** Whether this process, the primary, keeps what a secondary of stock DPDK reads of a port. */
  boolean isSeenByStock(int port) {
    return stock[port] != null && devPrivate(port) != 0;
  }

  /** Copies a port's counters to where secondaries of stock DPDK read them. */
  void countForStock(int port) {
    long address = devPrivate(port);
    for (int queue = 0; queue < EthStatsLayout.QUEUES; queue++) {
      stock[port].count(address, false, queue, queueStats(port, false, queue).get());
      stock[port].count(address, true, queue, queueStats(port, true, queue).get());
    }
    Memory.putLong(
        slot(port) + EthDevDataLayout.RX_MBUF_ALLOC_FAILED,
        sum(port, false, EthStatsLayout.NO_MBUF));
  }

  /**
   * A port that a dead primary left is this one's, not configured yet, under the same number; its
   * counters go on. Queues stay whose they are. Said with the last store: a primary that dies ahead
   * of it leaves the port as it was.
   */
  void reopen(int port, PortDriver driver) {
    Memory.putByteVolatile(slot(port) + EthDevDataLayout.BITS, (byte) 0);
    for (long line = queues(port) + EthQueueLayout.RX;
        line < queues(port) + EthQueueLayout.PORT_SIZEOF;
        line += EthQueueLayout.LINE) {
      Memory.putIntVolatile(line + EthQueueLayout.READY, 0);
    }
    describe(port, driver);
    setOpener(port, memory.processTable().generation());
  }

  void withdraw(int port) {
    long block = devPrivate(port);
    if (block == 0) {
      block = Memory.getLong(slot(port) + EthDevDataLayout.MAC_ADDRS);
    }
    stock[port] = null;
    Memory.putLongRelease(slot(port) + EthDevDataLayout.NAME, 0);
    Memory.fill(slot(port), EthDevDataLayout.SIZEOF, (byte) 0);
    memory.heap(-1).free(block);
  }

  QueueStats queueStats(int port, boolean tx, int queue) {
    return new QueueStats(queueLine(port, tx, queue));
  }

  private long queueLine(int port, boolean tx, int queue) {
    return stats
        + (long) port * EthStatsLayout.PORT_SIZEOF
        + (tx ? EthStatsLayout.TX : 0)
        + (long) queue * EthStatsLayout.LINE;
  }

  EthStats stats(int port) {
    return new EthStats(
        sum(port, false, EthStatsLayout.PACKETS),
        sum(port, true, EthStatsLayout.PACKETS),
        sum(port, false, EthStatsLayout.BYTES),
        sum(port, true, EthStatsLayout.BYTES),
        sum(port, false, EthStatsLayout.MISSED),
        sum(port, false, EthStatsLayout.ERRORS),
        sum(port, true, EthStatsLayout.ERRORS),
        sum(port, false, EthStatsLayout.NO_MBUF));
  }

  private long sum(int port, boolean tx, int counter) {
    long sum = 0;
    for (int queue = 0; queue < EthStatsLayout.QUEUES; queue++) {
      sum += queueStats(port, tx, queue).get(counter);
    }
    return sum;
  }

  void resetStats(int port) {
    for (int queue = 0; queue < EthStatsLayout.QUEUES; queue++) {
      queueStats(port, false, queue).reset();
      queueStats(port, true, queue).reset();
    }
  }

  /** The xstats of every driver, under DPDK's names. */
  List<EthXstat> xstats(int port) {
    EthStats sums = stats(port);
    List<EthXstat> all = new ArrayList<>();
    all.add(new EthXstat("rx_good_packets", sums.ipackets()));
    all.add(new EthXstat("tx_good_packets", sums.opackets()));
    all.add(new EthXstat("rx_good_bytes", sums.ibytes()));
    all.add(new EthXstat("tx_good_bytes", sums.obytes()));
    all.add(new EthXstat("rx_missed_errors", sums.imissed()));
    all.add(new EthXstat("rx_errors", sums.ierrors()));
    all.add(new EthXstat("tx_errors", sums.oerrors()));
    all.add(new EthXstat("rx_mbuf_allocation_errors", sums.rxNombuf()));
    for (int queue = 0; queue < rxQueues(port); queue++) {
      EthQueueStats stats = queueStats(port, false, queue).get();
      all.add(new EthXstat("rx_q" + queue + "_packets", stats.packets()));
      all.add(new EthXstat("rx_q" + queue + "_bytes", stats.bytes()));
      all.add(new EthXstat("rx_q" + queue + "_errors", stats.errors()));
    }
    for (int queue = 0; queue < txQueues(port); queue++) {
      EthQueueStats stats = queueStats(port, true, queue).get();
      all.add(new EthXstat("tx_q" + queue + "_packets", stats.packets()));
      all.add(new EthXstat("tx_q" + queue + "_bytes", stats.bytes()));
    }
    return all;
  }

  byte[] mac(int port) {
    byte[] mac = new byte[MAC];
    Memory.copyToBytes(Memory.getLong(slot(port) + EthDevDataLayout.MAC_ADDRS), mac, 0, MAC);
    return mac;
  }

  void setMac(int port, byte[] mac) {
    Memory.copyFromBytes(mac, 0, Memory.getLong(slot(port) + EthDevDataLayout.MAC_ADDRS), MAC);
  }

  int mtu(int port) {
    return Memory.getUnsignedShort(slot(port) + EthDevDataLayout.MTU);
  }

  void setMtu(int port, int mtu) {
    Memory.putShort(slot(port) + EthDevDataLayout.MTU, (short) mtu);
  }

  EthLink link(int port) {
    long word = Memory.getLongAcquire(slot(port) + EthDevDataLayout.DEV_LINK);
    return new EthLink((int) word, (word >>> 32 & 1) != 0, (word >>> 32 & LINK_STATUS) != 0);
  }

  /** {@code rte_eth_linkstatus_set}: speed, duplex and status in one store. */
  void setLink(int port, EthLink link) {
    long bits = (link.fullDuplex() ? 1 : 0) | (link.up() ? LINK_STATUS_BIT : 0);
    Memory.putLongRelease(
        slot(port) + EthDevDataLayout.DEV_LINK, bits << 32 | link.speedMbps() & 0xffff_ffffL);
  }

  void setQueues(int port, int rx, int tx) {
    Memory.putShort(slot(port) + EthDevDataLayout.NB_RX_QUEUES, (short) rx);
    Memory.putShort(slot(port) + EthDevDataLayout.NB_TX_QUEUES, (short) tx);
    setBit(port, CONFIGURED, true);
  }

  int rxQueues(int port) {
    return Memory.getUnsignedShort(slot(port) + EthDevDataLayout.NB_RX_QUEUES);
  }

  int txQueues(int port) {
    return Memory.getUnsignedShort(slot(port) + EthDevDataLayout.NB_TX_QUEUES);
  }

  void setStarted(int port, boolean started) {
    setBit(port, STARTED, started);
  }

  boolean isStarted(int port) {
    return (Memory.getByteVolatile(slot(port) + EthDevDataLayout.BITS) & STARTED) != 0;
  }

  /** {@code rx_queue_state} and {@code tx_queue_state}. */
  void setQueueStarted(int port, boolean tx, int queue, boolean started) {
    int states = tx ? EthDevDataLayout.TX_QUEUE_STATE : EthDevDataLayout.RX_QUEUE_STATE;
    Memory.putByte(slot(port) + states + queue, (byte) (started ? 1 : 0));
  }

  void setPromiscuous(int port, boolean on) {
    setBit(port, PROMISCUOUS, on);
  }

  boolean isPromiscuous(int port) {
    return (Memory.getByte(slot(port) + EthDevDataLayout.BITS) & PROMISCUOUS) != 0;
  }

  void setAllMulticast(int port, boolean on) {
    setBit(port, ALL_MULTICAST, on);
  }

  boolean isAllMulticast(int port) {
    return (Memory.getByte(slot(port) + EthDevDataLayout.BITS) & ALL_MULTICAST) != 0;
  }

  private void setBit(int port, int bit, boolean on) {
    long address = slot(port) + EthDevDataLayout.BITS;
    int bits = Memory.getByte(address);
    Memory.putByteVolatile(address, (byte) (on ? bits | bit : bits & ~bit));
  }
}
