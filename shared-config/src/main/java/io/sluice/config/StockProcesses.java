package io.sluice.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The processes of stock DPDK that use this memory. They are in no table and note nothing: a
 * secondary is known by its socket, the primary by its lock on the config.
 */
public final class StockProcesses {
  /** Place in {@code mp_socket_<pid>_<tsc>}; it is the pid of the process's own PID namespace. */
  private static final int PID = 2;

  /** {@code Num RefCount Protocol Flags Type St Inode Path}, as {@code unix_seq_show} writes it. */
  private static final Pattern SOCKET = Pattern.compile("(?:\\S+\\s+){6}(\\d+) (.*)");

  private final RuntimeDirectory directory;
  private final ProcessTable processes;
  private final ProcType self;

  /** Those of a runtime directory, for a process of that type that is in the table. */
  public StockProcesses(RuntimeDirectory directory, ProcessTable processes, ProcType self) {
    this.directory = directory;
    this.processes = processes;
    this.self = self;
  }

  /** Whether there is one. Takes system calls. */
  public boolean isAnyAlive() {
    return isPrimaryStock() && processes.isPrimaryAlive()
        || !MpChannel.stockSecondaries(directory).isEmpty();
  }

  /** A primary that has not taken charge as yet is not beside another. */
  private boolean isPrimaryStock() {
    return self != ProcType.PRIMARY && processes.isPrimaryStock();
  }

  /**
   * The threads that they have at one moment.
   *
   * @throws IOException if one of the processes cannot be looked at
   */
  List<StockThread> threads() throws IOException {
    List<StockThread> threads = new ArrayList<>();
    int primary = isPrimaryStock() ? MemConfig.lockHolder(directory) : -1;
    if (primary >= 0) {
      // In another PID namespace it is 0, of which there is nothing to be seen.
      threads.addAll(StockThread.allOf(Path.of("/proc", Integer.toString(primary))));
    }
    for (String socket : MpChannel.stockSecondaries(directory)) {
      threads.addAll(StockThread.allOf(holder(socket)));
    }
    return threads;
  }

  /** The process that has a secondary's socket, rather than one of another PID namespace. */
  private static Path holder(String socket) throws IOException {
    Path process = Path.of("/proc", socket.split("_")[PID]);
    String link = "socket:[" + inode(process, socket) + "]";
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (Files.readSymbolicLink(file).toString().equals(link)) {
          return process;
        }
      }
    }
    throw new IOException(process + " has not " + socket);
  }

  private static String inode(Path process, String socket) throws IOException {
    Path table = process.resolve("net/unix");
    for (String line : Files.readAllLines(table, StandardCharsets.ISO_8859_1)) {
      Matcher fields = SOCKET.matcher(line);
      if (fields.matches() && fields.group(2).endsWith("/" + socket)) {
        return fields.group(1);
      }
    }
    throw new IOException(table + " has not " + socket);
  }
}
