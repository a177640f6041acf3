package io.sluice.nic.nulldev;

import io.sluice.nic.EthQueueStats;
import io.sluice.nic.StockPrivate;
import io.sluice.platform.Memory;

/** A {@code net_null} port as DPDK's driver keeps it, which counts packets but no bytes. */
record NullPrivate(int portId, int packetSize, boolean copy, boolean noRx) implements StockPrivate {
  @Override
  public long size() {
    return NullPrivateLayout.SIZEOF;
  }

  @Override
  public int macOffset() {
    return NullPrivateLayout.ETH_ADDR;
  }

  @Override
  public void write(long address) {
    Memory.putInt(address + NullPrivateLayout.PACKET_SIZE, packetSize);
    Memory.putInt(address + NullPrivateLayout.PACKET_COPY, copy ? 1 : 0);
    Memory.putInt(address + NullPrivateLayout.NO_RX, noRx ? 1 : 0);
    Memory.putShort(address + NullPrivateLayout.PORT_ID, (short) portId);
  }

  @Override
  public void count(long address, boolean tx, int queue, EthQueueStats stats) {
    long counter =
        tx
            ? NullPrivateLayout.TX_NULL_QUEUES + NullPrivateLayout.QUEUE_TX_PKTS
            : NullPrivateLayout.RX_NULL_QUEUES + NullPrivateLayout.QUEUE_RX_PKTS;
    Memory.putLong(
        address + counter + (long) queue * NullPrivateLayout.QUEUE_SIZEOF, stats.packets());
  }
}
