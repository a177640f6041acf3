package io.sluice.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cli.processes.Said;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The verdict, where it says frames went, and the table, from what the processes say. */
class DemoReportTest {
  private static final List<String> PRIMARY =
      List.of(
          "primary: ready",
          "report process name=primary packets=100 bytes=6000 cyclesperpacket=70 drops=0",
          "report process name=worker_0 packets=60 bytes=3600 cyclesperpacket=50 drops=0",
          "report process name=worker_1 packets=40 bytes=2400 cyclesperpacket=55 drops=0",
          "report port name=in rx=100 tx=0 rxbytes=6000 txbytes=0 cyclesperpacket=33 drops=0",
          "report port name=out rx=0 tx=100 rxbytes=0 txbytes=6000 cyclesperpacket=44 drops=0",
          "report pool leaked=0 undelivered=0");
  private static final String MONITOR =
      "monitor: in rx=90 tx=0 out rx=0 tx=85 primary=90 worker0=88";

  private static Said said(String... lines) {
    return new Said(List.of(lines));
  }

  private static Said traffic(long sent, long received, long mismatched) {
    return said(
        "traffic: ready",
        "progress sent=1 received=0",
        "result sent="
            + sent
            + " received="
            + received
            + " bytes="
            + received * 60
            + " mismatched="
            + mismatched);
  }

  private static DemoReport report(Said traffic, List<String> primary, Said... workers) {
    return new DemoReport(traffic, new Said(primary), said(MONITOR), List.of(workers));
  }

  /** The report with the words of one of the primary's lines replaced. */
  private static DemoReport with(Said traffic, String from, String to) {
    List<String> primary = PRIMARY.stream().map(line -> line.replace(from, to)).toList();
    assertFalse(primary.equals(PRIMARY), from);
    return report(traffic, primary);
  }

  private static void assertBad(DemoReport report, String verdict, String... where) {
    assertFalse(report.isGood(100));
    assertEquals("demo: " + verdict, report.verdict());
    assertEquals(
        Arrays.stream(where).map(line -> "demo: " + line).toList(),
        report.whereLost().lines().toList());
  }

  private static List<String> row(DemoReport report, String name) {
    String line = report.table().lines().filter(row -> row.startsWith(name)).findFirst().orElse("");
    assertTrue(line.startsWith(name), () -> name + " is no row of\n" + report.table());
    return List.of(line.substring(name.length()).strip().split(" +"));
  }

  @Test
  void shouldBeGoodWhenEveryFrameCameOutOnceAndUnchanged() {
    DemoReport report = report(traffic(100, 100, 0), PRIMARY);
    assertTrue(report.isGood(100));
    assertEquals("demo: in=100 out=100 lost=0 leaked=0 mismatched=0", report.verdict());
    assertEquals("", report.whereLost());
  }

  @Test
  void shouldNotBeGoodWhenFewerWereSentThanWanted() {
    assertFalse(report(traffic(100, 100, 0), PRIMARY).isGood(101));
  }

  @Test
  void shouldCountAFrameThatCameOutWrongAsMismatchedAndAsLost() {
    assertBad(
        report(traffic(100, 100, 3), PRIMARY),
        "in=100 out=100 lost=3 leaked=0 mismatched=3",
        "3 frames came out that were not sent so");
  }

  @Test
  void shouldCountOneFrameTooManyAsMismatched() {
    assertBad(
        report(traffic(100, 101, 1), PRIMARY),
        "in=100 out=101 lost=0 leaked=0 mismatched=1",
        "1 frames came out that were not sent so");
  }

  @Test
  void shouldSayBetweenWhichCountsFramesWereLost() {
    String lost = "in=100 out=90 lost=10 leaked=0 mismatched=0";
    Said traffic = traffic(100, 90, 0);
    assertBad(
        report(traffic, PRIMARY), lost, "10 frames lost between the sending port and the traffic");
    assertBad(
        with(traffic, "tx=100", "tx=90"),
        lost,
        "10 frames lost between the workers and the sending port");
    assertBad(
        report(traffic, PRIMARY.stream().map(DemoReportTest::lostByWorkers).toList()),
        lost,
        "10 frames lost between the receiving port and the workers");
    assertBad(
        report(
            traffic,
            PRIMARY.stream()
                .map(DemoReportTest::lostByWorkers)
                .map(line -> line.replace("rx=100", "rx=97"))
                .toList()),
        lost,
        "3 frames lost between the traffic and the receiving port",
        "7 frames lost between the receiving port and the workers");
  }

  private static String lostByWorkers(String line) {
    return line.replace("packets=40", "packets=30").replace("tx=100", "tx=90");
  }

  @Test
  void shouldSayHowManyMbufsLeaked() {
    assertBad(
        with(traffic(100, 100, 0), "leaked=0", "leaked=2"),
        "in=100 out=100 lost=0 leaked=2 mismatched=0",
        "2 mbufs never came back to their pool");
  }

  @Test
  void shouldTakeWhatTheMonitorAndTheWorkersSawWhenThePrimaryCannotReport() {
    Said worker = said("worker 0: ready, 1 ms after main", "worker 0: ipv4=88 drops=4");
    DemoReport report = report(traffic(100, 85, 0), List.of("primary: ready"), worker);
    assertBad(
        report,
        "in=100 out=85 lost=15 leaked=0 mismatched=0",
        "the primary could not report: its counts are those that the monitor saw",
        "10 frames lost between the traffic and the receiving port",
        "2 frames lost between the receiving port and the workers",
        "3 frames lost between the workers and the sending port");
    assertEquals(List.of("88", "-", "4", "-"), row(report, "worker 0"));
    assertEquals(List.of("90", "-", "-", "-"), row(report, "primary"));
    assertEquals(List.of("90", "-", "-", "-"), row(report, "port in"));
  }

  @Test
  void shouldNotInventDropsOfAWorkerThatWasKilled() {
    Said worker = said("worker 0: ready, 1 ms after main");
    DemoReport report = report(traffic(100, 85, 0), List.of(), worker);
    assertEquals(List.of("88", "-", "-", "-"), row(report, "worker 0"));
  }

  @Test
  void shouldTakeTheTrafficsLastProgressWhenItCannotSayItsResult() {
    Said killed = said("progress sent=50 received=10", "progress sent=100 received=20");
    DemoReport report = report(killed, PRIMARY);
    assertEquals("demo: in=100 out=20 lost=80 leaked=0 mismatched=0", report.verdict());
    assertEquals(List.of("20", "-", "-", "-"), row(report, "traffic, received"));
  }

  @Test
  void shouldShowWhatWasCountedAndADashWhereThereIsNothingToCount() {
    List<String> primary =
        PRIMARY.stream()
            .map(line -> line.replace("cyclesperpacket=55 drops=0", "cyclesperpacket=55 drops=5"))
            .map(line -> line.replace("cyclesperpacket=44 drops=0", "cyclesperpacket=44 drops=6"))
            .map(line -> line.replace("undelivered=0", "undelivered=7"))
            .toList();
    DemoReport report = report(traffic(100, 100, 0), primary);
    assertEquals(List.of("100", "-", "-", "-"), row(report, "traffic, sent"));
    assertEquals(List.of("100", "6000", "0", "33"), row(report, "port in"));
    assertEquals(List.of("100", "6000", "6", "44"), row(report, "port out"));
    assertEquals(List.of("100", "6000", "7", "70"), row(report, "primary"));
    assertEquals(List.of("60", "3600", "0", "50"), row(report, "worker 0"));
    assertEquals(List.of("40", "2400", "5", "55"), row(report, "worker 1"));
    assertEquals(List.of("-", "-", "-", "-"), row(report, "monitor"));
    assertEquals(List.of("100", "6000", "-", "-"), row(report, "traffic, received"));
  }

  @Test
  void shouldShowNoCyclesOfAPacketThatThereWasNot() {
    DemoReport report =
        with(
            traffic(100, 100, 0),
            "packets=40 bytes=2400 cyclesperpacket=55",
            "packets=0 bytes=0 cyclesperpacket=0");
    assertEquals(List.of("0", "0", "0", "-"), row(report, "worker 1"));
  }
}
