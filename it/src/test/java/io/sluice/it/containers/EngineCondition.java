package io.sluice.it.containers;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;

/**
 * Decides {@link RequiresContainers}. {@code ./sluice test} starts a private engine where none runs
 * and one can be had; if none can, it says why in {@code SLUICE_NO_ENGINE}.
 */
final class EngineCondition implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (DockerClientFactory.instance().isDockerAvailable()) {
      return ConditionEvaluationResult.enabled("an engine answers");
    }
    String why = System.getenv("SLUICE_NO_ENGINE");
    return ConditionEvaluationResult.disabled(
        "needs a container engine: "
            + (why == null ? "none answers; run ./sluice test, which starts one" : why));
  }
}
