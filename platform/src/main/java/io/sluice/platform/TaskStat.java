package io.sluice.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The {@code stat} of a process or of one of its threads, as it was when read. Source: proc(5). */
public final class TaskStat {
  private static final int STATE = 3;
  private static final int THREADS = 20;
  private static final int START_TIME = 22;

  private final String[] fields;

  private TaskStat(String line) {
    // The second field is the command in parentheses, which may hold blanks and parentheses.
    fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
  }

  /**
   * Reads it.
   *
   * @param task {@code /proc/pid} or {@code /proc/pid/task/tid}
   * @throws java.nio.file.NoSuchFileException if it is there no more
   */
  public static TaskStat of(Path task) throws IOException {
    return new TaskStat(Files.readString(task.resolve("stat"), StandardCharsets.ISO_8859_1));
  }

  private String field(int number) {
    return fields[number - STATE];
  }

  /** Whether it runs no more code, and is there only to be waited for. */
  public boolean hasEnded() {
    String state = field(STATE);
    return state.equals("Z") || state.equals("X");
  }

  /** When it started, in clock ticks since boot. */
  public long startTime() {
    return Long.parseLong(field(START_TIME));
  }

  /** How many threads its process has. */
  public int threads() {
    return Integer.parseInt(field(THREADS));
  }
}
