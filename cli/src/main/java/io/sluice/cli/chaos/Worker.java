package io.sluice.cli.chaos;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.MbufAttach;
import io.sluice.mempool.MbufFlags;
import io.sluice.mempool.Mempool;
import io.sluice.ring.Ring;
import java.util.SplittableRandom;

/**
 * Takes packets from its rings, looks whether they are whole and passes them on to the sink; of
 * some it passes on a clone, or keeps one for a while, and some it uses up itself. Now and then it
 * reserves and frees memory.
 */
final class Worker implements Actor {
  private static final int CONSUME_EVERY = 16;
  private static final int CLONE_EVERY = 8;
  private static final int SET_UP_EVERY = 4096;
  private static final int MAX_KEPT = 16;

  private final Mempool pool;
  private final Ledger ledger;
  private final Ring[] inputs;
  private final Ring[] outputs;
  private final Belongings belongings;
  private final SplittableRandom random;
  private final long[] packets = new long[Ledger.MAX_IN_HAND];
  private final long[] kept = new long[MAX_KEPT];
  private int nextKept;
  private int first;
  private int end;
  private int input;
  private int output;

  Worker(Stage stage, int index, long seed) {
    pool = stage.pool();
    ledger = stage.ledger();
    inputs = stage.inputs(index);
    outputs = stage.outputs(index);
    random = new SplittableRandom(seed);
    belongings = new Belongings(stage, index, random);
  }

  @Override
  public int turn(boolean taking) {
    if (first < end) {
      return give();
    }
    if (!taking) {
      return 0;
    }
    if (random.nextInt(SET_UP_EVERY) == 0) {
      belongings.change();
    }
    input = (input + 1) % inputs.length;
    int taken = inputs[input].dequeueBurst(packets, 0, packets.length);
    first = 0;
    end = 0;
    for (int i = 0; i < taken; i++) {
      take(packets[i]);
    }
    if (first < end) {
      give();
    }
    return taken;
  }

  private int give() {
    output = (output + 1) % outputs.length;
    int given = outputs[output].enqueueBurst(packets, first, end - first);
    first += given;
    return given;
  }

  private void take(long packet) {
    if (!Payload.isWhole(packet)) {
      ledger.corrupt("a packet in " + inputs[input].name() + ": " + describe(packet));
    }
    if (random.nextInt(CONSUME_EVERY) == 0) {
      ledger.deliver(Payload.number(packet));
      Mbuf.free(packet);
    } else {
      packets[end++] = random.nextInt(CLONE_EVERY) == 0 ? viaClone(packet) : packet;
    }
  }

  static String describe(long packet) {
    return "number="
        + Payload.number(packet)
        + " pktLen="
        + Mbuf.pktLen(packet)
        + " segments="
        + Mbuf.nbSegs(packet)
        + " refcnt="
        + Mbuf.refcnt(packet)
        + " flags="
        + Long.toHexString(Mbuf.olFlags(packet) & (MbufFlags.INDIRECT | MbufFlags.EXTERNAL))
        + " mbuf=0x"
        + Long.toHexString(packet);
  }

  /** What to pass on: the packet with a clone kept here, or a clone, or the packet if need be. */
  private long viaClone(long packet) {
    long clone = MbufAttach.clone(packet, pool);
    if (clone == 0) {
      return packet;
    }
    for (long segment = clone; segment != 0; segment = Mbuf.next(segment)) {
      ledger.settle(segment);
    }
    if (random.nextBoolean()) {
      Mbuf.free(packet);
      return clone;
    }
    nextKept = (nextKept + 1) % kept.length;
    Mbuf.free(kept[nextKept]);
    kept[nextKept] = clone;
    return packet;
  }

  @Override
  public boolean isEmptyHanded() {
    return first == end;
  }

  @Override
  public int turnsToSeeAll() {
    return inputs.length;
  }

  @Override
  public void setUp() {
    belongings.change();
  }

  @Override
  public void finish() {
    for (long clone : kept) {
      Mbuf.free(clone);
    }
    belongings.free();
  }
}
