package io.sluice.ring;

import io.sluice.testing.HugepageMounts;
import io.sluice.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The program {@code stock_claimer.c}: a process of stock DPDK that is held where it is told. */
final class StockClaimer implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final JavaProcess process;

  /** Starts it and waits until it is ready. */
  private StockClaimer(List<String> command) {
    process = JavaProcess.startCommand(command);
    process.awaitLine("^ready", LIMIT);
  }

  /** A secondary on a primary of ours, started behind a command, if there is one. */
  static StockClaimer secondary(Path program, String prefix, String... behind) {
    return new StockClaimer(command(program, prefix, behind, "--proc-type=secondary"));
  }

  /** A primary, which makes the ring. */
  static StockClaimer primary(Path program, String prefix, int flags) throws IOException {
    String mount = "--huge-dir=" + HugepageMounts.of(2048).orElseThrow();
    String base = "--base-virtaddr=0x200000000000";
    return new StockClaimer(
        command(program, prefix, new String[0], base, mount, "-m", "8", "--", "" + flags));
  }

  private static List<String> command(
      Path program, String prefix, String[] behind, String... more) {
    List<String> command = new ArrayList<>(List.of(behind));
    command.addAll(List.of(program.toString(), "--file-prefix", prefix, "--no-pci"));
    command.addAll(List.of("--no-telemetry", "--lcores", "5@0"));
    command.addAll(List.of(more));
    return command;
  }

  /** Has it begin an operation, within which it is held. */
  void begin(String operation, int count, long first) {
    process.send(operation + " " + count + " " + first);
  }

  /** Has it run where it is no ring code. */
  void spin() {
    begin("spin", 0, 0);
    process.awaitLine("^spins$", LIMIT);
  }

  /** Lets it go on. */
  void release() {
    process.signal("USR1");
  }

  void awaitLine(String line) {
    process.awaitLine("^" + line + "$", LIMIT);
  }

  /** Stops it where it is, once it is in no system call. */
  void stop() {
    process.stopInItsOwnCode(LIMIT);
  }

  void resume() {
    process.signal("CONT");
  }

  @Override
  public void close() {
    process.close();
  }
}
