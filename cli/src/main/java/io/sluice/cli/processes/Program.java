package io.sluice.cli.processes;

import io.sluice.cli.CommandFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A program that a command runs to its end for what it does or says. */
public final class Program {
  private Program() {}

  /**
   * Runs it, in a session of its own, or Ctrl-C would end it half-way.
   *
   * @param words the program and its arguments
   * @param cure what to do if there is no such program
   * @return all that it said
   * @throws CommandFailure if it cannot be run, or says by its exit code that it failed
   */
  public static String run(List<String> words, String cure) {
    List<String> all = new ArrayList<>(List.of("setsid", "-w"));
    all.addAll(words);
    String command = String.join(" ", words);
    try {
      Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      said = said.strip();
      if (process.waitFor() != 0) {
        throw new CommandFailure(command + ": " + said.replace('\n', ' '));
      }
      return said;
    } catch (IOException e) {
      throw new CommandFailure(
          "cannot run '" + command + "'; " + cure + " (" + e.getMessage() + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("interrupted");
    }
  }
}
