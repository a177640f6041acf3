package io.sluice.cli;

import io.sluice.cli.processes.Console;
import io.sluice.primary.StopRequest;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What {@code sluice bench} runs, found by {@link java.util.ServiceLoader}. */
public interface Benchmarks {
  /**
   * What was asked for.
   *
   * @param rows found in the names of the rows to run
   * @param quick fewer rounds and shorter ones
   * @param json file for the results, or null
   * @param picture SVG file for the ratios, or null
   * @param page Markdown file that tells of the run, or null
   */
  record Options(Pattern rows, boolean quick, Path json, Path picture, Path page) {}

  /**
   * Runs them and prints the table and the summary.
   *
   * @throws CommandFailure if a row cannot be run
   */
  void run(Options options, Console console, StopRequest stop);

  /**
   * Has packets go at a steady rate over a worker process for so long, and prints what one took and
   * how often there was a garbage collection.
   *
   * @param histogram file for the distribution, or null
   * @throws CommandFailure if it cannot be run
   */
  void soak(int minutes, Path histogram, Console console, StopRequest stop);

  /**
   * Runs what one thread does under JMH, which prints the results.
   *
   * @param names found in the names of the benchmarks to run
   * @throws CommandFailure if there are none
   */
  void jmh(Pattern names, boolean quick);
}
