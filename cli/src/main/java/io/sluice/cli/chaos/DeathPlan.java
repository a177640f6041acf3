package io.sluice.cli.chaos;

import java.util.SplittableRandom;

/**
 * When and how processes die, and when one is stopped; all from the seed. Of 20 deaths 9 are by
 * SIGKILL at a random moment, one of them in a pair at once, 5 ahead of a store while it passes
 * packets, 3 while it reserves or frees, and one each while it attaches, detaches, and recovers
 * from another's death. The primary's are by SIGKILL, at the recovery from another's, and of one in
 * four the next primary dies in turn while it adopts.
 */
final class DeathPlan {
  private static final Death[] SHARES = {
    Death.SIGNAL,
    Death.SIGNAL,
    Death.SIGNAL,
    Death.SIGNAL,
    Death.SIGNAL,
    Death.SIGNAL,
    Death.SIGNAL,
    Death.SIGNAL,
    Death.PAIR,
    Death.TURN,
    Death.TURN,
    Death.TURN,
    Death.TURN,
    Death.TURN,
    Death.SET_UP,
    Death.SET_UP,
    Death.SET_UP,
    Death.ATTACH,
    Death.LEAVE,
    Death.REAPER
  };
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int KILL_MILLIS = 600;
  private static final int STOP_MILLIS = 4_000;
  private static final int MIN_STOPPED_MILLIS = 20;
  private static final int MAX_STOPPED_MILLIS = 400;

  private static final Death[] PRIMARYS_SHARES = {
    Death.SIGNAL, Death.SIGNAL, Death.ATTACH, Death.REAPER
  };

  private final SplittableRandom random;
  private final int primaryEvery;
  private int deaths;

  /**
   * Makes one.
   *
   * @param primaryEvery each how-manieth death is the primary's; 0 for none
   */
  DeathPlan(long seed, int primaryEvery) {
    random = new SplittableRandom(seed);
    this.primaryEvery = primaryEvery;
  }

  /** Whether the next death is the primary's. */
  boolean isPrimaryNext() {
    return primaryEvery > 0 && ++deaths % primaryEvery == 0;
  }

  /** How the primary dies; {@link Death#ATTACH} is the death of the one that adopts. */
  Death nextDeathOfPrimary() {
    return PRIMARYS_SHARES[random.nextInt(PRIMARYS_SHARES.length)];
  }

  /** For what else needs chance. */
  SplittableRandom split() {
    return random.split();
  }

  Death nextDeath() {
    return SHARES[random.nextInt(SHARES.length)];
  }

  /** The store to die ahead of; low ones as often as high ones, by orders of magnitude. */
  long store(Death death) {
    return death.maxStore == 0
        ? 0
        : Math.max(1, Math.round(Math.pow(death.maxStore, random.nextDouble())));
  }

  /** One of so many. */
  int choose(int count) {
    return random.nextInt(count);
  }

  long nanosToNextKill() {
    return random.nextInt(2 * KILL_MILLIS) * NANOS_PER_MILLI;
  }

  long nanosToNextStop() {
    return random.nextInt(2 * STOP_MILLIS) * NANOS_PER_MILLI;
  }

  long stoppedNanos() {
    return random.nextInt(MIN_STOPPED_MILLIS, MAX_STOPPED_MILLIS) * NANOS_PER_MILLI;
  }
}
