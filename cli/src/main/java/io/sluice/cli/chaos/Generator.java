package io.sluice.cli.chaos;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.ring.Ring;
import java.util.SplittableRandom;

/** Makes packets, in bulks and one by one, some of them of two or three segments. */
final class Generator implements Actor {
  private static final int SINGLE_EVERY = 8;
  private static final int CHAIN_EVERY = 8;
  private static final int MAX_SEGMENTS = 3;
  private static final int MIN_WORDS = 2;

  private final Mempool pool;
  private final Ledger ledger;
  private final Ring[] rings;
  private final SplittableRandom random;
  private final long[] packets = new long[Ledger.MAX_IN_HAND];
  private int first;
  private int end;
  private int ring;

  Generator(Stage stage, long seed) {
    pool = stage.pool();
    ledger = stage.ledger();
    rings = stage.allInputs();
    random = new SplittableRandom(seed);
  }

  @Override
  public int turn(boolean taking) {
    if (first == end && taking) {
      make();
    }
    if (first == end) {
      return 0;
    }
    // Another one each time: a full ring may be so because its only reader is dead.
    ring = (ring + 1) % rings.length;
    int given = rings[ring].enqueueBurst(packets, first, end - first);
    first += given;
    return given;
  }

  private void make() {
    first = 0;
    if (random.nextInt(SINGLE_EVERY) == 0) {
      packets[0] = Mbuf.alloc(pool);
      end = packets[0] == 0 ? 0 : 1;
    } else {
      end = Mbuf.allocBulk(pool, packets, 0, 1 + random.nextInt(packets.length));
    }
    for (int i = 0; i < end; i++) {
      ledger.settle(packets[i]);
    }
    for (int i = 0; i < end; i++) {
      fill(packets[i]);
    }
  }

  private void fill(long packet) {
    long number = ledger.nextNumber();
    int words = words();
    Payload.append(packet, number, 0, words);
    if (random.nextInt(CHAIN_EVERY) == 0) {
      for (int more = 1 + random.nextInt(MAX_SEGMENTS - 1); more > 0; more--) {
        words += addSegment(packet, number, words);
      }
    }
    ledger.send(packet, number);
  }

  /** Gives the words in it; 0 if the pool has no mbuf left for one. */
  private int addSegment(long packet, long number, int from) {
    long segment = Mbuf.alloc(pool);
    if (segment == 0) {
      return 0;
    }
    ledger.settle(segment);
    int words = words();
    Payload.append(segment, number, from, words);
    Mbuf.chain(packet, segment);
    return words;
  }

  private int words() {
    return MIN_WORDS + random.nextInt(Payload.MAX_WORDS - MIN_WORDS + 1);
  }

  @Override
  public boolean isEmptyHanded() {
    return first == end;
  }

  @Override
  public int turnsToSeeAll() {
    return 0;
  }
}
