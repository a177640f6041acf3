package io.sluice.memzone;

import io.sluice.testing.JavaProcess;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** Processes to die one after the other; the next ones start while one dies. */
final class Victims implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final List<String> FAULTS =
      List.of("-Dsluice.faults=true", "-XX:TieredStopAtLevel=1", "-Xshare:auto");
  private static final int AHEAD = 2;

  private final String[] arguments;
  private final Deque<JavaProcess> started = new ArrayDeque<>();

  Victims(String... arguments) {
    this.arguments = arguments;
  }

  /** One that has attached and waits. */
  JavaProcess next() {
    while (started.size() <= AHEAD) {
      started.add(JavaProcess.start(ZoneVictim.class, FAULTS, arguments));
    }
    JavaProcess victim = started.remove();
    victim.awaitLine("^ready", LIMIT);
    return victim;
  }

  /** Has the next one do something, and die ahead of its nth store; says whether it lived on. */
  boolean run(long nth, String... operation) {
    try (JavaProcess victim = next()) {
      victim.send(nth + " " + String.join(" ", Arrays.asList(operation)));
      return victim.awaitExitOrLine("^done ", LIMIT);
    }
  }

  @Override
  public void close() {
    started.forEach(JavaProcess::close);
  }
}
