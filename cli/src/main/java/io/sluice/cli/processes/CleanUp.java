package io.sluice.cli.processes;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a command has to take back of what it made, the last first. For one thread. */
public final class CleanUp implements AutoCloseable {
  private final Deque<Runnable> steps = new ArrayDeque<>();

  /** Has this done ahead of all that was added before. */
  public void add(Runnable step) {
    steps.push(step);
  }

  /** Takes each step once, even if another fails; then throws what the first that failed threw. */
  @Override
  public void close() {
    RuntimeException first = null;
    while (!steps.isEmpty()) {
      try {
        steps.pop().run();
      } catch (RuntimeException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
