package io.sluice.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a C compiler and the installed DPDK headers say: evaluates C constant expressions by
 * building and running one program that prints them all.
 */
final class InstalledHeaders {
  private InstalledHeaders() {}

  /** The value of each expression, by its key. */
  static Map<String, Long> evaluate(Path directory, Map<String, String> expressions)
      throws IOException, InterruptedException {
    StringBuilder source = new StringBuilder("#include \"private.h\"\nint main(void) {\n");
    expressions.forEach(
        (key, expression) ->
            source.append(
                "  printf(\"%s %%lld\\n\", (long long)(%s));%n".formatted(key, expression)));
    source.append("  return 0;\n}\n");
    Files.writeString(directory.resolve("layout.c"), source);
    Files.writeString(directory.resolve("private.h"), resource("/layout/private.h"));

    List<String> compile = new ArrayList<>(List.of("gcc", "-Wno-deprecated-declarations"));
    compile.addAll(List.of(run(directory, "pkg-config", "--cflags", "libdpdk").trim().split(" +")));
    compile.addAll(List.of("-o", "layout", "layout.c"));
    run(directory, compile.toArray(String[]::new));

    Map<String, Long> values = new LinkedHashMap<>();
    run(directory, directory.resolve("layout").toString())
        .lines()
        .map(line -> line.split(" "))
        .forEach(words -> values.put(words[0], Long.parseLong(words[1])));
    return values;
  }

  /** A text resource of the tests. */
  static String resource(String name) {
    try (var in = InstalledHeaders.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command to its end and gives its output; a non-zero exit is an error with it. */
  static String run(Path directory, String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "out", ".txt");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(String.join(" ", command) + " ran longer than 60 s");
    }
    String text = Files.readString(output);
    if (process.exitValue() != 0) {
      throw new IOException(
          String.join(" ", command) + " exited with " + process.exitValue() + ":\n" + text);
    }
    return text;
  }
}
