package io.sluice.samples.clientservermp;

import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.nic.EthDev;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.samples.Eal;
import java.util.List;

/**
 * What server and clients share beside the rings: which ports there are, and who counted what.
 *
 * <p>Invariant: each count has one writer; it is stored with release and may be read by any
 * process.
 */
final class PortInfo {
  private static final String ZONE = "MProc_port_info";

  private final long address;

  private PortInfo(long address) {
    this.address = address;
  }

  /** Made by the server, before any client can start. */
  static PortInfo create(Eal eal, List<EthDev> ports) {
    SharedMemory memory = eal.memory();
    MemZone zone = MemZone.reserve(memory, ZONE, PortInfoLayout.SIZEOF, eal.socket(), 0);
    Memory.fill(zone.address(), PortInfoLayout.SIZEOF, (byte) 0);
    for (int i = 0; i < ports.size(); i++) {
      Memory.putShort(zone.address() + PortInfoLayout.IDS + 2L * i, (short) ports.get(i).portId());
    }
    Memory.putShortVolatile(zone.address() + PortInfoLayout.NUM_PORTS, (short) ports.size());
    return new PortInfo(zone.address());
  }

  /** Found by a client, complete. */
  static PortInfo lookup(Eal eal) {
    PortInfo info =
        new PortInfo(Eal.found(MemZone.lookup(eal.memory(), ZONE), "memzone", ZONE).address());
    if (info.ports() == 0) {
      throw new SluiceException(
          Errno.EAGAIN, "the server has not finished its start; start the client again");
    }
    return info;
  }

  int ports() {
    return Memory.getShortVolatile(address + PortInfoLayout.NUM_PORTS);
  }

  int portId(int index) {
    return Memory.getShort(address + PortInfoLayout.IDS + 2L * index);
  }

  void addReceived(int index, int count) {
    add(address + PortInfoLayout.RX_STATS + 8L * index, count);
  }

  long received(int index) {
    return Memory.getLongAcquire(address + PortInfoLayout.RX_STATS + 8L * index);
  }

  void addSent(int client, int portId, int count) {
    add(client(client) + PortInfoLayout.TX + 8L * portId, count);
  }

  long sent(int client, int portId) {
    return Memory.getLongAcquire(client(client) + PortInfoLayout.TX + 8L * portId);
  }

  void addDropped(int client, int portId, int count) {
    add(client(client) + PortInfoLayout.TX_DROP + 8L * portId, count);
  }

  long dropped(int client, int portId) {
    return Memory.getLongAcquire(client(client) + PortInfoLayout.TX_DROP + 8L * portId);
  }

  private long client(int client) {
    return address + PortInfoLayout.TX_STATS + (long) client * PortInfoLayout.TX_STATS_SIZEOF;
  }

  private static void add(long address, int count) {
    if (count > 0) {
      Memory.putLongRelease(address, Memory.getLong(address) + count);
    }
  }
}
