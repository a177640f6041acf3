package io.sluice.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * A cycle counter in the unit of the CPU's time stamp counter.
 *
 * <p>Java has no {@code rdtsc}: {@link #cycles} is {@link System#nanoTime} times the counter's
 * frequency. It never goes back, it is the same clock in every process of the machine, and its
 * differences compare with those of {@code rte_rdtsc()}; its absolute value does not.
 */
public final class Tsc {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long HZ =
      read(Path.of("/sys/devices/system/cpu/cpu0/tsc_freq_khz"), Path.of("/proc/cpuinfo"))
          .orElse(NANOS_PER_SECOND);

  /** Cycles per nanosecond, with 32 bits behind the point. */
  private static final long CYCLES_PER_NANO =
      Math.round((double) HZ / NANOS_PER_SECOND * (1L << 32));

  private Tsc() {}

  /**
   * The counter's frequency: the kernel's file where there is one; else half of bogomips, which the
   * kernel computes from the counter where it is constant; else the clock rate.
   */
  static OptionalLong read(Path kilohertz, Path cpuinfo) {
    try {
      if (Files.exists(kilohertz)) {
        return OptionalLong.of(Long.parseLong(Files.readString(kilohertz).strip()) * 1_000);
      }
      List<String> lines = Files.readAllLines(cpuinfo);
      boolean constant = lines.stream().anyMatch(line -> line.contains(" constant_tsc"));
      return constant ? megahertz(lines, "bogomips", 0.5) : megahertz(lines, "cpu MHz", 1);
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong megahertz(List<String> lines, String field, double factor) {
    return lines.stream()
        .filter(line -> line.startsWith(field))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(':') + 1)))
        .filter(value -> value > 0)
        .mapToLong(value -> Math.round(value * factor * 1e6))
        .findFirst();
  }

  /** Cycles per second. */
  public static long hz() {
    return HZ;
  }

  /** Cycles since some moment before the JVM started. */
  public static long cycles() {
    return toCycles(System.nanoTime());
  }

  /** How many cycles so many nanoseconds are; the product is taken in 128 bits. */
  public static long toCycles(long nanos) {
    return Math.multiplyHigh(nanos, CYCLES_PER_NANO) << 32 | nanos * CYCLES_PER_NANO >>> 32;
  }
}
