package io.sluice.samples.l3fwd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteFileTest {
  @TempDir Path directory;

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("routes.cfg"), text);
  }

  @Test
  void shouldReadPrefixesOfDpdksFormat() throws IOException {
    Lpm lpm = RouteFile.longestPrefix(file("# comment\n\nR10.0.0.0/8 1\nR10.1.0.0/16 2\n"));
    assertEquals(1, lpm.nextHop(10 << 24 | 2 << 16));
    assertEquals(2, lpm.nextHop(10 << 24 | 1 << 16 | 5));
    assertEquals(Lookup.MISS, lpm.nextHop(11 << 24));
  }

  @Test
  void shouldReadFlowsOfDpdksFormat() throws IOException {
    ExactMatch table = RouteFile.exactMatch(file("R198.18.1.0 198.18.1.1 9 10 0x11 1\n"));
    int destination = 198 << 24 | 18 << 16 | 1 << 8;
    assertEquals(1, table.port(destination, destination + 1, 9, 10, 17));
    assertEquals(Lookup.MISS, table.port(destination, destination + 1, 10, 9, 17));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8 1, 'does not start with R'",
    "R10.0.0.0/33 1, '''33'' is not a number from 0 to 32'",
    "R10.0.0.0/8, '1 fields, expected 2'",
    "R10.0.0/8 1, 'is not an IPv4 address'",
    "R10.0.0.0/8 x, '''x'' is not a number'",
  })
  void shouldNameTheLineThatIsWrong(String line, String complaint) throws IOException {
    Path file = file("R1.0.0.0/8 1\n" + line + "\n");
    SluiceException e = assertThrows(SluiceException.class, () -> RouteFile.longestPrefix(file));
    assertTrue(e.getMessage().startsWith(file + " line 2: "), e.getMessage());
    assertTrue(e.getMessage().contains(complaint), e.getMessage());
  }

  @Test
  void shouldRefuseAMissingFileAndAnEmptyOne() throws IOException {
    assertThrows(
        SluiceException.class, () -> RouteFile.longestPrefix(directory.resolve("none.cfg")));
    Path empty = file("# nothing\n");
    assertThrows(SluiceException.class, () -> RouteFile.exactMatch(empty));
  }
}
