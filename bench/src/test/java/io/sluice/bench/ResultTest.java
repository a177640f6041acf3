package io.sluice.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringReader;
import java.util.Collections;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** What is made of measured times. */
class ResultTest {
  private static final Machine MACHINE = new Machine("test", 2, 2.0, "Linux", "17", "22.11");

  private static Row row(String name, double goal, Side other, double ours, double theirs) {
    Series reference = theirs == 0 ? null : series(theirs);
    return new Row(name, goal, series(ours), 0, reference, other);
  }

  private static Series series(Double... nanos) {
    return new Series(List.of(nanos), Collections.nCopies(nanos.length, Double.NaN));
  }

  private static List<Row> rows() {
    return List.of(
        row("fast 8", 1.0, Side.c(), 1.0, 4.0),
        row("slow 1", 1.3, Side.c(), 5.0, 4.0),
        row("slower 8", 1.0, Side.c(), 6.0, 4.0),
        row("cost 8", 1.1, Side.java(), 9.0, 1.0),
        row("alone 8", 1.0, Side.c(), 3.0, 0));
  }

  @Test
  void shouldTakeTheMiddleAndTheWholeRangeOfTheRounds() {
    Series series = series(5.0, 1.0, 2.0);
    assertEquals(2.0, series.median());
    assertEquals(2.0, series.spread());
    assertEquals(3.0, series(4.0, 2.0).median());
  }

  @Test
  void shouldCompareWhatWasMeasuredInTheSameRound() {
    Series ours = series(1.0, 2.0, 30.0);
    Series other = series(2.0, 4.0, 60.0);
    assertEquals(0.5, new Row("drifting 8", 1.0, ours, 0, other, Side.c()).ratio());
  }

  @Test
  void shouldCountOnlyRowsAgainstCInTheSummary() {
    assertEquals(
        "bench: rows=3 at_or_ahead_of_C=1 worst=1.50 (slower 8)", ResultTable.summary(rows()));
    assertEquals(
        "bench: rows=0 at_or_ahead_of_C=0 worst=- (nothing against C)",
        ResultTable.summary(rows().subList(4, 5)));
  }

  @Test
  void shouldSayWhetherAnythingWasAllocated() {
    assertEquals("bench: not one byte allocated in 5 rows", ResultTable.allocation(rows()));
    Row wasteful = new Row("fat 1", 1.0, series(1.0), 16, null, Side.c());
    assertEquals(
        "bench: allocated in 1 of 1 rows: [fat 1]", ResultTable.allocation(List.of(wasteful)));
    assertTrue(ResultTable.of(List.of(wasteful)).contains(" 16.00 "));
  }

  @Test
  void shouldSayWhichGoalsWereMissed() {
    List<String> lines = ResultTable.of(rows()).lines().toList();
    assertEquals(
        "fast 8    1.00       0%      0      C      4.00  0%      -           0.25   1.00",
        lines.get(1));
    assertTrue(lines.get(2).endsWith("1.25   1.30"), lines.get(2));
    assertTrue(lines.get(3).endsWith("1.50   1.00 missed"), lines.get(3));
    assertTrue(lines.get(4).endsWith("9.00   1.10 missed"), lines.get(4));
    assertTrue(lines.get(5).endsWith("-           -      1.00"), lines.get(5));
  }

  @Test
  void shouldWriteEveryRowAsJson() throws IOException {
    JsonNode result = new ObjectMapper().readTree(JsonResult.of(rows(), MACHINE, 1));
    assertEquals(5, result.get("rows").size());
    assertEquals(0.25, result.get("rows").get(0).get("ratio").asDouble());
    assertEquals("Java", result.get("rows").get(3).get("other").asText());
    assertFalse(result.get("rows").get(4).has("ratio"));
    assertEquals("test", result.get("machine").get("cpu").asText());
  }

  @Test
  void shouldDrawABarForEachComparison() throws Exception {
    Document picture =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(RatioPicture.of(rows()))));
    // One is the ground.
    assertEquals(1 + 4, picture.getElementsByTagName("rect").getLength());
  }

  @Test
  void shouldGiveCyclesOfTheMachineOnThePage() {
    String page = ResultPage.of(rows(), MACHINE, 1, null);
    assertTrue(page.contains("| fast 8 | 1.00 | 2.0 | 0% | C | 4.00 |"), page);
    assertTrue(page.contains("2 CPUs of test, TSC 2.00 GHz"), page);
  }
}
