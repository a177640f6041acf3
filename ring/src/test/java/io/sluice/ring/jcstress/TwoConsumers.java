package io.sluice.ring.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** One of two consumers gets the one entry that the first has enqueued before. */
public final class TwoConsumers {
  private TwoConsumers() {}

  /** The outcomes in every mode. */
  @Outcome(id = "7, 0", expect = Expect.ACCEPTABLE, desc = "the first")
  @Outcome(id = "0, 7", expect = Expect.ACCEPTABLE, desc = "the second")
  @Outcome(id = "7, 7", expect = Expect.FORBIDDEN, desc = "both")
  @Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "neither")
  @Outcome(id = ".*, .*", expect = Expect.FORBIDDEN, desc = "another entry")
  public static class Outcomes {}

  /** {@link RingStates.Mt}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverMt {
    @Actor
    public void first(RingStates.Mt state, JJ_Result r) {
      state.ring.enqueue(7);
      r.r1 = state.ring.dequeue();
    }

    @Actor
    public void second(RingStates.Mt state, JJ_Result r) {
      r.r2 = state.ring.dequeue();
    }
  }

  /** {@link RingStates.MtBare}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverMtBare {
    @Actor
    public void first(RingStates.MtBare state, JJ_Result r) {
      state.ring.enqueue(7);
      r.r1 = state.ring.dequeue();
    }

    @Actor
    public void second(RingStates.MtBare state, JJ_Result r) {
      r.r2 = state.ring.dequeue();
    }
  }

  /** {@link RingStates.Rts}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverRts {
    @Actor
    public void first(RingStates.Rts state, JJ_Result r) {
      state.ring.enqueue(7);
      r.r1 = state.ring.dequeue();
    }

    @Actor
    public void second(RingStates.Rts state, JJ_Result r) {
      r.r2 = state.ring.dequeue();
    }
  }

  /** {@link RingStates.RtsBare}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverRtsBare {
    @Actor
    public void first(RingStates.RtsBare state, JJ_Result r) {
      state.ring.enqueue(7);
      r.r1 = state.ring.dequeue();
    }

    @Actor
    public void second(RingStates.RtsBare state, JJ_Result r) {
      r.r2 = state.ring.dequeue();
    }
  }

  /** {@link RingStates.Hts}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverHts {
    @Actor
    public void first(RingStates.Hts state, JJ_Result r) {
      state.ring.enqueue(7);
      r.r1 = state.ring.dequeue();
    }

    @Actor
    public void second(RingStates.Hts state, JJ_Result r) {
      r.r2 = state.ring.dequeue();
    }
  }

  /** {@link RingStates.HtsBare}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverHtsBare {
    @Actor
    public void first(RingStates.HtsBare state, JJ_Result r) {
      state.ring.enqueue(7);
      r.r1 = state.ring.dequeue();
    }

    @Actor
    public void second(RingStates.HtsBare state, JJ_Result r) {
      r.r2 = state.ring.dequeue();
    }
  }
}
