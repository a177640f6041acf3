package io.sluice.samples;

import io.sluice.platform.IdleStrategy;
import io.sluice.platform.PollLoop;
import io.sluice.primary.StopRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * What one lcore does until the stop signal: polls, sends every 100 µs what its transmit buffers
 * hold back, and backs off while there is nothing to do, since there may be more pollers than CPUs.
 */
public final class LcoreLoop implements IntSupplier {
  private static final long DRAIN_NANOS = 100_000;

  private final StopRequest stop;
  private final List<IntSupplier> polls = new ArrayList<>();
  private TxBuffer[] buffers = {};
  private Runnable atDrain = () -> {};
  private long drained;

  /** A loop with nothing to do yet. */
  public LcoreLoop(StopRequest stop) {
    this.stop = stop;
  }

  /** Adds a poll: handles one burst and returns its size. */
  public LcoreLoop poll(IntSupplier poll) {
    polls.add(poll);
    return this;
  }

  /** Adds a buffer that only this lcore fills. */
  public LcoreLoop drain(TxBuffer buffer) {
    buffers = java.util.Arrays.copyOf(buffers, buffers.length + 1);
    buffers[buffers.length - 1] = buffer;
    return this;
  }

  /** Calls {@code task} each time the buffers are drained. */
  public LcoreLoop atDrain(Runnable task) {
    atDrain = task;
    return this;
  }

  /** Runs until the stop signal and sends the rest. */
  @Override
  public int getAsInt() {
    polls.add(this::drainWhenDue);
    new PollLoop(
            () -> !stop.isRequested(), IdleStrategy.adaptive(), polls.toArray(IntSupplier[]::new))
        .getAsInt();
    flush();
    return 0;
  }

  private int drainWhenDue() {
    long now = System.nanoTime();
    if (now - drained > DRAIN_NANOS) {
      drained = now;
      flush();
      atDrain.run();
    }
    return 0;
  }

  private void flush() {
    for (TxBuffer buffer : buffers) {
      buffer.flush();
    }
  }
}
