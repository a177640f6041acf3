package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What DPDK's malloc_autotest asserts of sizes in words. */
class ByteSizeTest {
  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "5G,5368709120",
        "0x20g,34359738368",
        "10M,10485760",
        "050m,41943040",
        "8K,8192",
        "15k,15360",
        "2 MB,2097152",
        "2048kB,2097152",
        "0200,128",
        "0x103,259",
        "432,432",
        "  7,7",
        "0,0",
        "0x,0",
        "-1,0",
        "  -2,0",
        "  -3MB,0",
        "M,0",
        "words,0",
        "18446744073709551615,-1",
        "18446744073709551616,0"
      })
  void shouldReadSizesAsDpdkDoes(String text, long bytes) {
    assertEquals(bytes, ByteSize.parse(text));
  }
}
