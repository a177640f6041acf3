package io.sluice.it.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** What the example files have containers do, done as it stands there, without any capability. */
@RequiresRoot
@RequiresContainers
@RequiresHugepages(count = 64)
@Timeout(180)
@Tag("containers")
class ExamplesTest {
  private static final int ROOT = 0;
  private static final int TERMINATED = 128 + 15;
  private static final long MEMORY = 400L << 20;
  private static final String PAGES = "/mnt/huge";

  private static Map<String, Object> read(String file) throws IOException {
    return new Yaml(new LoaderOptions()).load(Files.readString(Path.of("..", file)));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object node) {
    return (Map<String, Object>) node;
  }

  /** Starts them in their order, which begins with the primary, and ends them when all work. */
  private static void run(Map<String, List<String>> commands) {
    try (Deployment deployment = new Deployment()) {
      Path pages = deployment.giveTo(ROOT);
      List<SluiceContainer> containers = new ArrayList<>();
      commands.forEach(
          (name, arguments) -> {
            SluiceContainer container =
                deployment
                    .alone(arguments.toArray(String[]::new))
                    .sharing(pages, PAGES)
                    .sharing(deployment.runtime, Deployment.RUNTIME_DIRECTORY)
                    .withOnly()
                    .withMemory(MEMORY);
            container.start();
            container.awaitLine("^" + name.replaceAll("\\d", "") + "\\b.*: ");
            containers.add(0, container);
          });
      SluiceContainer monitor = containers.get(0);
      monitor.awaitLine("worker0=[1-9]\\d* worker1=[1-9]");
      for (SluiceContainer each : containers) {
        assertEquals(TERMINATED, each.terminate(), each::getLogs);
      }
      containers.get(containers.size() - 1).awaitLine("report pool leaked=0 ");
    }
  }

  @Test
  void shouldRunWhatTheComposeFileHas() throws IOException {
    Map<String, List<String>> commands = new LinkedHashMap<>();
    map(read("compose.yaml").get("services"))
        .forEach(
            (name, service) -> {
              String command = map(service).get("command").toString();
              commands.put(
                  name, List.of(command.replace("${SLUICE_PAGES:-/mnt/huge}", PAGES).split(" +")));
            });
    assertEquals(
        List.of("primary", "worker1", "worker2", "monitor"), List.copyOf(commands.keySet()));
    run(commands);
  }

  @Test
  void shouldRunWhatTheKubernetesExampleHas() throws IOException {
    Map<String, List<String>> commands = new LinkedHashMap<>();
    for (Object container :
        (List<?>) map(read("docs/kubernetes.yaml").get("spec")).get("containers")) {
      List<String> arguments = new ArrayList<>();
      ((List<?>) map(container).get("args")).forEach(word -> arguments.add(word.toString()));
      commands.put(map(container).get("name").toString(), arguments);
    }
    assertEquals(4, commands.size());
    run(commands);
  }
}
