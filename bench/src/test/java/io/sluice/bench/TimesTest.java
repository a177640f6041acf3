package io.sluice.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which of the rounds' times are compared with which. */
class TimesTest {
  private static final Contest CONTEST =
      new Contest("work", List.of("8"), point -> 1, Side.java("work"), Side.c("work"));

  private final Times times = new Times();

  private void round(double ours, double oursApart, double theirs, double theirsApart) {
    times.add(CONTEST, CONTEST.ours(), Map.of("8", new Measured(ours, 0, oursApart)));
    times.add(
        CONTEST, CONTEST.reference(), Map.of("8", new Measured(theirs, Double.NaN, theirsApart)));
  }

  private Row row() {
    List<Row> rows = times.rows(CONTEST);
    assertEquals(1, rows.size());
    return rows.get(0);
  }

  @Test
  void shouldCompareAllRoundsOfWorkOnOneCpu() {
    round(1, Double.NaN, 2, Double.NaN);
    round(3, Double.NaN, 4, Double.NaN);
    assertFalse(times.hasNoneAlike(CONTEST));
    assertEquals(List.of(1.0, 3.0), row().ours().nanos());
    assertEquals(List.of(2.0, 4.0), row().reference().nanos());
    assertNull(cpusApart());
  }

  @Test
  void shouldLeaveOutRoundsWhoseSidesMetTheCpusDifferently() {
    round(10, 400, 2, 100);
    round(3, 110, 4, 100);
    assertFalse(times.hasNoneAlike(CONTEST));
    assertEquals(List.of(3.0), row().ours().nanos());
    assertEquals(List.of(4.0), row().reference().nanos());
    assertEquals("110 ns", cpusApart());
  }

  @Test
  void shouldCompareOverRoundsWhatMetTheCpusAlike() {
    round(10, 400, 2, 100);
    round(3, 100, 20, 420);
    assertFalse(times.hasNoneAlike(CONTEST));
    assertEquals(List.of(3.0), row().ours().nanos());
    assertEquals(List.of(2.0), row().reference().nanos());
  }

  @Test
  void shouldCompareTheRoundsThatMetTheCpusClosest() {
    round(10, 400, 20, 420);
    round(3, 100, 4, 110);
    round(5, 120, 6, 100);
    assertEquals(List.of(3.0, 5.0), row().ours().nanos());
    assertEquals(List.of(4.0, 6.0), row().reference().nanos());
  }

  @Test
  void shouldSayWhereBothSidesNeverMetTheCpusAlike() {
    round(10, 400, 2, 100);
    assertTrue(times.hasNoneAlike(CONTEST));
    assertEquals(5.0, row().ratio());
    assertEquals("400 / 100 ns", cpusApart());
  }

  @Test
  void shouldNotAskForMoreWhereThereIsNobodyToCompareWith() {
    times.add(CONTEST, CONTEST.ours(), Map.of("8", new Measured(1, 0, 100)));
    assertFalse(times.hasNoneAlike(CONTEST));
    assertFalse(row().isCompared());
  }

  private String cpusApart() {
    return ResultTable.cpusApart(row());
  }
}
