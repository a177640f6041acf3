package io.sluice.nic.afpacket;

import io.sluice.nic.EthQueueStats;
import io.sluice.nic.StockPrivate;
import io.sluice.platform.Memory;

/** A {@code net_af_packet} port as DPDK's driver keeps it; its sockets are in no other process. */
record AfPacketPrivate(String iface, int ifIndex, int pairs) implements StockPrivate {
  private static final int IFNAMSIZ = 16;
  private static final int NO_SOCKET = -1;

  @Override
  public long size() {
    return name(0) + IFNAMSIZ;
  }

  @Override
  public int macOffset() {
    return AfPacketPrivateLayout.ETH_ADDR;
  }

  @Override
  public void write(long address) {
    Memory.putInt(address + AfPacketPrivateLayout.NB_QUEUES, pairs);
    Memory.putInt(address + AfPacketPrivateLayout.IF_INDEX, ifIndex);
    Memory.putString(name(address), IFNAMSIZ, iface);
    Memory.putLong(address + AfPacketPrivateLayout.IF_NAME, name(address));
    Memory.putLong(address + AfPacketPrivateLayout.RX_QUEUE, rx(address, 0));
    Memory.putLong(address + AfPacketPrivateLayout.TX_QUEUE, tx(address, 0));
    for (int queue = 0; queue < pairs; queue++) {
      Memory.putInt(rx(address, queue) + AfPacketPrivateLayout.RX_SOCKFD, NO_SOCKET);
      Memory.putInt(tx(address, queue) + AfPacketPrivateLayout.TX_SOCKFD, NO_SOCKET);
    }
  }

  @Override
  public void count(long address, boolean tx, int queue, EthQueueStats stats) {
    if (queue >= pairs) {
      return;
    }
    if (tx) {
      long line = tx(address, queue);
      Memory.putLong(line + AfPacketPrivateLayout.TX_PKTS, stats.packets());
      Memory.putLong(line + AfPacketPrivateLayout.TX_ERR_PKTS, stats.errors());
      Memory.putLong(line + AfPacketPrivateLayout.TX_BYTES, stats.bytes());
    } else {
      long line = rx(address, queue);
      Memory.putLong(line + AfPacketPrivateLayout.RX_PKTS, stats.packets());
      Memory.putLong(line + AfPacketPrivateLayout.RX_BYTES, stats.bytes());
    }
  }

  private static long rx(long address, int queue) {
    return address + AfPacketPrivateLayout.SIZEOF + (long) queue * AfPacketPrivateLayout.RX_SIZEOF;
  }

  private long tx(long address, int queue) {
    return rx(address, pairs) + (long) queue * AfPacketPrivateLayout.TX_SIZEOF;
  }

  private long name(long address) {
    return tx(address, pairs);
  }
}
