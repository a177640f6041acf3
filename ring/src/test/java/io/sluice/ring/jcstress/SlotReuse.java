package io.sluice.ring.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.infra.results.ZJJ_Result;

/**
 * A slot is overwritten only once its entry was read: the ring is full but for what the other
 * takes.
 */
public final class SlotReuse {
  private SlotReuse() {}

  /** The outcomes in every mode. */
  @Outcome(id = "false, 0, 123", expect = Expect.ACCEPTABLE, desc = "looked before there was any")
  @Outcome(
      id = "false, 1, 23",
      expect = Expect.ACCEPTABLE,
      desc = "taken, after the fourth found no room")
  @Outcome(
      id = "true, 1, 234",
      expect = Expect.ACCEPTABLE,
      desc = "taken, and the fourth in its place")
  @Outcome(id = ".*, 4, .*", expect = Expect.FORBIDDEN, desc = "overwritten ahead of the reading")
  @Outcome(id = "true, 0, .*", expect = Expect.FORBIDDEN, desc = "room for four")
  @Outcome(id = ".*, .*, .*", expect = Expect.FORBIDDEN, desc = "lost, twice or out of order")
  public static class Outcomes {}

  /** {@link RingStates.Mt}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverMt {
    @Actor
    public void produce(RingStates.Mt state, ZJJ_Result r) {
      state.ring.enqueueBulk(new long[] {1, 2, 3}, 0, 3);
      r.r1 = state.ring.enqueue(4);
    }

    @Actor
    public void consume(RingStates.Mt state, ZJJ_Result r) {
      r.r2 = state.ring.dequeue();
    }

    @Arbiter
    public void rest(RingStates.Mt state, ZJJ_Result r) {
      r.r3 = state.contents();
    }
  }

  /** {@link RingStates.MtBare}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverMtBare {
    @Actor
    public void produce(RingStates.MtBare state, ZJJ_Result r) {
      state.ring.enqueueBulk(new long[] {1, 2, 3}, 0, 3);
      r.r1 = state.ring.enqueue(4);
    }

    @Actor
    public void consume(RingStates.MtBare state, ZJJ_Result r) {
      r.r2 = state.ring.dequeue();
    }

    @Arbiter
    public void rest(RingStates.MtBare state, ZJJ_Result r) {
      r.r3 = state.contents();
    }
  }

  /** {@link RingStates.St}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverSt {
    @Actor
    public void produce(RingStates.St state, ZJJ_Result r) {
      state.ring.enqueueBulk(new long[] {1, 2, 3}, 0, 3);
      r.r1 = state.ring.enqueue(4);
    }

    @Actor
    public void consume(RingStates.St state, ZJJ_Result r) {
      r.r2 = state.ring.dequeue();
    }

    @Arbiter
    public void rest(RingStates.St state, ZJJ_Result r) {
      r.r3 = state.contents();
    }
  }

  /** {@link RingStates.Rts}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverRts {
    @Actor
    public void produce(RingStates.Rts state, ZJJ_Result r) {
      state.ring.enqueueBulk(new long[] {1, 2, 3}, 0, 3);
      r.r1 = state.ring.enqueue(4);
    }

    @Actor
    public void consume(RingStates.Rts state, ZJJ_Result r) {
      r.r2 = state.ring.dequeue();
    }

    @Arbiter
    public void rest(RingStates.Rts state, ZJJ_Result r) {
      r.r3 = state.contents();
    }
  }

  /** {@link RingStates.RtsBare}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverRtsBare {
    @Actor
    public void produce(RingStates.RtsBare state, ZJJ_Result r) {
      state.ring.enqueueBulk(new long[] {1, 2, 3}, 0, 3);
      r.r1 = state.ring.enqueue(4);
    }

    @Actor
    public void consume(RingStates.RtsBare state, ZJJ_Result r) {
      r.r2 = state.ring.dequeue();
    }

    @Arbiter
    public void rest(RingStates.RtsBare state, ZJJ_Result r) {
      r.r3 = state.contents();
    }
  }

  /** {@link RingStates.Hts}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverHts {
    @Actor
    public void produce(RingStates.Hts state, ZJJ_Result r) {
      state.ring.enqueueBulk(new long[] {1, 2, 3}, 0, 3);
      r.r1 = state.ring.enqueue(4);
    }

    @Actor
    public void consume(RingStates.Hts state, ZJJ_Result r) {
      r.r2 = state.ring.dequeue();
    }

    @Arbiter
    public void rest(RingStates.Hts state, ZJJ_Result r) {
      r.r3 = state.contents();
    }
  }

  /** {@link RingStates.HtsBare}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverHtsBare {
    @Actor
    public void produce(RingStates.HtsBare state, ZJJ_Result r) {
      state.ring.enqueueBulk(new long[] {1, 2, 3}, 0, 3);
      r.r1 = state.ring.enqueue(4);
    }

    @Actor
    public void consume(RingStates.HtsBare state, ZJJ_Result r) {
      r.r2 = state.ring.dequeue();
    }

    @Arbiter
    public void rest(RingStates.HtsBare state, ZJJ_Result r) {
      r.r3 = state.contents();
    }
  }
}
