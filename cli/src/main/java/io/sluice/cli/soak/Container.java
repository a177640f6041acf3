package io.sluice.cli.soak;

import io.sluice.cli.processes.Child;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A process of Sluice in a container of its own, with no capability but those that it is given; its
 * output comes as a child's does.
 */
final class Container implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final String name;
  private final Child child;

  /**
   * Starts it.
   *
   * @param name unique on the machine; ends with a dash and what it is
   * @param image what it is made of
   * @param options of {@code docker run}, besides
   * @param arguments of the command in it
   */
  Container(String name, Image image, List<String> options, List<String> arguments) {
    this.name = name;
    List<String> words = new ArrayList<>(List.of("--name", name, "--rm", "--log-driver", "none"));
    words.addAll(List.of("--cap-drop", "ALL", "--security-opt", "no-new-privileges"));
    words.addAll(image.options());
    words.addAll(options);
    words.add(image.name());
    words.addAll(arguments);
    child = new Child(name.substring(name.lastIndexOf('-') + 1), Engine.words("run", words));
  }

  /** Waits until it has printed a line that begins so. */
  void awaitLine(String start, BooleanSupplier cancelled) {
    child.awaitLine(start, START_LIMIT, cancelled);
  }

  String name() {
    return name;
  }

  Child child() {
    return child;
  }

  /** Ends it by a signal of that name and gives its exit code. */
  int end(String signal) {
    Engine.signal(name, signal);
    child.awaitEnd();
    return child.exitCode();
  }

  @Override
  public void close() {
    Engine.remove(name);
    child.awaitEnd();
  }
}
