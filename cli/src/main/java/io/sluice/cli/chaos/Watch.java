package io.sluice.cli.chaos;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Sees from the outside whether the members go on, and how long one was held up. Time in which one
 * of them is stopped does not count: what it has claimed, the others may have to wait for.
 */
final class Watch {
  private static final long LIMIT_NANOS = 10_000_000_000L;

  /** A gap that begins later than that after a death is not due to it. */
  private static final long DEATH_NANOS = 1_000_000_000L;

  private static final long REMEMBERED_NANOS = 30_000_000_000L;

  private final Map<Place, Follower> followers = new EnumMap<>(Place.class);
  private final Deque<Long> deaths = new ArrayDeque<>();
  private final Deque<Pause> pauses = new ArrayDeque<>();
  private long pauseBegan;
  private long lookedLast = System.nanoTime();
  private long worstStall;

  private record Pause(long begin, long end) {}

  /** What is known of one member's progress. */
  private static final class Follower {
    final Pulse pulse;
    long turns;
    long packets;
    long gaps;

    /** For how long, while it could, it has made no turn and moved no packet. */
    long turnNanos;

    long packetNanos;

    Follower(Pulse pulse) {
      this.pulse = pulse;
    }
  }

  /** Watches the members of that stage. */
  Watch(Stage stage) {
    for (Place place : Place.values()) {
      if (place != Place.PRIMARY) {
        followers.put(place, new Follower(stage.pulse(place)));
      }
    }
  }

  /** A member was stopped; one at a time is. */
  void paused() {
    pauseBegan = System.nanoTime();
  }

  /** The one that was stopped goes on, or is dead. */
  void resumed() {
    pauses.add(new Pause(pauseBegan, System.nanoTime()));
    pauseBegan = 0;
  }

  /** A member was killed, now or before long. */
  void died() {
    deaths.add(System.nanoTime());
  }

  /** Looks at all; gives the first that is ready and has not gone on for too long, or null. */
  Member findStuck(List<Member> members) {
    long now = System.nanoTime();
    long passed = pauseBegan == 0 ? now - lookedLast : 0;
    lookedLast = now;
    boolean flows =
        members.stream()
            .filter(each -> each.place() == Place.GENERATOR || each.place() == Place.SINK)
            .allMatch(Member::isReady);
    Member stuck = null;
    for (Member member : members) {
      Follower follower = followers.get(member.place());
      if (follower != null && look(follower, member.isReady(), flows, passed)) {
        stuck = member;
      }
    }
    forget();
    return stuck;
  }

  private boolean look(Follower follower, boolean ready, boolean flows, long passed) {
    follower.gaps = follower.pulse.forEachGap(follower.gaps, this::judge);
    long turns = follower.pulse.turns();
    follower.turnNanos = turns != follower.turns || !ready ? 0 : follower.turnNanos + passed;
    follower.turns = turns;
    long packets = follower.pulse.packets();
    if (packets != follower.packets || !ready) {
      follower.packetNanos = 0;
    } else if (flows) {
      follower.packetNanos += passed;
    }
    follower.packets = packets;
    return follower.turnNanos > LIMIT_NANOS || follower.packetNanos > LIMIT_NANOS;
  }

  private void judge(long begin, long end) {
    boolean paused =
        pauseBegan != 0 && end > pauseBegan
            || pauses.stream().anyMatch(pause -> begin < pause.end && end > pause.begin);
    boolean afterDeath =
        deaths.stream().anyMatch(death -> death < end && death > begin - DEATH_NANOS);
    if (afterDeath && !paused) {
      worstStall = Math.max(worstStall, end - begin);
    }
  }

  private void forget() {
    long old = System.nanoTime() - REMEMBERED_NANOS;
    while (!deaths.isEmpty() && deaths.peek() < old) {
      deaths.remove();
    }
    while (!pauses.isEmpty() && pauses.peek().end < old) {
      pauses.remove();
    }
  }

  /** The packets that a member has brought on their way. */
  long packets(Place place) {
    return followers.get(place).pulse.packets();
  }

  /** The longest that a turn took in or soon after which a member died, in milliseconds. */
  long worstStallMillis() {
    return (worstStall + 999_999) / 1_000_000;
  }
}
