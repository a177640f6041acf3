package io.sluice.mempool;

import io.sluice.memzone.SharedMemory;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;

/** All that mbufs must do, in a secondary beside a primary in another JVM. */
class MbufInSecondaryTest extends MbufTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int LCORE = 3;

  private JavaProcess primary;

  @Override
  SharedMemory openMemory() {
    String prefix = UniquePrefix.next();
    primary = JavaProcess.start(Primary.class, prefix);
    primary.awaitLine("ready", LIMIT);
    return TestMemory.secondary(prefix, LCORE);
  }

  @AfterAll
  @Override
  void closeMemory() {
    super.closeMemory();
    primary.close();
  }

  /** Makes the memory of its argument's prefix, and keeps it until its input ends. */
  static final class Primary {
    public static void main(String[] arguments) throws IOException {
      try (SharedMemory memory = TestMemory.primary(arguments[0])) {
        System.out.println("ready " + memory.options().filePrefix());
        System.in.read();
      }
    }
  }
}
