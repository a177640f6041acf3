package io.sluice.samples;

import io.sluice.cli.Sample;
import io.sluice.platform.SluiceException;
import java.util.Arrays;
import java.util.ServiceLoader;

/** What {@code sluice sample NAME} does, as the main class of a test's child JVM. */
public final class RunSample {
  private RunSample() {}

  /** Runs the sample of the first argument with the others. */
  public static void main(String[] args) {
    Sample sample =
        ServiceLoader.load(Sample.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(each -> each.name().equals(args[0]))
            .findFirst()
            .orElseThrow();
    int code;
    try {
      code = sample.run(Arrays.copyOfRange(args, 1, args.length));
    } catch (SluiceException e) {
      System.err.println(sample.name() + ": " + e.getMessage());
      code = 1;
    }
    System.exit(code);
  }
}
