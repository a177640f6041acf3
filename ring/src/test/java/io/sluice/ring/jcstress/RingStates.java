package io.sluice.ring.jcstress;

import io.sluice.config.EalOptions;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;
import io.sluice.testing.UniquePrefix;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.State;

/**
 * A ring of capacity 3 in shared memory for each state, by mode and protection, and a word beside
 * it. There are many more of them than states that are in use at once. The tests have a class for
 * each mode, as jcstress looks at a class's own methods only.
 */
public final class RingStates {
  private static final int RINGS = 1024;
  private static final int SLOTS = 4;
  private static final int WORD_DISTANCE = 64;

  private RingStates() {}

  /** Of one JVM, which runs one test. */
  private static final class Rings {
    private static final AtomicInteger NEXT = new AtomicInteger();
    private static final Ring[] ALL = new Ring[RINGS];
    private static final SharedMemory MEMORY = memory();
    private static final long WORDS =
        MemZone.reserve(MEMORY, "words", (long) RINGS * WORD_DISTANCE, -1, 0).address();

    private static SharedMemory memory() {
      SharedMemory memory =
          SharedMemory.create(
              EalOptions.parse(
                  "--file-prefix", UniquePrefix.next(), "-m", "16", "--no-pci", "--no-huge"));
      Runtime.getRuntime().addShutdownHook(new Thread(memory::close));
      return memory;
    }

    static int next(int flags, Protection protection) {
      int index = NEXT.getAndIncrement() % RINGS;
      if (ALL[index] == null) {
        ALL[index] = Ring.create(MEMORY, "ring" + index, SLOTS, -1, flags, protection);
      }
      return index;
    }
  }

  /** An empty ring and a word that is 0. */
  public abstract static class RingState {
    final Ring ring;
    final long word;

    RingState(int flags, Protection protection) {
      int index = Rings.next(flags, protection);
      ring = Rings.ALL[index];
      ring.reset();
      word = Rings.WORDS + (long) index * WORD_DISTANCE;
      Memory.putLong(word, 0);
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
    public Mt() {
      super(0, Protection.ON);
    }
  }

  /** MP and MC as in DPDK. */
  @State
  public static class MtBare extends RingState {
    public MtBare() {
      super(0, Protection.OFF);
    }
  }

  /** SP and SC. */
  @State
  public static class St extends RingState {
    public St() {
      super(Ring.SP_ENQ | Ring.SC_DEQ, Protection.ON);
    }
  }

  /** Relaxed tails, protected. */
  @State
  public static class Rts extends RingState {
    public Rts() {
      super(Ring.MP_RTS_ENQ | Ring.MC_RTS_DEQ, Protection.ON);
    }
  }

  /** Relaxed tails as in DPDK. */
  @State
  public static class RtsBare extends RingState {
    public RtsBare() {
      super(Ring.MP_RTS_ENQ | Ring.MC_RTS_DEQ, Protection.OFF);
    }
  }

  /** Heads and tails in one word, protected. */
  @State
  public static class Hts extends RingState {
    public Hts() {
      super(Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ, Protection.ON);
    }
  }

  /** Heads and tails in one word, as in DPDK. */
  @State
  public static class HtsBare extends RingState {
    public HtsBare() {
      super(Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ, Protection.OFF);
    }
  }
}
