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
    ABSENT,
    STARTING,
    READY,
    STOPPED,
    DYING
  }

  private final Place place;
  private final List<String> ealOptions;
  private final SplittableRandom random;
  private Child child;
  private State state = State.ABSENT;
  private Death death;
  private long since;
  private long started;

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
    if (place != Place.PRIMARY) {
      arguments.addAll(List.of(place.name(), Long.toString(random.nextLong())));
    }
    arguments.add(Long.toString(deathAtAttach));
    arguments.addAll(ealOptions);
    Class<?> program = place == Place.PRIMARY ? ChaosPrimary.class : ChaosSecondary.class;
    child = new Child(toString(), List.of(), FLAGS, program, arguments);
    started = System.nanoTime();
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

  /** Is without a process until the next is started. */
  void bury() {
    enter(State.ABSENT);
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

  /** Whether its process was started before a {@link System#nanoTime}; 0 is before all. */
  boolean startedBefore(long time) {
    return time != 0 && started - time < 0;
  }

  /** A process that was starting and has said that it is ready is so. */
  void noteReady() {
    if (state == State.STARTING && child.last("ready") != null) {
      enter(State.READY);
    }
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
    return child == null || !child.isAlive();
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
