package io.sluice.bench.rows;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.nic.EthDev;
import io.sluice.platform.Memory;
import io.sluice.primary.Primary;
import io.sluice.ring.Protection;
import io.sluice.samples.EthernetAddresses;
import io.sluice.samples.PortCounters;
import io.sluice.samples.TxBuffer;
import io.sluice.samples.l3fwd.Lpm;
import io.sluice.samples.l3fwd.Router;

/** The router of the sample {@code l3fwd}, between two ports of {@code net_null}, by one thread. */
final class LpmForwarding implements Runnable {
  private static final int BURST = Ports.BURST;
  private static final int ROUTES = 1024;
  private static final int DEPTH = 24;
  private static final int NETWORK = 10 << 24;
  private static final int TTL = 64;

  private static final int ETHERNET = 14;
  private static final int TTL_AT = ETHERNET + 8;
  private static final int CHECKSUM_AT = ETHERNET + 10;
  private static final int DESTINATION_AT = ETHERNET + 16;

  private final EthDev[] ports = new EthDev[2];
  private final Router[] routers = new Router[ports.length];
  private final Windows windows;
  private final long[] burst = new long[BURST];

  /** Of a packet to each of the networks, in the order of memory. */
  private final short[] checksums = new short[ROUTES];

  LpmForwarding(Primary primary, Protection protection, Windows windows) {
    this.windows = windows;
    Mempool pool = Ports.pool(primary, protection);
    fill(pool);
    Router.Exit[] exits = new Router.Exit[ports.length];
    PortCounters counters = new PortCounters();
    for (int i = 0; i < ports.length; i++) {
      ports[i] = Ports.open(primary, i, pool);
      byte[] own = ports[i].macAddr();
      TxBuffer out = new TxBuffer(ports[i], 0, BURST, counters);
      exits[i] = new Router.Exit(out, new EthernetAddresses(own, own));
    }
    Lpm table = new Lpm();
    for (int i = 0; i < ROUTES; i++) {
      table.add(NETWORK | i << 8, DEPTH, i % ports.length);
    }
    for (int i = 0; i < ports.length; i++) {
      routers[i] = new Router(ports[i], 0, table, exits, counters);
    }
  }

  /** A packet to one of the networks in each mbuf, since net_null leaves in it what is there. */
  private void fill(Mempool pool) {
    long[] all = new long[Ports.MBUFS];
    int count = Mbuf.allocBulk(pool, all, 0, all.length);
    for (int i = 0; i < count; i++) {
      int route = Integer.remainderUnsigned(i * 0x9e3779b1, ROUTES);
      long frame = Mbuf.mtod(all[i]);
      Memory.fill(frame, Ports.FRAME, (byte) 0);
      Memory.putShort(frame + 12, (short) 0x0008);
      Memory.putByte(frame + ETHERNET, (byte) 0x45);
      Memory.putByte(frame + ETHERNET + 3, (byte) (Ports.FRAME - ETHERNET));
      Memory.putByte(frame + TTL_AT, (byte) TTL);
      Memory.putInt(frame + DESTINATION_AT, Integer.reverseBytes(NETWORK | route << 8 | 1));
      checksums[route] = checksum(frame + ETHERNET);
    }
    Mbuf.freeBulk(all, 0, count);
  }

  private static short checksum(long header) {
    int sum = 0;
    for (int at = 0; at < 20; at += 2) {
      sum += Memory.getUnsignedShort(header + at);
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return (short) ~(sum + (sum >>> 16));
  }

  @Override
  public void run() {
    windows.measure(Integer.toString(BURST), this::forward);
  }

  private long forward(int turns) {
    long packets = 0;
    for (int turn = 0; turn < turns; turn++) {
      packets += forward(turn & 1, burst);
    }
    return packets;
  }

  private int forward(int from, long[] packets) {
    int count = ports[from].rxBurst(0, packets, 0, BURST);
    for (int i = 0; i < count; i++) {
      refresh(Mbuf.mtod(packets[i]));
    }
    routers[from].route(packets, count);
    return count;
  }

  /** So that packets do not grow old: each has been forwarded before. */
  private void refresh(long frame) {
    int route = Integer.reverseBytes(Memory.getInt(frame + DESTINATION_AT)) >>> 8 & ROUTES - 1;
    Memory.putByte(frame + TTL_AT, (byte) TTL);
    Memory.putShort(frame + CHECKSUM_AT, checksums[route]);
  }
}
