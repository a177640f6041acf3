package io.sluice.secondary;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.config.EalOptions;
import io.sluice.platform.IdleStrategy;
import io.sluice.primary.Forwarding;
import io.sluice.primary.PortForwarding;
import io.sluice.primary.Primary;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a primary does with a port of several queues; the worker is a JVM of its own. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PortForwardingTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int FILE_HEADER = 24;
  private static final int RECORD = 16 + 60;

  @TempDir Path directory;

  /** Frames of 60 bytes that begin with their numbers. */
  private Path capture(String name, int first, int count) throws IOException {
    ByteBuffer file =
        ByteBuffer.allocate(FILE_HEADER + count * RECORD).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0xa1b2c3d4).putInt(4 << 16 | 2).putLong(0).putInt(65535).putInt(1);
    for (int i = 0; i < count; i++) {
      file.putLong(0).putInt(60).putInt(60).putInt(first + i).put(new byte[56]);
    }
    return Files.write(directory.resolve(name), file.array());
  }

  @Test
  void shouldForwardWhatComesOnEveryQueueOfAPort() throws IOException {
    String prefix = UniquePrefix.next();
    Path out = directory.resolve("out.pcap");
    String device =
        "net_pcap0,rx_pcap="
            + capture("a.pcap", 0, 100)
            + ",rx_pcap="
            + capture("b.pcap", 100, 1000)
            + ",rx_pcap="
            + capture("c.pcap", 1100, 1)
            + ",tx_pcap="
            + out;
    EalOptions options =
        EalOptions.parse(
            "--file-prefix", prefix, "--no-huge", "-m", "32", "--no-pci", "--vdev", device);
    try (Primary primary = Primary.start(options)) {
      PortForwarding forwarding = new PortForwarding(primary, 1, 256, 1023);
      try (JavaProcess worker =
          JavaProcess.start(
              SecondaryMain.class,
              Worker.class.getName(),
              "--file-prefix",
              prefix,
              "--proc-type",
              "secondary",
              "--")) {
        worker.awaitLine("ready", LIMIT);
        long deadline = System.nanoTime() + LIMIT.toNanos();
        forwarding.run(
            () -> sent(forwarding) == 1101 || System.nanoTime() - deadline > 0,
            IdleStrategy.yield());
      }
      assertEquals(1101, sent(forwarding));
      assertEquals(0, forwarding.undelivered());
      assertEquals(0, forwarding.mbufsInUse());
    }
    BitSet seen = new BitSet();
    ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(out)).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = FILE_HEADER; at < file.capacity(); at += RECORD) {
      seen.set(file.getInt(at + 16));
    }
    assertEquals(FILE_HEADER + 1101 * RECORD, file.capacity());
    assertEquals(1101, seen.cardinality());
  }

  private static long sent(PortForwarding forwarding) {
    Forwarding.PortStats port = forwarding.forwarding().ports().get(0);
    return port.txPackets();
  }
}
