package io.sluice.ring.jcstress;

import io.sluice.platform.Memory;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;
import io.sluice.testing.InTurn;
import org.openjdk.jcstress.annotations.State;

/**
 * A ring of capacity 3 in shared memory for each state, by mode and protection, and a word beside
 * it. The tests have a class for each mode, as jcstress looks at a class's own methods only.
 */
public final class RingStates {
  private static final int SLOTS = 4;

  /** Of the words, so that no two are in one cache line. */
  private static final int WORD_DISTANCE = 64;

  private RingStates() {}

  private record RingAndWord(Ring ring, long word) {}

  private static InTurn<RingAndWord> rings(int flags, Protection protection) {
    return new InTurn<>(
        index ->
            new RingAndWord(
                Ring.create(StressMemory.MEMORY, "ring" + index, SLOTS, -1, flags, protection),
                Memory.allocate(WORD_DISTANCE)));
  }

  /** An empty ring and a word that is 0. */
  public abstract static class RingState {
    final Ring ring;
    final long word;

    private RingState(InTurn<RingAndWord> rings) {
      RingAndWord next = rings.next();
      ring = next.ring;
      word = next.word;
      ring.reset();
      Memory.putLong(word, 0);
    }

    /** The ring. */
    public Ring ring() {
      return ring;
    }

    /** The entries, numbers below 100, as one number: 1112 are 11 and 12, 123 are 1, 2 and 3. */
    long contents() {
      long[] entries = new long[SLOTS];
      long contents = 0;
      int count = ring.dequeueBurst(entries, 0, SLOTS);
      for (int i = 0; i < count; i++) {
        contents = contents * (entries[i] < 10 ? 10 : 100) + entries[i];
      }
      return contents;
    }
  }

  /** MP and MC, protected. */
  @State
  public static class Mt extends RingState {
    private static final InTurn<RingAndWord> RINGS = rings(0, Protection.ON);

    public Mt() {
      super(RINGS);
    }
  }

  /** MP and MC as in DPDK. */
  @State
  public static class MtBare extends RingState {
    private static final InTurn<RingAndWord> RINGS = rings(0, Protection.OFF);

    public MtBare() {
      super(RINGS);
    }
  }

  /** SP and SC. */
  @State
  public static class St extends RingState {
    private static final InTurn<RingAndWord> RINGS =
        rings(Ring.SP_ENQ | Ring.SC_DEQ, Protection.ON);

    public St() {
      super(RINGS);
    }
  }

  /** Relaxed tails, protected. */
  @State
  public static class Rts extends RingState {
    private static final InTurn<RingAndWord> RINGS =
        rings(Ring.MP_RTS_ENQ | Ring.MC_RTS_DEQ, Protection.ON);

    public Rts() {
      super(RINGS);
    }
  }

  /** Relaxed tails as in DPDK. */
  @State
  public static class RtsBare extends RingState {
    private static final InTurn<RingAndWord> RINGS =
        rings(Ring.MP_RTS_ENQ | Ring.MC_RTS_DEQ, Protection.OFF);

    public RtsBare() {
      super(RINGS);
    }
  }

  /** Heads and tails in one word, protected. */
  @State
  public static class Hts extends RingState {
    private static final InTurn<RingAndWord> RINGS =
        rings(Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ, Protection.ON);

    public Hts() {
      super(RINGS);
    }
  }

  /** Heads and tails in one word, as in DPDK. */
  @State
  public static class HtsBare extends RingState {
    private static final InTurn<RingAndWord> RINGS =
        rings(Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ, Protection.OFF);

    public HtsBare() {
      super(RINGS);
    }
  }
}
