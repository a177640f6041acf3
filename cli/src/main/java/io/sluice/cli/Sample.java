package io.sluice.cli;

/**
 * A program that {@code sluice sample NAME} runs. Implementations are found by {@link
 * java.util.ServiceLoader} and need a public constructor without arguments.
 */
public interface Sample {
  /** The name on the command line, such as {@code l2fwd}. */
  String name();

  /** One line for the list of samples. */
  String summary();

  /** How it is called, in one line: the name, EAL options, then {@code --} and its own. */
  String usage();

  /**
   * Runs to the end.
   *
   * @param args EAL options, then {@code --} and the sample's own
   * @return the exit code of the process
   */
  int run(String[] args);
}
