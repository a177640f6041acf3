package io.sluice.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.ProcType;
import io.sluice.testing.JavaProcess;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimpleMpTest {
  @Test
  void shouldPassWhatIsTypedBetweenTwoProcessesBothWays() {
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess primary = processes.primary("simple_mp", "-l 0,1", "");
      primary.awaitLine("Starting core 1", SampleProcesses.LIMIT);
      JavaProcess secondary = processes.secondary("simple_mp", "--lcores 2@0,3@0", "");
      secondary.awaitLine("Starting core 3", SampleProcesses.LIMIT);

      primary.send("send hello_secondary");
      secondary.awaitLine("core 3: Received 'hello_secondary'$", SampleProcesses.LIMIT);
      secondary.send("send hello_primary");
      primary.awaitLine("core 1: Received 'hello_primary'$", SampleProcesses.LIMIT);

      secondary.send("quit");
      assertEquals(0, secondary.awaitExit(SampleProcesses.LIMIT));
      primary.send("quit");
      assertEquals(0, primary.awaitExit(SampleProcesses.LIMIT));
    }
  }

  @Test
  void shouldMakeTheFirstPrimaryAndTheSecondSecondaryWhereTheTypeIsAuto() {
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess first = processes.auto("simple_mp", "--no-huge -m 64 --lcores 0@0,1@0");
      first.awaitLine("Starting core 1", SampleProcesses.LIMIT);
      JavaProcess second = processes.auto("simple_mp", "--no-huge --lcores 2@0,3@0");
      second.awaitLine("Starting core 3", SampleProcesses.LIMIT);
      assertEquals(List.of((int) first.pid()), processes.pids(ProcType.PRIMARY));
      assertEquals(List.of((int) second.pid()), processes.pids(ProcType.SECONDARY));

      first.send("send to_the_second");
      second.awaitLine("core 3: Received 'to_the_second'$", SampleProcesses.LIMIT);
      second.send("send to_the_first");
      first.awaitLine("core 1: Received 'to_the_first'$", SampleProcesses.LIMIT);

      second.send("quit");
      assertEquals(0, second.awaitExit(SampleProcesses.LIMIT));
      first.send("quit");
      assertEquals(0, first.awaitExit(SampleProcesses.LIMIT));
    }
  }

  @Test
  void shouldAnswerEachCommandAsDpdksPromptDoes() {
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess primary = processes.primary("simple_mp", "-l 0,1", "");
      primary.awaitLine("Starting core 1", SampleProcesses.LIMIT);
      for (String line : List.of("help", "send", "send two words", "list", "?", "", "quit")) {
        primary.send(line);
      }
      assertEquals(0, primary.awaitExit(SampleProcesses.LIMIT));
      String output = String.join("\n", primary.stdout());
      assertTrue(
          output.contains(
              """
              help
              Simple demo example of multi-process in RTE

              This is a readline-like interface that can be used to
              send commands to the simple app. Commands supported are:

              - send [string]
              - help
              - quit


              simple_mp > send
              Bad arguments

              simple_mp > send two words
              Bad arguments

              simple_mp > list
              Command not found

              simple_mp > ?
               send [Fixed STRING]: send a string to another process
               quit [Fixed STRING]: close the application
               help [Fixed STRING]: show help

              simple_mp >\s

              simple_mp > quit"""),
          output);
    }
  }

  @Test
  void shouldDiscardAMessageWhenTheRingIsFull() {
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess primary = processes.primary("simple_mp", "-l 0,1", "");
      primary.awaitLine("Starting core 1", SampleProcesses.LIMIT);
      // A ring of 64 holds 63; nobody reads it.
      for (int i = 0; i < 64; i++) {
        primary.send("send text" + i);
      }
      primary.awaitLine("^Failed to send message - message discarded", SampleProcesses.LIMIT);
      primary.send("quit");
      assertEquals(0, primary.awaitExit(SampleProcesses.LIMIT));
      assertEquals(
          1, primary.stdout().stream().filter(line -> line.contains("message discarded")).count());
    }
  }

  @Test
  void shouldSayWhatIsMissingWhenASecondaryFindsNoPrimary() {
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess secondary = processes.secondary("simple_mp", "-l 0,1", "");
      assertEquals(1, secondary.awaitExit(SampleProcesses.LIMIT));
      assertEquals(1, secondary.stdout().size(), () -> String.join("\n", secondary.stdout()));
    }
  }
}
