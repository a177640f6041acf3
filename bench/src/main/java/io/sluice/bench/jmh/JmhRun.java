package io.sluice.bench.jmh;

import io.sluice.cli.CommandFailure;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the benchmarks, each in JVMs of its own with this one's flags. */
public final class JmhRun {
  private static final TimeValue ITERATION = TimeValue.milliseconds(500);
  private static final TimeValue QUICK_ITERATION = TimeValue.milliseconds(100);

  private JmhRun() {}

  /**
   * Prints what JMH prints.
   *
   * @param names found in the benchmarks' names
   */
  public static void run(Pattern names, boolean quick) {
    TimeValue iteration = quick ? QUICK_ITERATION : ITERATION;
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(names.pattern().isEmpty() ? JmhRun.class.getPackageName() : names.pattern())
            .addProfiler(GCProfiler.class)
            .jvmArgsAppend(
                "-Djmh.executor=CUSTOM", "-Djmh.executor.class=" + LcoreExecutor.class.getName())
            .forks(quick ? 1 : 3)
            .warmupIterations(5)
            .warmupTime(iteration)
            .measurementIterations(5)
            .measurementTime(iteration);
    try {
      new Runner(options.build()).run();
    } catch (NoBenchmarksException e) {
      throw new CommandFailure("no benchmark has '" + names + "' in its name");
    } catch (RunnerException e) {
      throw new CommandFailure(e.getMessage());
    }
  }
}
