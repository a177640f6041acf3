package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Ring;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two programs that the README shows, compiled as they stand there and run together. */
class ReadmeTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path README = Path.of("..", "README.md");
  private static final String IMPORTS =
      List.of("config", "mempool", "nic", "primary", "secondary", "ring").stream()
          .map(name -> "import io.sluice." + name + ".*;")
          .reduce("", String::concat);

  /** Runs the class of its first argument, which is in the folder of the second. */
  public static final class Launch {
    private Launch() {}

    /** Runs it, with the other arguments. */
    public static void main(String[] args) throws Exception {
      java.net.URL[] folder = {Path.of(args[1]).toUri().toURL()};
      Class<?> main = new java.net.URLClassLoader(folder).loadClass(args[0]);
      main.getMethod("main", String[].class).invoke(null, (Object) args);
    }
  }

  @TempDir Path folder;

  private final String prefix = UniquePrefix.next();

  private List<String> programs() throws IOException {
    Matcher block =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(README));
    List<String> programs = new ArrayList<>();
    while (block.find()) {
      programs.add(block.group(1));
    }
    assertEquals(2, programs.size(), "programs in the README");
    return programs;
  }

  private void compile(String name, String source) throws IOException {
    Path file = Files.writeString(folder.resolve(name + ".java"), IMPORTS + source);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                said,
                said,
                "-cp",
                System.getProperty("java.class.path") + File.pathSeparator + folder,
                "-d",
                folder.toString(),
                file.toString());
    assertEquals(0, code, () -> said.toString(StandardCharsets.UTF_8));
  }

  private JavaProcess run(String name) {
    return JavaProcess.start(Launch.class, List.of("-Xmx128m"), name, folder.toString());
  }

  private boolean hasRing() {
    EalOptions options = EalOptions.parse("--file-prefix", prefix, "--proc-type", "secondary");
    try (SharedMemory memory = SharedMemory.observe(options)) {
      return Ring.lookup(memory, "to_worker") != null;
    } catch (SluiceException e) {
      // The primary has not come so far.
      return false;
    }
  }

  @Test
  void shouldPassAMillionPacketsFromTheOneProgramToTheOther() throws IOException {
    List<String> programs = programs();
    String ours = "\"" + prefix + "\", \"--no-huge\"";
    compile(
        "Quick",
        "public class Quick { public static void main(String[] args) {\n"
            + programs.get(0).replace("\"quick\"", ours)
            + "}}");
    compile("Counter", programs.get(1));
    compile(
        "Attached",
        "public class Attached { public static void main(String[] args) throws Exception {"
            + "try (Secondary secondary = Secondary.attach(EalOptions.parse("
            + "\"-l\", \"1\", \"--file-prefix\", \""
            + prefix
            + "\"))) { new Counter().run(secondary, args); System.out.println(\"done\"); } }}");
    try (JavaProcess primary = run("Quick")) {
      Await.until("the primary's ring", LIMIT, this::hasRing, () -> "" + primary.stdout());
      try (JavaProcess secondary = run("Attached")) {
        assertEquals(0, secondary.awaitExit(LIMIT), () -> String.join("\n", secondary.stdout()));
        assertTrue(secondary.stdout().contains("done"));
      }
    } finally {
      Traces.remove(prefix);
    }
  }
}
