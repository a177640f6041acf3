package io.sluice.ring.jcstress;

import io.sluice.platform.Memory;
import io.sluice.ring.jcstress.RingStates.RingState;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** What a producer wrote ahead of an entry is there for whoever gets the entry. */
public final class Publication {
  private Publication() {}

  private static void produce(RingState state) {
    Memory.putLong(state.word, 42);
    state.ring.enqueue(7);
  }

  private static void consume(RingState state, JJ_Result r) {
    r.r1 = state.ring.dequeue();
    r.r2 = r.r1 == 0 ? 0 : Memory.getLong(state.word);
  }

  /** The outcomes in every mode. */
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "empty as yet")
  @Outcome(id = "7, 42", expect = Expect.ACCEPTABLE, desc = "the entry, and what came before it")
  @Outcome(id = "7, 0", expect = Expect.FORBIDDEN, desc = "the entry ahead of what came before it")
  @Outcome(id = "0, 42", expect = Expect.FORBIDDEN, desc = "cannot be")
  public static class Outcomes {}

  /** {@link RingStates.Mt}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverMt {
    @Actor
    public void produce(RingStates.Mt state) {
      Publication.produce(state);
    }

    @Actor
    public void consume(RingStates.Mt state, JJ_Result r) {
      Publication.consume(state, r);
    }
  }

  /** {@link RingStates.MtBare}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverMtBare {
    @Actor
    public void produce(RingStates.MtBare state) {
      Publication.produce(state);
    }

    @Actor
    public void consume(RingStates.MtBare state, JJ_Result r) {
      Publication.consume(state, r);
    }
  }

  /** {@link RingStates.St}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverSt {
    @Actor
    public void produce(RingStates.St state) {
      Publication.produce(state);
    }

    @Actor
    public void consume(RingStates.St state, JJ_Result r) {
      Publication.consume(state, r);
    }
  }

  /** {@link RingStates.Rts}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverRts {
    @Actor
    public void produce(RingStates.Rts state) {
      Publication.produce(state);
    }

    @Actor
    public void consume(RingStates.Rts state, JJ_Result r) {
      Publication.consume(state, r);
    }
  }

  /** {@link RingStates.RtsBare}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverRtsBare {
    @Actor
    public void produce(RingStates.RtsBare state) {
      Publication.produce(state);
    }

    @Actor
    public void consume(RingStates.RtsBare state, JJ_Result r) {
      Publication.consume(state, r);
    }
  }

  /** {@link RingStates.Hts}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverHts {
    @Actor
    public void produce(RingStates.Hts state) {
      Publication.produce(state);
    }

    @Actor
    public void consume(RingStates.Hts state, JJ_Result r) {
      Publication.consume(state, r);
    }
  }

  /** {@link RingStates.HtsBare}. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class OverHtsBare {
    @Actor
    public void produce(RingStates.HtsBare state) {
      Publication.produce(state);
    }

    @Actor
    public void consume(RingStates.HtsBare state, JJ_Result r) {
      Publication.consume(state, r);
    }
  }
}
