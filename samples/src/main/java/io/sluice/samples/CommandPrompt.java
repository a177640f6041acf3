package io.sluice.samples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.TerminalBuilder;

/**
 * A prompt with commands of one word and at most one argument, as DPDK's cmdline library: line
 * editing and completion on a terminal, echo of what is read from a pipe, {@code ?} for the list.
 */
public final class CommandPrompt {
  private record Command(String argument, String help, Consumer<String> action) {}

  private final String prompt;
  private final Map<String, Command> commands = new LinkedHashMap<>();
  private boolean over;

  /** Makes a prompt that reads standard input. */
  public CommandPrompt(String prompt) {
    this.prompt = prompt;
  }

  /** Adds a command that takes no argument. */
  public CommandPrompt command(String name, String help, Runnable action) {
    commands.put(name, new Command(null, help, unused -> action.run()));
    return this;
  }

  /** Adds a command that takes one argument. */
  public CommandPrompt command(String name, String argument, String help, Consumer<String> action) {
    commands.put(name, new Command(argument, help, action));
    return this;
  }

  /** Ends {@link #interact} after the command that calls this. */
  public void quit() {
    over = true;
  }

  /** Reads and runs commands until one of them quits or the input ends. */
  public void interact() {
    try {
      if (isTerminal()) {
        interactOnTerminal();
      } else {
        interactOnPipe();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isTerminal() throws IOException {
    String target = Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString();
    return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
  }

  private void interactOnTerminal() throws IOException {
    try (var terminal = TerminalBuilder.builder().system(true).build()) {
      LineReader reader =
          LineReaderBuilder.builder()
              .terminal(terminal)
              .completer(new StringsCompleter(commands.keySet()))
              .build();
      while (!over) {
        run(reader.readLine(prompt));
      }
    } catch (EndOfFileException | UserInterruptException e) {
      over = true;
    }
  }

  private void interactOnPipe() throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (!over) {
      System.out.print(prompt);
      System.out.flush();
      String line = in.readLine();
      if (line == null) {
        return;
      }
      System.out.println(line);
      run(line);
      System.out.flush();
    }
  }

  private void run(String line) {
    String[] words = line.strip().split("\\s+");
    if (words[0].isEmpty()) {
      return;
    }
    if (words[0].equals("?")) {
      commands.forEach(
          (name, command) -> System.out.println(" " + name + " [Fixed STRING]: " + command.help));
      return;
    }
    Command command = commands.get(words[0]);
    if (command == null) {
      System.out.println("Command not found");
    } else if (words.length != (command.argument == null ? 1 : 2)) {
      System.out.println("Bad arguments");
    } else {
      command.action.accept(words.length == 2 ? words[1] : null);
    }
  }
}
