package io.sluice.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** C programs that tests bring along, linked with the stock DPDK of this machine. */
public final class StockProgram {
  private static final String HAS_DPDK =
      "pkg-config --atleast-version=22.11 --max-version=22.11.99 libdpdk";

  private StockProgram() {}

  /**
   * Compiles one; where there is no libdpdk 22.11 the test is skipped.
   *
   * @param test beside which its source lies as a resource
   * @param folder for source and program, of the same test
   * @return the program
   */
  public static Path compile(Class<?> test, String source, Path folder)
      throws IOException, InterruptedException {
    assumeTrue(start("sh", "-c", HAS_DPDK).waitFor() == 0, "needs libdpdk-dev 22.11");
    Path copy = folder.resolve(source);
    try (InputStream text = test.getResourceAsStream(source)) {
      Files.copy(text, copy);
    }
    Path program = folder.resolve(source.replace(".c", ""));
    String flags = " $(pkg-config --cflags --libs libdpdk)";
    run("sh", "-c", "gcc -O2 -o " + program + " " + copy + flags);
    return program;
  }

  /** Runs a command that must succeed, and gives what it printed. */
  public static String run(String... command) throws IOException, InterruptedException {
    Process process = start(command);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  private static Process start(String... command) throws IOException {
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
