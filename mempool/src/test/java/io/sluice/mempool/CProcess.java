package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.testing.StockProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program {@code stock_peer.c}: a process of stock DPDK, which ends with its input. */
abstract class CProcess implements AutoCloseable {
  static final int POOL_SIZE = 2047;

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Process process;
  private final BufferedReader output;

  /** Starts it and waits until it is ready. */
  CProcess(List<String> command) throws IOException {
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    output = process.inputReader(StandardCharsets.UTF_8);
    await("ready");
  }

  /** Compiles it into a folder; where that cannot be the test is skipped. */
  static Path compile(Path folder) throws IOException, InterruptedException {
    return StockProgram.compile(CProcess.class, "stock_peer.c", folder);
  }

  long pid() {
    return process.pid();
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
        throw new AssertionError("still running " + LIMIT + " after the end of its input");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
