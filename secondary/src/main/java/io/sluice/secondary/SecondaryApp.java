package io.sluice.secondary;

/**
 * What a user writes to run inside a secondary process: {@code sluice secondary CLASS} makes one
 * object of the class, which needs a public constructor without arguments, and calls {@link #run}
 * once, on the main thread.
 */
public interface SecondaryApp {
  /**
   * Does the work; returning ends the process with exit code 0. Should return soon after {@link
   * Secondary#isStopRequested} has become true, and give back every mbuf it holds before. Launch
   * work on {@link Secondary#lcores} to be pinned and to have mempool caches.
   *
   * @param arguments what follows {@code --} on the command line
   * @throws Exception ends the process with exit code 1 and the exception's message
   */
  void run(Secondary secondary, String[] arguments) throws Exception;
}
