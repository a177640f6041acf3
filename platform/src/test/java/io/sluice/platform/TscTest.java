package io.sluice.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TscTest {
  private static final String CPUINFO =
      "flags\t\t: fpu%s sse\ncpu MHz\t\t: 1800.5\nbogomips\t: 4900.00\n";

  @TempDir Path folder;

  private OptionalLong read(String cpuinfo) throws IOException {
    return Tsc.read(folder.resolve("khz"), Files.writeString(folder.resolve("cpuinfo"), cpuinfo));
  }

  @Test
  void shouldTakeTheBestSourceThereIs() throws IOException {
    assertEquals(OptionalLong.empty(), read("processor\t: 0\n"));
    assertEquals(OptionalLong.of(1_800_500_000L), read(CPUINFO.formatted("")));
    assertEquals(OptionalLong.of(2_450_000_000L), read(CPUINFO.formatted(" constant_tsc")));
    Files.writeString(folder.resolve("khz"), "2449999\n");
    assertEquals(OptionalLong.of(2_449_999_000L), read(CPUINFO.formatted("")));
  }

  @Test
  void shouldConvertTimesBeyondSixtyFourBitProducts() {
    long tenYears = 10L * 365 * 86_400 * 1_000_000_000;
    BigInteger exact =
        BigInteger.valueOf(tenYears)
            .multiply(BigInteger.valueOf(Tsc.hz()))
            .divide(BigInteger.valueOf(1_000_000_000));
    BigInteger error = exact.subtract(BigInteger.valueOf(Tsc.toCycles(tenYears))).abs();
    assertTrue(error.compareTo(exact.shiftRight(30)) <= 0, "off by " + error);
    assertEquals(0, Tsc.toCycles(0));
  }

  @Test
  void shouldNeverGoBack() {
    long last = Tsc.cycles();
    for (int i = 0; i < 10_000; i++) {
      long now = Tsc.cycles();
      assertTrue(now >= last);
      last = now;
    }
  }
}
