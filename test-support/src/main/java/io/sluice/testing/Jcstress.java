package io.sluice.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.openjdk.jcstress.Main;

/** Runs the jcstress tests of a package, in JVMs of their own. */
public final class Jcstress {
  private static final Duration LIMIT = Duration.ofMinutes(8);
  private static final Pattern RESULT =
      Pattern.compile("Results: (\\d+) planned; \\1 passed, 0 failed, 0 soft errs, 0 hard errs");

  private Jcstress() {}

  /**
   * Fails with what jcstress printed if an outcome was seen that is forbidden, or none at all.
   *
   * @param tests beginning of the tests' class names
   * @param results directory for its reports
   */
  public static void assertNoForbiddenOutcome(String tests, Path results) {
    String[] arguments = {
      "-t",
      Pattern.quote(tests),
      "-r",
      results.toString(),
      "-m",
      "quick",
      "-f",
      "1",
      "-sc",
      "false",
      "-iters",
      "2",
      "-time",
      "100",
      "-strideSize",
      "32",
      "-strideCount",
      "4",
      "-hs",
      "256",
      "-jvmArgs",
      String.join(" ", JavaProcess.flags())
    };
    // It writes to the directory that it is in, too.
    List<String> inResults = List.of("env", "-C", results.toString());
    try (JavaProcess process = JavaProcess.start(inResults, Main.class, List.of(), arguments)) {
      int exit = process.awaitExit(LIMIT);
      String output = String.join("\n", process.stdout());
      assertEquals(0, exit, output);
      assertTrue(RESULT.matcher(output).find(), output);
    }
  }
}
