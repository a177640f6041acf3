package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.models.V1Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** The example for Kubernetes against the published schema, and what it shares. */
class KubernetesExampleTest {
  private static final Path EXAMPLE = Path.of("..", "docs", "kubernetes.yaml");

  /** With its anchors replaced by what they stand for. */
  private static ObjectNode pod() throws IOException {
    String text = Files.readString(EXAMPLE);
    Object loaded = new Yaml(new LoaderOptions()).load(text);
    return new ObjectMapper().valueToTree(loaded);
  }

  private static JsonElement json(JsonNode pod) {
    return JsonParser.parseString(pod.toString());
  }

  @Test
  void shouldBeAPodAsTheSchemaHasIt() throws IOException {
    ObjectNode pod = pod();
    assertEquals("v1", pod.path("apiVersion").asText());
    assertEquals("Pod", pod.path("kind").asText());
    assertDoesNotThrow(() -> V1Pod.validateJsonElement(json(pod)));
  }

  @Test
  void shouldNotPassWithAFieldThatTheSchemaHasNot() throws IOException {
    ObjectNode pod = pod();
    ((ObjectNode) pod.at("/spec/containers/1/securityContext")).put("capability", "none");
    JsonElement wrong = json(pod);
    assertThrows(IllegalArgumentException.class, () -> V1Pod.validateJsonElement(wrong));
  }

  @Test
  void shouldShareTheSameFoldersInAllContainersAndGiveNoneACapability() throws IOException {
    JsonNode spec = pod().path("spec");
    assertEquals(4, spec.path("containers").size());
    for (JsonNode container : spec.path("containers")) {
      Map<String, String> mounts = new TreeMap<>();
      container
          .path("volumeMounts")
          .forEach(
              mount -> mounts.put(mount.path("name").asText(), mount.path("mountPath").asText()));
      assertEquals(Map.of("pages", "/mnt/huge", "runtime", "/run/dpdk"), mounts);
      JsonNode capabilities = container.at("/securityContext/capabilities");
      assertEquals("{\"drop\":[\"ALL\"]}", capabilities.toString());
    }
    assertEquals("HugePages-2Mi", spec.at("/volumes/0/emptyDir/medium").asText());
  }
}
