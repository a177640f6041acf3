package io.sluice.testing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Child JVMs to die one after the other at a store of theirs; the next ones start while one dies.
 * Each prints {@code ready} once it has attached, reads one order, and prints {@code done} if it
 * lives on. For one thread.
 */
public final class Victims implements AutoCloseable {
  /** How many there are at once. */
  public static final int AT_ONCE = 3;

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final List<String> FAULTS =
      List.of("-Dsluice.faults=true", "-XX:TieredStopAtLevel=1", "-Xshare:auto");

  private final Class<?> main;
  private final IntFunction<String[]> arguments;
  private final Deque<JavaProcess> waiting = new ArrayDeque<>();
  private int started;

  /** All with the same arguments. */
  public Victims(Class<?> main, String... arguments) {
    this(main, index -> arguments);
  }

  /**
   * Starts none yet.
   *
   * @param arguments of the one of an index, counted from 0
   */
  public Victims(Class<?> main, IntFunction<String[]> arguments) {
    this.main = main;
    this.arguments = arguments;
  }

  /** One that has attached and waits. */
  public JavaProcess next() {
    while (waiting.size() < AT_ONCE) {
      waiting.add(JavaProcess.start(main, FAULTS, arguments.apply(started++)));
    }
    JavaProcess victim = waiting.remove();
    victim.awaitLine("^ready", LIMIT);
    return victim;
  }

  /** Gives the next one an order, at which it may die; says whether it lived on. */
  public boolean run(String order) {
    try (JavaProcess victim = next()) {
      victim.send(order);
      return victim.awaitExitOrLine("^done", LIMIT);
    }
  }

  /** As {@link #run(String)}, the order being a number and words. */
  public boolean run(long nth, String... operation) {
    return run(nth + " " + String.join(" ", operation));
  }

  @Override
  public void close() {
    waiting.forEach(JavaProcess::close);
  }
}
