package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds every constant of every {@code *Layout} class against the installed DPDK headers.
 *
 * <p>{@code layout/expectations.txt} says for each constant which C expression it must equal; a
 * constant without one fails the test, so that no layout goes unchecked. Structures of Sluice's own
 * are listed there as {@code own}.
 */
class LayoutTest {
  private static final String OWN = "own";

  @TempDir Path directory;

  /** Key to C expression; a whole class of ours is {@code ClassName.* own}. */
  private static Map<String, String> expectations() {
    return InstalledHeaders.resource("/layout/expectations.txt")
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .map(line -> line.split("\\s+", 2))
        .collect(
            Collectors.toMap(
                words -> words[0],
                words -> words[1],
                (a, b) -> {
                  throw new IllegalStateException("expected twice: " + a + ", " + b);
                },
                LinkedHashMap::new));
  }

  private static Map<String, Long> constantsOfDpdk(Map<String, String> expectations)
      throws IOException {
    Map<String, Long> constants = LayoutClasses.constants();
    constants
        .keySet()
        .removeIf(key -> OWN.equals(expectations.get(key.substring(0, key.indexOf('.')) + ".*")));
    return constants;
  }

  @Test
  void shouldHaveAnExpectationForEveryConstantAndNoneTooMany() throws IOException {
    Map<String, String> expectations = expectations();
    var constants = constantsOfDpdk(expectations).keySet();
    var unchecked = new TreeSet<>(constants);
    unchecked.removeAll(expectations.keySet());
    var stale = new TreeSet<>(expectations.keySet());
    stale.removeIf(key -> expectations.get(key).equals(OWN));
    stale.removeAll(constants);
    assertTrue(
        unchecked.isEmpty() && stale.isEmpty(),
        () -> "no expectation for: " + unchecked + "\nexpectation without constant: " + stale);
  }

  @Test
  void shouldEqualWhatTheCompilerSaysOfTheInstalledHeaders() throws Exception {
    assumeTrue(
        hasInstalledDpdk(), "gcc, pkg-config and libdpdk-dev 22.11 are needed to build the C side");
    Map<String, String> expressions = expectations();
    expressions.values().removeIf(OWN::equals);
    Map<String, Long> actual = constantsOfDpdk(expectations());
    expressions.keySet().retainAll(actual.keySet());
    Map<String, Long> expected = InstalledHeaders.evaluate(directory, expressions);

    List<String> wrong =
        expected.keySet().stream()
            .filter(key -> !expected.get(key).equals(actual.get(key)))
            .map(
                key ->
                    "%s is %d, %s is %d"
                        .formatted(key, actual.get(key), expressions.get(key), expected.get(key)))
            .toList();
    assertEquals(List.of(), wrong);
    assertEquals(expressions.keySet(), expected.keySet());
  }

  private boolean hasInstalledDpdk() throws InterruptedException {
    try {
      InstalledHeaders.run(directory, "gcc", "--version");
      return InstalledHeaders.run(directory, "pkg-config", "--modversion", "libdpdk")
          .startsWith("22.11");
    } catch (IOException e) {
      return false;
    }
  }
}
