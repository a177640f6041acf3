package io.sluice.config;

import io.sluice.platform.TaskStat;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A thread of a process of stock DPDK, watched from outside until it is certain that it has left
 * the ring code that it may have been in when this was made. Of a thread that is stopped, frozen,
 * preempted or waiting for a page nothing is. Source: proc(5), {@code task_current_syscall}.
 */
final class StockThread {
  /** Far longer than any claim is open: time to copy 100 MB and more. */
  private static final long CLAIM_NANOS = 20_000_000;

  private final Path task;
  private final long startTime;
  private long runNanos;

  /** Whether the kernel has added to {@link #runNanos} since this was made. */
  private boolean counted;

  private StockThread(Path task) throws IOException {
    this.task = task;
    this.startTime = TaskStat.of(task).startTime();
    this.runNanos = runNanos();
  }

  /**
   * The threads that a process has at one moment.
   *
   * @param process in {@code /proc}
   * @throws IOException if not all of them can be looked at, or one ended meanwhile
   */
  static List<StockThread> allOf(Path process) throws IOException {
    List<Path> tasks = new ArrayList<>();
    try (DirectoryStream<Path> listed = Files.newDirectoryStream(process.resolve("task"))) {
      listed.forEach(tasks::add);
    }
    List<StockThread> threads = new ArrayList<>();
    for (Path each : tasks) {
      threads.add(new StockThread(each));
    }
    // The kernel's list of threads may end early where one of them ends.
    if (TaskStat.of(process).threads() != threads.size()) {
      throw new IOException(process + " began or ended threads");
    }
    return threads;
  }

  /** Whether it has been outside of ring code since. */
  boolean isOut() {
    return hasEnded() || isInSystemCall() || hasRun();
  }

  private boolean hasEnded() {
    try {
      TaskStat stat = TaskStat.of(task);
      return stat.hasEnded() || stat.startTime() != startTime;
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Ring code makes no system calls. In place of a call's number there is "running", or -1 for a
   * thread that waits in the kernel without a call.
   */
  private boolean isInSystemCall() {
    try {
      return Files.readString(task.resolve("syscall")).matches("(?s)\\d.*");
    } catch (IOException e) {
      // Not ours to see, though the rest may be.
      return false;
    }
  }

  /**
   * Whether it has run for longer than a claim lasts. The kernel adds up with its ticks, of which a
   * core without (nohz_full) has one a second: what it adds first may be of the time before.
   */
  private boolean hasRun() {
    try {
      long now = runNanos();
      if (!counted && now != runNanos) {
        counted = true;
        runNanos = now;
      }
      return now - runNanos > CLAIM_NANOS;
    } catch (IOException e) {
      return false;
    }
  }

  private long runNanos() throws IOException {
    String schedstat = Files.readString(task.resolve("schedstat"));
    return Long.parseLong(schedstat.substring(0, schedstat.indexOf(' ')));
  }
}
