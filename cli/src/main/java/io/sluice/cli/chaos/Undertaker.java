package io.sluice.cli.chaos;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Kills and stops members as planned, and starts another process in the place of each that died.
 */
final class Undertaker {
  /** So many at once are dead or not ready yet at the most, so that the others have a load. */
  private static final int MAX_AWAY = 3;

  /** Who was to die by itself and has not come to that store by then is killed. */
  private static final long DYING_NANOS = Duration.ofSeconds(1).toNanos();

  /** One death in so many is of a member in whatever state. */
  private static final int ANY_STATE_EVERY = 8;

  private static final long START_NANOS = Duration.ofSeconds(60).toNanos();

  private final List<Member> members;
  private final Member primary;
  private final List<Member> secondaries;
  private final DeathPlan plan;
  private final Watch watch;
  private final Verdict verdict;
  private final Consumer<String> troubles;
  private final Map<Death, Integer> deaths = new EnumMap<>(Death.class);
  private Member stopped;
  private long goOn;
  private long storeOfAttach;
  private long storeOfAdoption;
  private long primaryDied;
  private long nextKill;
  private long nextStop;
  private int stops;
  private int primaryDeaths;

  /** For those members; {@code troubles} takes a line for each thing that is wrong. */
  Undertaker(
      List<Member> members,
      DeathPlan plan,
      Watch watch,
      Verdict verdict,
      Consumer<String> troubles) {
    this.members = members;
    primary =
        members.stream().filter(each -> each.place() == Place.PRIMARY).findFirst().orElseThrow();
    secondaries = members.stream().filter(each -> each != primary).toList();
    this.plan = plan;
    this.watch = watch;
    this.verdict = verdict;
    this.troubles = troubles;
    nextKill = System.nanoTime() + plan.nanosToNextKill();
    nextStop = System.nanoTime() + plan.nanosToNextStop();
  }

  /** How many are about to die. */
  int dying() {
    return (int) members.stream().filter(member -> member.state() == Member.State.DYING).count();
  }

  /** Whether one is about to die, or stopped. */
  boolean isBusy() {
    return dying() > 0 || stopped != null;
  }

  /**
   * Does what is due.
   *
   * @param more how many more may be made to die
   * @return false if a member has not started, or ended otherwise than it was made to
   */
  boolean step(int more) {
    boolean good = true;
    for (Member member : members) {
      good &= lookAfter(member);
    }
    long now = System.nanoTime();
    if (stopped != null && (now >= goOn || more == 0)) {
      stopped.goOn();
      forgetStopped();
    }
    if (more > 0 && now >= nextKill && away() < MAX_AWAY) {
      nextKill = now + plan.nanosToNextKill();
      kill(more);
    }
    if (more > 0 && now >= nextStop && stopped == null) {
      nextStop = now + plan.nanosToNextStop();
      pause(now);
    }
    return good;
  }

  private boolean lookAfter(Member member) {
    if (member.state() == Member.State.ABSENT) {
      startIfPossible(member);
      return true;
    }
    if (member.isGone()) {
      return bury(member);
    }
    member.noteReady();
    if (member.state() == Member.State.STARTING && member.age() > START_NANOS) {
      verdict.addStuck(1);
      troubles.accept(member + " does not start:\n" + member.child().tail());
      return false;
    }
    if (member.state() == Member.State.DYING && survives(member)) {
      member.kill();
    }
    return true;
  }

  /** Whether it will not come to the store that it was to die ahead of, as far as one can see. */
  private static boolean survives(Member member) {
    return member.death() == Death.ATTACH
        ? member.age() > START_NANOS || member.child().last("ready") != null
        : member.age() > DYING_NANOS;
  }

  /** Nobody can attach without a primary. */
  private void startIfPossible(Member member) {
    if (member == primary) {
      member.start(storeOfAdoption);
      storeOfAdoption = 0;
    } else if (primary.isReady()) {
      member.start(storeOfAttach);
      storeOfAttach = 0;
    }
  }

  private boolean bury(Member member) {
    boolean left = member.death() == Death.LEAVE && member.child().exitCode() == 0;
    if (!left && !refusedForWantOfPrimary(member)) {
      if (member.state() != Member.State.DYING || !member.wasKilled()) {
        verdict.addStuck(1);
        troubles.accept(member.child().end());
        return false;
      }
      verdict.addKill();
      deaths.merge(member.death(), 1, Integer::sum);
      if (member == primary) {
        primaryDeaths++;
        primaryDied = System.nanoTime();
      }
    }
    member.bury();
    return true;
  }

  /** Whether it could not attach, and said so, since the primary was dead meanwhile. */
  private boolean refusedForWantOfPrimary(Member member) {
    return member != primary
        && member.startedBefore(primaryDied)
        && !member.wasKilled()
        && member.child().last("ready") == null
        && member.child().last("failed: ") != null;
  }

  private long away() {
    return members.stream().filter(member -> !member.isReady()).count();
  }

  /** One that works, or now and then one that starts or is stopped. */
  private Member chooseVictim() {
    boolean any = plan.choose(ANY_STATE_EVERY) == 0;
    List<Member> candidates =
        secondaries.stream().filter(any ? Undertaker::isThere : Member::isReady).toList();
    return candidates.get(plan.choose(candidates.size()));
  }

  private static boolean isThere(Member member) {
    return member.state() != Member.State.DYING && member.state() != Member.State.ABSENT;
  }

  private void kill(int more) {
    if (plan.isPrimaryNext() && isThere(primary)) {
      killPrimary(more);
    } else {
      killSecondary(more);
    }
  }

  private void killPrimary(int more) {
    Death death = plan.nextDeathOfPrimary();
    if (death == Death.REAPER && more > 1) {
      die(primary, death);
      die(chooseVictim(), Death.SIGNAL);
    } else {
      storeOfAdoption = death == Death.ATTACH && more > 1 ? plan.store(death) : 0;
      die(primary, Death.SIGNAL);
    }
  }

  private void killSecondary(int more) {
    Death death = plan.nextDeath();
    boolean two = death == Death.PAIR || death == Death.REAPER;
    if (two && more > 1) {
      die(chooseVictim(), death);
      die(chooseVictim(), death == Death.PAIR ? Death.PAIR : Death.SIGNAL);
    } else if (death == Death.ATTACH) {
      // Of who comes in the place of this one, which dies to make room.
      storeOfAttach = more > 1 ? plan.store(death) : 0;
      die(chooseVictim(), Death.SIGNAL);
    } else {
      die(chooseVictim(), two ? Death.SIGNAL : death);
    }
  }

  private void die(Member victim, Death death) {
    boolean able = victim.isReady();
    victim.die(able ? death : Death.SIGNAL, plan.store(death));
    watch.died();
    if (victim == stopped) {
      forgetStopped();
    }
  }

  private void pause(long now) {
    List<Member> candidates = members.stream().filter(Member::isReady).toList();
    if (!candidates.isEmpty()) {
      stopped = candidates.get(plan.choose(candidates.size()));
      goOn = now + plan.stoppedNanos();
      stops++;
      watch.paused();
      stopped.stop();
    }
  }

  private void forgetStopped() {
    stopped = null;
    watch.resumed();
  }

  /** How many have died in which way, and how often one was stopped. */
  String summary() {
    StringBuilder text = new StringBuilder("deaths by");
    deaths.forEach(
        (death, count) ->
            text.append(' ')
                .append(death.name().toLowerCase(Locale.ROOT))
                .append(' ')
                .append(count)
                .append(','));
    return text.append(" the primary ")
        .append(primaryDeaths)
        .append(" times, stops ")
        .append(stops)
        .toString();
  }
}
