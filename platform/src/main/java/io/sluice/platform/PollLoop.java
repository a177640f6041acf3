package io.sluice.platform;

import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * The run-to-completion model: one lcore calls its polls in turn, each of which takes a burst the
 * whole way, and idles when none of them did anything. Launch it with {@link Lcores#remoteLaunch}.
 */
public final class PollLoop implements IntSupplier {
  private final BooleanSupplier running;
  private final IdleStrategy idle;
  private final IntSupplier[] polls;

  /**
   * Makes a loop.
   *
   * @param running asked once per round; the loop ends when it is false
   * @param polls each returns how much it did, 0 for nothing
   */
  public PollLoop(BooleanSupplier running, IdleStrategy idle, IntSupplier... polls) {
    this.running = running;
    this.idle = idle;
    this.polls = polls.clone();
  }

  /** Runs until told to end; gives 0. */
  @Override
  public int getAsInt() {
    idle.reset();
    while (running.getAsBoolean()) {
      int work = 0;
      for (IntSupplier poll : polls) {
        work += poll.getAsInt();
      }
      idle.idle(work);
    }
    return 0;
  }
}
