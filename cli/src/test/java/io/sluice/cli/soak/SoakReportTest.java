package io.sluice.cli.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cli.processes.Said;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The balance of a soak, from what the traffic and the primary say. */
class SoakReportTest {
  private static SoakReport report(long sent, long received, long mismatched, String... primary) {
    String result =
        "result sent=" + sent + " received=" + received + " bytes=1 mismatched=" + mismatched;
    return new SoakReport(new Said(List.of("traffic: ready", result)), new Said(List.of(primary)));
  }

  @Test
  void shouldBeGoodWhenAllThatIsMissingIsCounted() {
    SoakReport report = report(100, 97, 0, "report pool leaked=0 undelivered=3");
    assertTrue(report.isGood());
    assertEquals("soak: in=100 out=97 undelivered=3 lost=0 leaked=0 mismatched=0", report.line());
  }

  @Test
  void shouldSayWhatIsLostBeyondThat() {
    SoakReport report = report(100, 96, 0, "report pool leaked=0 undelivered=3");
    assertFalse(report.isGood());
    assertTrue(report.line().contains("lost=1 "), report::line);
  }

  @Test
  void shouldNotTakeAFrameThatWasNeverSentForOneThatWas() {
    SoakReport report = report(100, 100, 2, "report pool leaked=0 undelivered=0");
    assertFalse(report.isGood());
    assertTrue(report.line().endsWith("lost=2 leaked=0 mismatched=2"), report::line);
  }

  @Test
  void shouldBeBadWithFramesMoreThanWereSent() {
    assertFalse(report(100, 101, 0, "report pool leaked=0 undelivered=0").isGood());
  }

  @Test
  void shouldBeBadWithMbufsThatDidNotComeBack() {
    assertFalse(report(100, 100, 0, "report pool leaked=1 undelivered=0").isGood());
  }

  @Test
  void shouldBeBadWithoutAReportOrWithoutTraffic() {
    assertFalse(report(100, 100, 0, "primary: ready").isGood());
    assertFalse(report(0, 0, 0, "report pool leaked=0 undelivered=0").isGood());
  }
}
