package io.sluice.cli.chaos;

import io.sluice.cli.processes.Child;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** One place of the run and the process that has it now; for the run's thread. */
final class Member {
  private static final int SIGKILL = 9;
  private static final int SIGCONT = 18;
  private static final int SIGSTOP = 19;
  private static final int KILLED = 128 + SIGKILL;
  private static final List<String> FLAGS =
      List.of("-Dsluice.faults=true", "-XX:TieredStopAtLevel=1");

  /** How the process is, as far as the run knows. */
  enum State {
    STARTING,
    READY,
    STOPPED,
    DYING
  }

  private final Place place;
  private final List<String> ealOptions;
  private final SplittableRandom random;
  private Child child;
  private State state;
  private Death death;
  private long since;

  /**
   * A place with no process yet.
   *
   * @param ealOptions of each process that has it
   * @param random where its processes' seeds come from
   */
  Member(Place place, List<String> ealOptions, SplittableRandom random) {
    this.place = place;
    this.ealOptions = ealOptions;
    this.random = random;
  }

  /**
   * Starts a process, which must not have one.
   *
   * @param deathAtAttach the store of its attaching that it dies ahead of; 0 for none
   */
  void start(long deathAtAttach) {
    List<String> arguments = new ArrayList<>();
    Class<?> program = ChaosPrimary.class;
    if (place != Place.PRIMARY) {
      program = ChaosSecondary.class;
      arguments.addAll(
          List.of(place.name(), Long.toString(random.nextLong()), Long.toString(deathAtAttach)));
    }
    arguments.addAll(ealOptions);
    child = new Child(toString(), List.of(), FLAGS, program, arguments);
    enter(deathAtAttach == 0 ? State.STARTING : State.DYING);
    death = deathAtAttach == 0 ? null : Death.ATTACH;
  }

  private void enter(State next) {
    state = next;
    since = System.nanoTime();
  }

  Place place() {
    return place;
  }

  State state() {
    return state;
  }

  boolean isReady() {
    return state == State.READY;
  }

  /** How it dies, if it is dying. */
  Death death() {
    return death;
  }

  Child child() {
    return child;
  }

  /** How long it has been in its state, in nanoseconds. */
  long age() {
    return System.nanoTime() - since;
  }

  /** Whether a process that was starting has become ready. */
  boolean hasBecomeReady() {
    if (state == State.STARTING && child.last("ready") != null) {
      enter(State.READY);
      return true;
    }
    return false;
  }

  void stop() {
    child.signal(SIGSTOP);
    enter(State.STOPPED);
  }

  void goOn() {
    child.signal(SIGCONT);
    enter(State.READY);
  }

  /** Has it die; by a signal at once, or by itself ahead of a store. */
  void die(Death kind, long store) {
    death = kind;
    if (kind.maxStore == 0 || state == State.STARTING || !child.tell(kind + " " + store)) {
      child.signal(SIGKILL);
    }
    enter(State.DYING);
  }

  /** Kills what was to die by itself. */
  void kill() {
    child.signal(SIGKILL);
  }

  boolean isGone() {
    return !child.isAlive();
  }

  /**
   * Whether it has died by SIGKILL, and not ended in order or with an error; only once it is gone.
   */
  boolean wasKilled() {
    return child.exitCode() == KILLED;
  }

  @Override
  public String toString() {
    return place.name().toLowerCase(Locale.ROOT);
  }
}
