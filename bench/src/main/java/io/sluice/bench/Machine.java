package io.sluice.bench;

import io.sluice.platform.CpuTopology;
import io.sluice.platform.Tsc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What the times were taken on.
 *
 * @param dpdk version of the C side's library, or null
 */
record Machine(String cpu, int cpus, double tscGhz, String kernel, String jdk, String dpdk) {
  static Machine look(String dpdk) {
    return new Machine(
        model(),
        CpuTopology.current().allowed().size(),
        Tsc.hz() / 1e9,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.vendor") + " " + System.getProperty("java.runtime.version"),
        dpdk);
  }

  private static String model() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  String describe() {
    return String.format(
        Locale.ROOT,
        "%d CPUs of %s, TSC %.2f GHz, %s, JDK %s, %s",
        cpus,
        cpu,
        tscGhz,
        kernel,
        jdk,
        dpdk == null ? "no DPDK" : "DPDK " + dpdk);
  }
}
