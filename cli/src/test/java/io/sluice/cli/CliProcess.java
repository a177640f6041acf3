package io.sluice.cli;

import io.sluice.testing.JavaProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The {@code sluice} command in a JVM of its own, as a user runs it. */
public final class CliProcess {
  /** A JVM's own, which the tests' JVM has changed for itself. */
  private static final Path COMMANDS_TMPDIR = Path.of("/tmp");

  private CliProcess() {}

  /** Starts it with these arguments. */
  public static JavaProcess start(String... arguments) {
    return JavaProcess.start(SluiceCommand.class, List.of("-Xmx128m"), arguments);
  }

  /** Starts it behind the words of a command that execs it. */
  public static JavaProcess startBehind(List<String> command, String... arguments) {
    return JavaProcess.start(command, SluiceCommand.class, List.of("-Xmx128m"), arguments);
  }

  /** The whole of it; what a process handle tells ends after 4096 bytes. */
  public static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
    } catch (IOException e) {
      // It has ended meanwhile.
      return "";
    }
  }

  /** All processes of this machine whose command lines have that text. */
  public static List<ProcessHandle> withArgument(String text) {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(process -> commandLine(process).contains(text)).toList();
    }
  }

  /** The temporary folders that the commands with this prefix have, or have left. */
  public static List<Path> workFolders(String prefix) throws IOException {
    try (DirectoryStream<Path> folders =
        Files.newDirectoryStream(COMMANDS_TMPDIR, "sluice-" + prefix + "-*")) {
      return StreamSupport.stream(folders.spliterator(), false).toList();
    }
  }

  /** Starts it as a user who is not root, but may read root's Maven repository; only root can. */
  public static JavaProcess startAsNobody(Path home, String... arguments) {
    List<String> asNobody =
        List.of(
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "--inh-caps=+dac_read_search",
            "--ambient-caps=+dac_read_search",
            "env",
            "HOME=" + home);
    return JavaProcess.start(asNobody, SluiceCommand.class, List.of("-Xmx128m"), arguments);
  }

  /**
   * Starts it as a user who is not root and may read only what all may; only root can.
   *
   * @param home an empty folder, which gets what root's class path holds
   */
  public static JavaProcess startWithoutRights(Path home, String... arguments) throws IOException {
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> copies = new ArrayList<>();
    for (String entry : JavaProcess.classPath().split(File.pathSeparator)) {
      Path source = Path.of(entry);
      if (Files.exists(source)) {
        Path copy = home.resolve(copies.size() + "-" + source.getFileName());
        copy(source, copy);
        copies.add(copy.toString());
      }
    }
    List<String> asNobody =
        List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/");
    List<String> flags = List.of("-Xmx128m", "-cp", String.join(File.pathSeparator, copies));
    return JavaProcess.start(asNobody, SluiceCommand.class, flags, arguments);
  }

  private static void copy(Path source, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Path copy = target.resolve(source.relativize(file).toString());
        Files.copy(file, copy);
        String rights = Files.isDirectory(file) ? "rwxr-xr-x" : "rw-r--r--";
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString(rights));
      }
    }
  }
}
