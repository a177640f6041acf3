package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.config.EalOptions;
import io.sluice.config.RuntimeDirectory;
import io.sluice.memzone.SharedMemory;
import io.sluice.testing.HugepageMounts;
import io.sluice.testing.StockProgram;
import io.sluice.testing.UniquePrefix;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program {@code stock_primary.c}: a primary of stock DPDK, which ends with its input. */
final class CPrimary implements AutoCloseable {
  static final int POOL_SIZE = 2047;

  /** Where its memory begins. */
  static final long BASE = 0x200000000000L;

  private static final Duration LIMIT = Duration.ofSeconds(60);

  final String prefix = UniquePrefix.next();
  private final Process process;
  private final BufferedReader output;

  /**
   * Starts it and waits until it is ready.
   *
   * @param program that {@link #compile} made
   */
  CPrimary(Path program, int ringFlags, String lcores, String... more) throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString(), "--file-prefix", prefix));
    command.addAll(List.of("--base-virtaddr=0x" + Long.toHexString(BASE), "--no-pci"));
    command.addAll(List.of("--no-telemetry", "-l", lcores, "-m", "32"));
    // Growth must not fit in a page of 1 GB, which DPDK takes where it finds one.
    command.add("--huge-dir=" + HugepageMounts.of(2048).orElseThrow());
    command.addAll(List.of(more));
    command.addAll(List.of("--", "" + ringFlags));
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    output = process.inputReader(StandardCharsets.UTF_8);
    await("ready");
  }

  /** Compiles it into a folder; where that cannot be the test is skipped. */
  static Path compile(Path folder) throws IOException, InterruptedException {
    return StockProgram.compile(CPrimary.class, "stock_primary.c", folder);
  }

  SharedMemory attach() {
    return SharedMemory.attach(
        EalOptions.parse("--proc-type", "secondary", "--file-prefix", prefix, "--no-pci"));
  }

  long pid() {
    return process.pid();
  }

  Path config() {
    return Path.of(RuntimeDirectory.of(prefix).path(), "config");
  }

  void tell(String order) {
    try {
      process.getOutputStream().write((order + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next line that begins so. */
  String await(String start) throws IOException {
    StringBuilder seen = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith(start)) {
        return line;
      }
      seen.append(line).append('\n');
    }
    throw new AssertionError("no line '" + start + "' in:\n" + seen);
  }

  /** It works still, and nothing is missing: all mbufs are in its pool, none in its rings. */
  void assertUnharmed() throws IOException {
    tell("state 0");
    assertEquals("state pool " + POOL_SIZE + " rings 0 0", await("state"));
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
