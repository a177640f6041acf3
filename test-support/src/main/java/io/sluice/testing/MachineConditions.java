package io.sluice.testing;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Decides {@link RequiresRoot}, {@link RequiresHugepages} and {@link RequiresCommand}. */
final class MachineConditions implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (find(context, RequiresRoot.class).isPresent() && !isRoot()) {
      return disabled("needs root, runs as " + System.getProperty("user.name"));
    }
    Optional<RequiresHugepages> pages = find(context, RequiresHugepages.class);
    if (pages.isPresent()) {
      String missing = missingHugepages(pages.get());
      if (missing != null) {
        return disabled(missing);
      }
    }
    Optional<RequiresCommand> commands = find(context, RequiresCommand.class);
    if (commands.isPresent()) {
      for (String command : commands.get().value()) {
        if (!isOnPath(command)) {
          return disabled("needs the command '" + command + "', which is not on the PATH");
        }
      }
    }
    return enabled("the machine has what the test needs");
  }

  private static <A extends Annotation> Optional<A> find(ExtensionContext context, Class<A> type) {
    return AnnotationSupport.findAnnotation(context.getElement(), type);
  }

  private static boolean isRoot() {
    try {
      return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String missingHugepages(RequiresHugepages wanted) {
    Path free = Path.of("/sys/kernel/mm/hugepages/hugepages-" + wanted.kb() + "kB/free_hugepages");
    try {
      int count = Files.exists(free) ? Integer.parseInt(Files.readString(free).trim()) : 0;
      if (count < wanted.count()) {
        return "needs "
            + wanted.count()
            + " free hugepages of "
            + wanted.kb()
            + " kB, has "
            + count;
      }
      return HugepageMounts.of(wanted.kb()).isPresent()
          ? null
          : "needs a mounted hugetlbfs with " + HugepageMounts.option(wanted.kb());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOnPath(String command) {
    for (String directory : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(directory, command))) {
        return true;
      }
    }
    return false;
  }
}
