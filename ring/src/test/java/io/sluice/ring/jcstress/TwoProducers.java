package io.sluice.ring.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.infra.results.IIJ_Result;

/** Of two bulks one has room, and it is in the ring whole and in order. */
public final class TwoProducers {
  private TwoProducers() {}

  /** The outcomes in every mode. */
  @Outcome(id = "2, 0, 1112", expect = Expect.ACCEPTABLE, desc = "the first")
  @Outcome(id = "0, 2, 2122", expect = Expect.ACCEPTABLE, desc = "the second")
  @Outcome(id = "2, 2, .*", expect = Expect.FORBIDDEN, desc = "more than there is room for")
  @Outcome(id = "0, 0, .*", expect = Expect.FORBIDDEN, desc = "room for one, and nobody gets it")
  @Outcome(id = ".*, .*, .*", expect = Expect.FORBIDDEN, desc = "other entries than were enqueued")
  public static class Outcomes {}

  /** {@link RingStates.Mt}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverMt {
    @Actor
    public void first(RingStates.Mt state, IIJ_Result r) {
      r.r1 = state.ring.enqueueBulk(new long[] {11, 12}, 0, 2);
    }

    @Actor
    public void second(RingStates.Mt state, IIJ_Result r) {
      r.r2 = state.ring.enqueueBulk(new long[] {21, 22}, 0, 2);
    }

    @Arbiter
    public void rest(RingStates.Mt state, IIJ_Result r) {
      r.r3 = state.contents();
    }
  }

  /** {@link RingStates.MtBare}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverMtBare {
    @Actor
    public void first(RingStates.MtBare state, IIJ_Result r) {
      r.r1 = state.ring.enqueueBulk(new long[] {11, 12}, 0, 2);
    }

    @Actor
    public void second(RingStates.MtBare state, IIJ_Result r) {
      r.r2 = state.ring.enqueueBulk(new long[] {21, 22}, 0, 2);
    }

    @Arbiter
    public void rest(RingStates.MtBare state, IIJ_Result r) {
      r.r3 = state.contents();
    }
  }

  /** {@link RingStates.Rts}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverRts {
    @Actor
    public void first(RingStates.Rts state, IIJ_Result r) {
      r.r1 = state.ring.enqueueBulk(new long[] {11, 12}, 0, 2);
    }

    @Actor
    public void second(RingStates.Rts state, IIJ_Result r) {
      r.r2 = state.ring.enqueueBulk(new long[] {21, 22}, 0, 2);
    }

    @Arbiter
    public void rest(RingStates.Rts state, IIJ_Result r) {
      r.r3 = state.contents();
    }
  }

  /** {@link RingStates.RtsBare}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverRtsBare {
    @Actor
    public void first(RingStates.RtsBare state, IIJ_Result r) {
      r.r1 = state.ring.enqueueBulk(new long[] {11, 12}, 0, 2);
    }

    @Actor
    public void second(RingStates.RtsBare state, IIJ_Result r) {
      r.r2 = state.ring.enqueueBulk(new long[] {21, 22}, 0, 2);
    }

    @Arbiter
    public void rest(RingStates.RtsBare state, IIJ_Result r) {
      r.r3 = state.contents();
    }
  }

  /** {@link RingStates.Hts}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverHts {
    @Actor
    public void first(RingStates.Hts state, IIJ_Result r) {
      r.r1 = state.ring.enqueueBulk(new long[] {11, 12}, 0, 2);
    }

    @Actor
    public void second(RingStates.Hts state, IIJ_Result r) {
      r.r2 = state.ring.enqueueBulk(new long[] {21, 22}, 0, 2);
    }

    @Arbiter
    public void rest(RingStates.Hts state, IIJ_Result r) {
      r.r3 = state.contents();
    }
  }

  /** {@link RingStates.HtsBare}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverHtsBare {
    @Actor
    public void first(RingStates.HtsBare state, IIJ_Result r) {
      r.r1 = state.ring.enqueueBulk(new long[] {11, 12}, 0, 2);
    }

    @Actor
    public void second(RingStates.HtsBare state, IIJ_Result r) {
      r.r2 = state.ring.enqueueBulk(new long[] {21, 22}, 0, 2);
    }

    @Arbiter
    public void rest(RingStates.HtsBare state, IIJ_Result r) {
      r.r3 = state.contents();
    }
  }
}
