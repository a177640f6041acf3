package io.sluice.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cli.SluiceCommand;
import io.sluice.testing.JavaProcess;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How {@code sluice sample} is called, and what a wrong name ends in. */
class SampleCommandTest {
  @ParameterizedTest
  @CsvSource({
    "simple_mp --help, simple_mp [EAL options]",
    "hotplug_mp -h, hotplug_mp [EAL options]",
    "l2fwd -l 0 --help, l2fwd [EAL options] -- -p PORTMASK",
    "l3fwd --no-huge -h -- -p 1, l3fwd [EAL options] -- -p PORTMASK",
    "symmetric_mp --help, symmetric_mp [EAL options] -- -p PORTMASK",
    "client_server_mp server --help, client_server_mp (server | client) [EAL options] --"
  })
  void shouldShowHowASampleIsCalledAndWhatItShows(String call, String usage) {
    String[] arguments = ("sample " + call).split(" ");
    try (JavaProcess process = JavaProcess.start(SluiceCommand.class, List.of(), arguments)) {
      assertEquals(0, process.awaitExit(SampleProcesses.LIMIT));
      List<String> output = process.stdout();
      assertEquals(2, output.size(), output::toString);
      assertTrue(output.get(0).startsWith("Usage: sluice sample " + usage), output::toString);
    }
  }

  @Test
  void shouldNameTheSamplesWhereThereIsNoneOfThatName() {
    try (JavaProcess process = JavaProcess.start(SluiceCommand.class, "sample", "none")) {
      assertEquals(2, process.awaitExit(SampleProcesses.LIMIT));
      assertEquals(
          List.of(
              "sluice sample: no sample 'none'; accepted: client_server_mp, hotplug_mp, l2fwd,"
                  + " l3fwd, simple_mp, symmetric_mp; see sluice sample --help"),
          process.stdout());
    }
  }
}
