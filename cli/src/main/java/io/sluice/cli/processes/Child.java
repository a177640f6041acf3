package io.sluice.cli.processes;

import io.sluice.cli.CommandFailure;
import io.sluice.platform.Processes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A JVM that a command has started, with this JVM's flags and class path; keeps what it prints. For
 * one thread; {@link #close} ends it in order if it runs. Its main class must {@link
 * ParentWatch#start watch} whether this JVM still lives.
 */
public final class Child implements AutoCloseable {
  private static final Duration END_LIMIT = Duration.ofSeconds(15);
  private static final long POLL_NANOS = 5_000_000;
  private static final int LINES_SHOWN = 12;
  private static final int FIRST_SIGNAL = 128;

  /** A session of its own: Ctrl-C is for the command, which then ends its children in order. */
  private static final List<String> OWN_SESSION = List.of("setsid");

  private final String name;
  private final Process process;
  private final Writer input;
  private final List<String> lines = new ArrayList<>();
  private final Thread reader;

  /** Starts {@code mainClass} behind the words of {@code launcher}, which must exec it. */
  public Child(String name, List<String> launcher, Class<?> mainClass, List<String> arguments) {
    this(name, launcher, List.of(), mainClass, arguments);
  }

  /** As the other, with further flags for the JVM. */
  public Child(
      String name,
      List<String> launcher,
      List<String> flags,
      Class<?> mainClass,
      List<String> arguments) {
    this(name, command(launcher, flags, mainClass, arguments));
  }

  /** Starts what is no JVM: a program with its arguments, which watches for nothing. */
  public Child(String name, List<String> program) {
    this.name = name;
    List<String> command = new ArrayList<>(OWN_SESSION);
    command.addAll(program);
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    input = process.outputWriter(StandardCharsets.UTF_8);
    reader = new Thread(this::read, "output of " + name);
    reader.setDaemon(true);
    reader.start();
  }

  private static List<String> command(
      List<String> launcher, List<String> flags, Class<?> mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>(launcher);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(flags);
    command.add(ParentWatch.flag());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass.getName()));
    command.addAll(arguments);
    return command;
  }

  private void read() {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        synchronized (lines) {
          lines.add(line);
        }
      }
    } catch (IOException e) {
      synchronized (lines) {
        lines.add("[output ended: " + e.getMessage() + "]");
      }
    }
  }

  /** All that it has printed so far. */
  public List<String> lines() {
    synchronized (lines) {
      return new ArrayList<>(lines);
    }
  }

  /** Whether it runs; a stopped one does. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Its process id. */
  public int pid() {
    return (int) process.pid();
  }

  /** Its exit code, 128+n after a signal; only once it runs no more. */
  public int exitCode() {
    return process.exitValue();
  }

  /** Sends a signal by its number; one that has ended meanwhile does not mind. */
  public void signal(int signal) {
    if (process.isAlive()) {
      Processes.signal(pid(), signal);
    }
  }

  /** Waits for a line that begins so; fails if the process ends or the limit passes before. */
  public void awaitLine(String start, Duration limit, BooleanSupplier cancelled) {
    awaitLines(start, 1, limit, cancelled);
  }

  /** Waits for so many lines that begin so; fails as {@link #awaitLine}. */
  public void awaitLines(String start, int count, Duration limit, BooleanSupplier cancelled) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (lines().stream().filter(line -> line.startsWith(start)).count() < count) {
      if (cancelled.getAsBoolean()) {
        throw new CommandFailure("interrupted");
      }
      if (!reader.isAlive() || System.nanoTime() - deadline > 0) {
        throw new CommandFailure("the " + name + " did not start:\n" + tail());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** The last line that begins so, or null. */
  public String last(String start) {
    return said().last(start);
  }

  /** All that it has printed so far, to be searched. */
  public Said said() {
    return new Said(lines());
  }

  /** Its last lines, for an error. */
  public String tail() {
    List<String> all = lines();
    return String.join("\n", all.subList(Math.max(0, all.size() - LINES_SHOWN), all.size()));
  }

  /** Types a line, which it must be there to read. */
  public void send(String line) {
    if (!tell(line)) {
      throw new CommandFailure("the " + name + " has gone:\n" + tail());
    }
  }

  /** Types a line if it is still there. */
  public boolean tell(String line) {
    try {
      input.write(line + "\n");
      input.flush();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Its name, with the number that a worker has been given, and its pid. */
  public String describe() {
    String ready = last(name + " ");
    int colon = ready == null ? -1 : ready.indexOf(':');
    return (colon < 0 ? name : ready.substring(0, colon)) + " (pid " + process.pid() + ")";
  }

  /** How it has ended, for an error; with its last words if it was not killed. */
  public String end() {
    awaitEnd();
    int code = process.exitValue();
    return code > FIRST_SIGNAL
        ? describe() + " ended early, by signal " + (code - FIRST_SIGNAL)
        : describe() + " ended early, with exit code " + code + ":\n" + tail();
  }

  /** Waits until it has ended by itself; fails if the limit passes before. */
  public void awaitEnd(Duration limit, BooleanSupplier cancelled) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (reader.isAlive()) {
      if (cancelled.getAsBoolean()) {
        throw new CommandFailure("interrupted");
      }
      if (System.nanoTime() - deadline > 0) {
        throw new CommandFailure(
            "the " + name + " has not ended within " + limit.toSeconds() + " s:\n" + tail());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    awaitEnd();
  }

  /** Asks it to end with SIGTERM. */
  public void askToEnd() {
    // Not Process.destroy, which closes the stream that the last words come through.
    process.toHandle().destroy();
  }

  /** Asks it to end with SIGTERM and waits; false if it had to be killed. */
  public boolean stop() {
    askToEnd();
    return awaitEnd();
  }

  /** Waits until it has ended and all its output is here; kills it when the limit passes. */
  public boolean awaitEnd() {
    try {
      boolean ended = process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.destroyForcibly();
        process.waitFor();
      }
      reader.join(END_LIMIT.toMillis());
      return ended;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      return false;
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      stop();
    }
  }
}
