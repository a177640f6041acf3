package io.sluice.testing;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A child JVM that runs a main class of the test's class path with Sluice's JVM flags and with
 * checks on. Its output, both streams together, is kept by line. {@link #close} and the end of the
 * test's JVM kill it.
 */
public final class JavaProcess implements AutoCloseable {
  private static final List<String> FLAGS =
      List.of(
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-opens=java.base/java.io=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED");
  private static final List<String> NEWER_FLAGS =
      List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
  private static final int FIRST_WITH_NEWER_FLAGS = 24;

  private final Process process;
  private final BufferedWriter input;
  private final List<String> output = new ArrayList<>();
  private final Thread reader;
  private final Thread killer;
  private int nextLine;

  private JavaProcess(Process process) {
    this.process = process;
    this.input =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    this.reader = new Thread(this::read, "output of " + process.pid());
    this.reader.setDaemon(true);
    this.reader.start();
    this.killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
  }

  /** Starts {@code main} with arguments and no JVM flags but Sluice's own. */
  public static JavaProcess start(Class<?> main, String... arguments) {
    return start(main, List.of(), arguments);
  }

  /** Starts {@code main} with further JVM flags, which come last and so win. */
  public static JavaProcess start(Class<?> main, List<String> jvmFlags, String... arguments) {
    return start(List.of(), main, jvmFlags, arguments);
  }

  /** Starts it behind a command, such as {@code ip netns exec NAME} or {@code setpriv …}. */
  public static JavaProcess start(
      List<String> behind, Class<?> main, List<String> jvmFlags, String... arguments) {
    List<String> command = new ArrayList<>(behind);
    command.addAll(command(main, jvmFlags, arguments));
    return startCommand(command);
  }

  /** Starts a program that is no JVM, to be talked to and watched in the same way. */
  public static JavaProcess startCommand(List<String> command) {
    try {
      return new JavaProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command, e);
    }
  }

  private static List<String> command(Class<?> main, List<String> jvmFlags, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(flags());
    command.add("-Xmx256m");
    command.add("-XX:+UseSerialGC");
    command.add("-Dsluice.checks=true");
    command.add("-cp");
    command.add(classPath());
    command.addAll(jvmFlags);
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  /** The JVM flags that Sluice needs on this JDK. */
  static List<String> flags() {
    List<String> flags = new ArrayList<>(FLAGS);
    if (Runtime.version().feature() >= FIRST_WITH_NEWER_FLAGS) {
      flags.addAll(NEWER_FLAGS);
    }
    return flags;
  }

  /** The class path of this JVM's tests, which children have too. */
  public static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (output) {
          output.add(line);
        }
      }
    } catch (IOException e) {
      synchronized (output) {
        output.add("[output ended: " + e.getMessage() + "]");
      }
    }
  }

  /** The child's process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it still runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** All lines so far. */
  public List<String> stdout() {
    synchronized (output) {
      return List.copyOf(output);
    }
  }

  /** Types a line. */
  public void send(String line) {
    try {
      input.write(line);
      input.newLine();
      input.flush();
    } catch (IOException e) {
      throw new AssertionError("cannot write to " + describe(), e);
    }
  }

  /**
   * Waits for a line in which {@code regex} is found, after the lines that earlier calls went past.
   *
   * @return the match, on the line found
   * @throws AssertionError with the child's output and stacks when the limit has passed or it ended
   */
  public Matcher awaitLine(String regex, Duration limit) {
    Pattern pattern = Pattern.compile(regex);
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      boolean ended = !reader.isAlive();
      synchronized (output) {
        while (nextLine < output.size()) {
          Matcher matcher = pattern.matcher(output.get(nextLine++));
          if (matcher.find()) {
            return matcher;
          }
        }
      }
      if (ended) {
        throw new AssertionError("ended before a line with '" + regex + "': " + describe());
      }
      if (System.nanoTime() > deadline) {
        throw timeOut("no line with '" + regex + "' within " + limit);
      }
      Await.pause();
    }
  }

  /**
   * Waits for a line as {@link #awaitLine} or for the process's end, whichever comes first.
   *
   * @return whether it was the line
   */
  public boolean awaitExitOrLine(String regex, Duration limit) {
    Pattern pattern = Pattern.compile(regex);
    boolean[] found = {false};
    Await.until(
        "a line with '" + regex + "', or the end",
        limit,
        () -> {
          boolean ended = !reader.isAlive();
          synchronized (output) {
            while (!found[0] && nextLine < output.size()) {
              found[0] = pattern.matcher(output.get(nextLine++)).find();
            }
          }
          return ended || found[0];
        },
        this::describe);
    return found[0];
  }

  /**
   * Waits for its end and returns the exit code; a child that was killed by a signal gives 128+n.
   */
  public int awaitExit(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw timeOut("still running after " + limit);
      }
      reader.join();
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private AssertionError timeOut(String what) {
    signal("QUIT");
    try {
      process.waitFor(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new AssertionError(what + ": " + describe());
  }

  /** Sends a signal by name, as kill(1) takes it. */
  public void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Stops it, if it has one thread, somewhere in its own code: where it is caught in a system call
   * it goes on for another try.
   */
  public void stopInItsOwnCode(Duration limit) {
    signal("STOP");
    Await.until(
        "it is stopped, and in no system call",
        limit,
        () -> {
          boolean stopped = ofProc("stat").contains(") T ");
          boolean inCall = stopped && !ofProc("syscall").startsWith("-");
          if (inCall) {
            signal("CONT");
            signal("STOP");
          }
          return stopped && !inCall;
        },
        this::describe);
  }

  private String ofProc(String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid()), file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills it with SIGKILL and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String describe() {
    return "process " + process.pid() + " printed:\n" + String.join("\n", stdout());
  }

  @Override
  public void close() {
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException e) {
      // The JVM is going down, and the hook is about to find the child dead.
      return;
    }
  }
}
