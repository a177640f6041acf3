package io.sluice.ring.jcstress;

import io.sluice.memzone.MemZone;
import io.sluice.platform.Memory;
import io.sluice.ring.MessageRing;
import io.sluice.testing.InTurn;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** A message of a message ring is seen whole, and is not written over before it was read. */
public final class MessageStress {
  private static final int SIZE = 24;
  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final InTurn<MessageRing> RINGS =
      new InTurn<>(
          index ->
              MessageRing.create(
                  StressMemory.MEMORY, "ring" + index, 1, SIZE, MemZone.SOCKET_ID_ANY));

  private MessageStress() {}

  private static void write(long message, long number) {
    Memory.putLong(message, number);
    Memory.putLong(message + 8, number);
    Memory.putLong(message + 16, number);
  }

  /** 1 if it is that one, 2 if it is not or not whole; 0 for none. */
  private static int read(long message, long number) {
    if (message == 0) {
      return 0;
    }
    return Memory.getLong(message + 16) == number
            && Memory.getLong(message + 8) == number
            && Memory.getLong(message) == number
        ? 1
        : 2;
  }

  /** An empty ring of one slot. */
  @State
  public static class Empty {
    final MessageRing ring = RINGS.next();
    final long number = NUMBERS.addAndGet(2);

    public Empty() {
      while (ring.peek() != 0) {
        ring.release();
      }
    }
  }

  /** A ring of one slot with one message. */
  @State
  public static class Full extends Empty {
    public Full() {
      write(ring.claim(), number);
      ring.publish();
    }
  }

  /** What was written before is there with the message. */
  @JCStressTest
  @Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "not there yet")
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "whole")
  @Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "not whole, or an older one")
  public static class Sent {
    @Actor
    public void send(Empty state) {
      write(state.ring.claim(), state.number);
      state.ring.publish();
    }

    @Actor
    public void receive(Empty state, I_Result r) {
      r.r1 = read(state.ring.peek(), state.number);
    }
  }

  /** A slot is written only once its message was read. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "found no room")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "found room")
  @Outcome(id = ".*, 2", expect = Expect.FORBIDDEN, desc = "written over ahead of the reading")
  @Outcome(id = ".*, 0", expect = Expect.FORBIDDEN, desc = "lost")
  public static class SentAgain {
    /** Says whether there was room. */
    @Actor
    public void send(Full state, II_Result r) {
      long message = state.ring.claim();
      if (message != 0) {
        write(message, state.number + 1);
        state.ring.publish();
        r.r1 = 1;
      }
    }

    @Actor
    public void receive(Full state, II_Result r) {
      r.r2 = read(state.ring.peek(), state.number);
      state.ring.release();
    }
  }
}
