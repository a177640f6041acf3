package io.sluice.ring;

import io.sluice.platform.Memory;
import io.sluice.ring.jcstress.RingStates;
import io.sluice.ring.jcstress.RingStates.RingState;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.infra.results.I_Result;

/** Of two claims the note is the later one's: the first is never written over it. */
public final class LastNoteStress {
  private LastNoteStress() {}

  /** How far the note's position is behind the tail, with one entry a claim. */
  private static int distance(RingState state) {
    return state.ring().prod.tailPosition() - Memory.getInt(state.ring().prodNote);
  }

  /** The outcomes in every mode. */
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the last claim's")
  @Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "another's")
  public static class Outcomes {}

  /** {@link RingStates.Mt}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverMt {
    @Actor
    public void first(RingStates.Mt state) {
      state.ring().enqueue(1);
    }

    @Actor
    public void second(RingStates.Mt state) {
      state.ring().enqueue(2);
    }

    @Arbiter
    public void note(RingStates.Mt state, I_Result r) {
      r.r1 = distance(state);
    }
  }

  /** {@link RingStates.Rts}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverRts {
    @Actor
    public void first(RingStates.Rts state) {
      state.ring().enqueue(1);
    }

    @Actor
    public void second(RingStates.Rts state) {
      state.ring().enqueue(2);
    }

    @Arbiter
    public void note(RingStates.Rts state, I_Result r) {
      r.r1 = distance(state);
    }
  }

  /** {@link RingStates.Hts}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverHts {
    @Actor
    public void first(RingStates.Hts state) {
      state.ring().enqueue(1);
    }

    @Actor
    public void second(RingStates.Hts state) {
      state.ring().enqueue(2);
    }

    @Arbiter
    public void note(RingStates.Hts state, I_Result r) {
      r.r1 = distance(state);
    }
  }
}
