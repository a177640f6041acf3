package io.sluice.config;

import io.sluice.platform.Memory;
import io.sluice.testing.InTurn;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Whoever sees a step sees what was noted ahead of it. */
public final class UndoLogStress {
  private UndoLogStress() {}

  /** Of every test here: whether the step is seen, and whether its note is. */
  @Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "nothing as yet")
  @Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "noted, not done as yet")
  @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "noted and done")
  @Outcome(id = "true, false", expect = Expect.FORBIDDEN, desc = "done, and it cannot be undone")
  public static class Outcomes {}

  /** A lock's record, and behind its log a word that the lock guards. */
  @State
  public static class Guarded {
    private static final int BYTES = LocksLayout.LOG + 4 * LocksLayout.ENTRY_SIZEOF;
    private static final InTurn<Long> PLACES =
        new InTurn<>(i -> Memory.allocate(BYTES + Long.BYTES));

    final long record = PLACES.next();
    final long word = record + BYTES;
    final UndoLog log = new UndoLog(record, 4);

    public Guarded() {
      Memory.fill(record, BYTES, (byte) 0);
      Memory.putLong(word, 1);
    }

    boolean isLogged() {
      long entry = record + LocksLayout.LOG;
      return Memory.getInt(record + LocksLayout.LENGTH) == 1
          && Memory.getLong(entry + LocksLayout.ENTRY_ADDRESS) == word
          && Memory.getLong(entry + LocksLayout.ENTRY_VALUE) == 1;
    }
  }

  /** What to put back is in the log ahead of the store. */
  @JCStressTest
  @JCStressMeta(Outcomes.class)
  public static class Undo {
    /** Changes the word. */
    @Actor
    public void change(Guarded state) {
      state.log.putLong(state.word, 2);
    }

    /** Looks, as whoever takes the lock over. */
    @Actor
    public void look(Guarded state, ZZ_Result r) {
      r.r1 = Memory.getLongAcquire(state.word) == 2;
      r.r2 = state.isLogged();
    }
  }
}
