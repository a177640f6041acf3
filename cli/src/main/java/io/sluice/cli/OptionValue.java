package io.sluice.cli;

import io.sluice.config.EalOptionException;
import io.sluice.config.EalOptions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Checks the values of commands' options; a wrong one is a wrong call, exit code 2. */
public final class OptionValue {
  private OptionValue() {}

  /**
   * A whole number.
   *
   * @param option its name for the error
   * @param text as given
   * @param min the lowest accepted
   * @param max the highest accepted; {@code Long.MAX_VALUE} for no limit
   * @throws ParameterException in one line that names what is accepted
   */
  public static long number(CommandSpec spec, String option, String text, long min, long max) {
    try {
      long number = Long.parseLong(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, with the option's name.
    }
    throw refused(spec, option + " " + text, range(min, max));
  }

  private static String range(long min, long max) {
    if (max != Long.MAX_VALUE) {
      return min + "-" + max;
    }
    return min == Long.MIN_VALUE ? "whole numbers of 64 bits" : min + " and more";
  }

  /** What a wrong value ends in; {@code accepted} is what would not have been. */
  static ParameterException refused(CommandSpec spec, String wrong, String accepted) {
    return new ParameterException(spec.commandLine(), wrong + "; accepted: " + accepted);
  }

  /** A {@code --file-prefix}, checked as the EAL's: it becomes part of paths. */
  static String filePrefix(CommandSpec spec, String prefix) {
    try {
      return EalOptions.builder().filePrefix(prefix).build().filePrefix();
    } catch (EalOptionException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }
}
