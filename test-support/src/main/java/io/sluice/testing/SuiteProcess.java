package io.sluice.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** A JVM that runs every test of a suite, which is made with the prefix of the primary to join. */
public final class SuiteProcess {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private SuiteProcess() {}

  /** Runs the suite in another JVM and fails with its output if a test fails there. */
  public static void assertPasses(Class<?> suite, String prefix) {
    try (JavaProcess process = JavaProcess.start(SuiteProcess.class, suite.getName(), prefix)) {
      String passed = process.awaitLine("^passed (\\d+)", LIMIT).group(1);
      assertNotEquals("0", passed);
      assertEquals(0, process.awaitExit(LIMIT));
    }
  }

  /** The suite's class and the prefix. */
  public static void main(String[] args) throws ClassNotFoundException {
    Class<?> suite = Class.forName(args[0]);
    List<Method> tests =
        AnnotationSupport.findAnnotatedMethods(suite, Test.class, HierarchyTraversalMode.TOP_DOWN);
    int failed = 0;
    for (Method test : tests) {
      try {
        run(ReflectionSupport.newInstance(suite, args[1]), test);
      } catch (Exception | AssertionError e) {
        failed++;
        System.out.println("failed: " + test.getName());
        e.printStackTrace(System.out);
      }
    }
    if (failed > 0) {
      System.exit(1);
    }
    System.out.println("passed " + tests.size());
  }

  private static void run(Object suite, Method test) {
    List<Method> after = annotated(suite, AfterEach.class);
    Collections.reverse(after);
    try {
      annotated(suite, BeforeEach.class)
          .forEach(each -> ReflectionSupport.invokeMethod(each, suite));
      ReflectionSupport.invokeMethod(test, suite);
    } finally {
      after.forEach(each -> ReflectionSupport.invokeMethod(each, suite));
    }
  }

  private static List<Method> annotated(
      Object suite, Class<? extends java.lang.annotation.Annotation> annotation) {
    return new java.util.ArrayList<>(
        AnnotationSupport.findAnnotatedMethods(
            suite.getClass(), annotation, HierarchyTraversalMode.TOP_DOWN));
  }
}
