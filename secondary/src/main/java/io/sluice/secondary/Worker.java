package io.sluice.secondary;

import io.sluice.config.MemConfig;
import io.sluice.mempool.Mbuf;
import io.sluice.platform.IdleStrategy;
import io.sluice.platform.Memory;
import io.sluice.platform.Tsc;
import io.sluice.primary.Counters;
import io.sluice.primary.Forwarding;
import io.sluice.primary.WorkerState;
import io.sluice.ring.Ring;
import java.util.concurrent.TimeUnit;

/**
 * {@code sluice secondary worker}: takes packets from the primary, looks at each one's headers in
 * place, and gives it back. Its one argument is an idle strategy, {@code adaptive} by default. It
 * runs on the main lcore if {@code -l} was given.
 */
public final class Worker implements SecondaryApp {
  private static final int BURST = 32;
  private static final int ETHERTYPE_OFFSET = 12;
  private static final int VLAN_HEADER = 4;
  private static final int VLAN = 0x8100;
  private static final int IPV4 = 0x0800;
  private static final int ARP = 0x0806;
  private static final int IPV6 = 0x86dd;

  private final long[] burst = new long[BURST];
  private final long began;
  private long firstPackets;
  private long ipv4;
  private long ipv6;
  private long arp;
  private long other;
  private long tagged;
  private long drops;

  /** Makes one that takes the process to begin now. */
  public Worker() {
    this(System.nanoTime());
  }

  /**
   * Makes one that says how long it took.
   *
   * @param began the {@link System#nanoTime} at which the process entered its {@code main}
   */
  public Worker(long began) {
    this.began = began;
  }

  @Override
  public void run(Secondary secondary, String[] arguments) {
    IdleStrategy idle = IdleStrategy.named(arguments.length == 0 ? "adaptive" : arguments[0]);
    Forwarding forwarding = Forwarding.lookup(secondary.memory());
    int place = forwarding.claim();
    System.out.println(
        "worker " + place + ": ready, " + millis(System.nanoTime()) + " ms after main");
    if (secondary.memory().options().hasLcores()) {
      secondary.lcores().runOnMain(() -> work(secondary, forwarding, place, idle));
    } else {
      work(secondary, forwarding, place, idle);
    }
    System.out.printf(
        "worker %d: ipv4=%d ipv6=%d arp=%d other=%d tagged=%d drops=%d%n",
        place, ipv4, ipv6, arp, other, tagged, drops);
    if (firstPackets != 0) {
      System.out.printf("worker %d: first packets %d ms after main%n", place, millis(firstPackets));
    }
  }

  private long millis(long nanoTime) {
    return TimeUnit.NANOSECONDS.toMillis(nanoTime - began);
  }

  private int work(Secondary secondary, Forwarding forwarding, int place, IdleStrategy idle) {
    Ring in = forwarding.in(place);
    Ring out = forwarding.out(place);
    Counters counters = forwarding.counters(place);
    forwarding.move(place, WorkerState.CLAIMED, WorkerState.RUNNING);
    int primary = secondary.primaryGeneration();
    while (true) {
      if (secondary.primaryGeneration() != primary) {
        primary = secondary.primaryGeneration();
        System.out.println("worker " + place + ": goes on with primary generation " + primary);
      }
      // Asked before the ring: once the primary gives no more, an empty ring stays empty.
      boolean draining = isDraining(secondary, forwarding, place);
      long began = Tsc.cycles();
      int count = in.dequeueBurst(burst, 0, BURST);
      if (count > 0) {
        long bytes = look(count);
        int given = giveBack(secondary, out, count, idle);
        if (firstPackets == 0) {
          firstPackets = System.nanoTime();
        }
        if (given < count) {
          counters.add(given, bytes - drop(counters, given, count), Tsc.cycles() - began);
          return 0;
        }
        counters.add(count, bytes, Tsc.cycles() - began);
      } else if (draining) {
        forwarding.move(place, WorkerState.DRAINING, WorkerState.FREE);
        return 0;
      } else if (secondary.isStopRequested() && !isPrimaryAlive(secondary)) {
        return 0;
      }
      idle.idle(count);
    }
  }

  private static boolean isDraining(Secondary secondary, Forwarding forwarding, int place) {
    if (secondary.isStopRequested()) {
      forwarding.move(place, WorkerState.RUNNING, WorkerState.LEAVING);
    }
    return forwarding.state(place) == WorkerState.DRAINING;
  }

  private static boolean isPrimaryAlive(Secondary secondary) {
    return MemConfig.isPrimaryAlive(secondary.memory().runtimeDirectory());
  }

  private long look(int count) {
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      bytes += Mbuf.pktLen(burst[i]);
      classify(Mbuf.mtod(burst[i]), Mbuf.dataLen(burst[i]));
    }
    return bytes;
  }

  private void classify(long frame, int length) {
    int offset = ETHERTYPE_OFFSET;
    int type = etherType(frame, length, offset);
    if (type == VLAN) {
      tagged++;
      offset += VLAN_HEADER;
      type = etherType(frame, length, offset);
    }
    switch (type) {
      case IPV4 -> ipv4++;
      case IPV6 -> ipv6++;
      case ARP -> arp++;
      default -> other++;
    }
  }

  private static int etherType(long frame, int length, int offset) {
    return length < offset + 2
        ? 0
        : Short.toUnsignedInt(Short.reverseBytes(Memory.getShort(frame + offset)));
  }

  /**
   * The primary takes from the ring as long as it lives, and then the next one; a full ring is not
   * full for ever, unless this process is told to end and there is no primary.
   *
   * @return how many it has given back
   */
  private int giveBack(Secondary secondary, Ring out, int count, IdleStrategy idle) {
    int given = out.enqueueBurst(burst, 0, count);
    while (given < count) {
      if (secondary.isStopRequested() && !isPrimaryAlive(secondary)) {
        return given;
      }
      idle.idle(0);
      given += out.enqueueBurst(burst, given, count - given);
    }
    return given;
  }

  /** Frees those from {@code from} to {@code to}; gives their bytes. */
  private long drop(Counters counters, int from, int to) {
    long bytes = 0;
    for (int i = from; i < to; i++) {
      bytes += Mbuf.pktLen(burst[i]);
    }
    Mbuf.freeBulk(burst, from, to - from);
    counters.drop(to - from);
    drops = counters.drops();
    return bytes;
  }
}
