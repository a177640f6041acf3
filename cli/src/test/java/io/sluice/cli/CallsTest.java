package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How commands are called: help, completion, and what a wrong call ends in. */
class CallsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static List<String> run(int code, String... arguments) {
    try (JavaProcess process = CliProcess.start(arguments)) {
      assertEquals(code, process.awaitExit(LIMIT), () -> String.join("\n", process.stdout()));
      return process.stdout();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "demo --frames 0 | demo | --frames 0; accepted: 1 and more",
        "demo --frames x | demo | --frames x; accepted: 1 and more",
        "demo --workers 99 | demo | --workers 99; accepted: 1-16",
        "demo --workers two | demo | --workers two; accepted: 1-16",
        "chaos --kills 1000001 | chaos | --kills 1000001; accepted: 0-1000000",
        "chaos --kills 1e3 | chaos | --kills 1e3; accepted: 0-1000000",
        "chaos --seed 1.5 | chaos | --seed 1.5; accepted: whole numbers of 64 bits",
        "soak --minutes 0 | soak | --minutes 0; accepted: 1-100000",
        "soak --workers 17 | soak | --workers 17; accepted: 1-16",
        "setup --pages 0 | setup | --pages 0; accepted: 1 and more",
        "setup --pages all | setup | --pages all; accepted: 1 and more",
        "setup --page-size 3M | setup | --page-size 3M; accepted: 2M and 1G",
        "memseg show first | memseg show | LIST first; accepted: 0-2147483647",
        "memseg show -- -1 | memseg show | LIST -1; accepted: 0-2147483647"
      })
  void shouldRefuseAValueInOneLineWithWhatIsAccepted(String call, String command, String message) {
    List<String> output = run(2, call.split(" "));
    assertEquals(
        List.of("sluice " + command + ": " + message + "; see sluice " + command + " --help"),
        output);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ps",
        "clean",
        "audit",
        "ring list",
        "ring show r",
        "mempool list",
        "mempool show p",
        "memzone list",
        "memzone show z",
        "memseg list",
        "memseg show 0",
        "port list",
        "port show 0"
      })
  void shouldRefuseAFilePrefixThatIsNone(String command) {
    String[] words = (command + " --file-prefix a/b").split(" ");
    List<String> output = run(2, words);
    assertEquals(1, output.size(), output::toString);
    assertTrue(
        output
            .get(0)
            .matches(
                "sluice [a-z ]+: --file-prefix 'a/b': accepted are 1 to 50 letters, digits,"
                    + " '.', '-' and '_' .*; see sluice [a-z ]+ --help"),
        output::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"none", "ring", "ring show", "ps --none", "demo --frames", "doctor --json=x"})
  void shouldRefuseACallThatIsNone(String call) {
    List<String> output = run(2, call.split(" "));
    assertEquals(1, output.size(), output::toString);
    assertTrue(output.get(0).matches("sluice.*; see sluice.* --help"), output::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "chaos",
        "soak",
        "primary",
        "secondary",
        "sample",
        "ps",
        "ring",
        "ring show",
        "mempool",
        "memzone",
        "memseg",
        "port",
        "audit",
        "clean",
        "setup",
        "doctor"
      })
  void shouldHaveHelpForEveryCommand(String command) {
    List<String> help = run(0, (command + " --help").split(" "));
    assertTrue(help.get(0).startsWith("Usage: sluice " + command), help::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "primary --no-huge --help, primary",
    "primary --no-huge -m 64 -h -- --workers 1, primary",
    "secondary worker --help, secondary",
    "secondary worker --file-prefix x -h, secondary",
    "secondary no.such.Class --help, secondary"
  })
  void shouldShowACommandsHelpBehindItsEalOptionsToo(String call, String command) {
    List<String> help = run(0, call.split(" "));
    assertTrue(help.get(0).startsWith("Usage: sluice " + command), help::toString);
  }

  @Test
  void shouldTellOfThePrimarysOwnOptionsAndOfWhatOnlyTheLauncherKnows() {
    String primary = String.join("\n", run(0, "primary", "--help"));
    for (String option : List.of("--workers", "--ring-size", "--mbufs", "--idle")) {
      assertTrue(primary.contains("\n      " + option + "="), primary);
    }
    String all = String.join("\n", run(0, "--help"));
    assertTrue(all.matches("(?s).*\n  test  +Runs every test.*"), all);
    assertEquals(all, String.join("\n", run(0)));
  }

  @Test
  void shouldLeaveToTheProgramWhatIsBehindTheDashes() {
    List<String> output = run(1, "primary", "--no-huge", "--", "--help");
    assertTrue(
        output.get(0).startsWith("sluice: behind --: Unknown option: '--help'; accepted: "),
        output::toString);
  }

  @Test
  @RequiresCommand("bash")
  void shouldCompleteCommandsInBash(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path script = Files.write(directory.resolve("completion"), run(0, "completion"));
    String check =
        "set -e; source <(cat \"$1\"); complete -p sluice;"
            + " COMP_LINE='sluice memz' COMP_WORDS=(sluice memz) COMP_CWORD=1;"
            + " _complete_sluice; echo \"${COMPREPLY[*]}\"";
    Path output = directory.resolve("output");
    Process bash =
        new ProcessBuilder("bash", "--norc", "-c", check, "bash", script.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(bash.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS), "bash does not end");
      assertEquals(
          List.of("complete -o default -F _complete_sluice sluice", "memzone"),
          Files.readAllLines(output, StandardCharsets.UTF_8));
      assertEquals(0, bash.exitValue());
    } finally {
      bash.destroyForcibly();
    }
  }
}
