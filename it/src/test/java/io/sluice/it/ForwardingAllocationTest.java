package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import io.sluice.config.EalOptions;
import io.sluice.platform.IdleStrategy;
import io.sluice.primary.Forwarding;
import io.sluice.primary.PortForwarding;
import io.sluice.primary.Primary;
import io.sluice.primary.StopRequest;
import io.sluice.secondary.Secondary;
import io.sluice.secondary.Worker;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The whole path NIC, primary, ring, worker, ring, primary, NIC allocates nothing. */
class ForwardingAllocationTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final List<String> NO_CHECKS = List.of("-Dsluice.checks=false");

  /** Watches what one thread allocates while packets pass. */
  private static final class Watch {
    private static final int PACKETS = 1_000_000;
    private static final long POLL_NANOS = 1_000_000;

    private Watch() {}

    /** Until a million packets in a row have allocated nothing. */
    static void start(Forwarding forwarding, int process, long thread) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      Thread watch =
          new Thread(
              () -> {
                long allocated = -1;
                for (int window = 0; window < 30 && allocated != 0; window++) {
                  long before = threads.getThreadAllocatedBytes(thread);
                  long end = packets(forwarding, process) + PACKETS;
                  while (packets(forwarding, process) < end) {
                    LockSupport.parkNanos(POLL_NANOS);
                  }
                  allocated = threads.getThreadAllocatedBytes(thread) - before;
                }
                System.out.println("allocated " + allocated);
              });
      watch.setDaemon(true);
      watch.start();
    }

    private static long packets(Forwarding forwarding, int process) {
      List<Forwarding.ProcessStats> all = forwarding.processes();
      return process < all.size() ? all.get(process).packets() : 0;
    }
  }

  /** Forwards between two ports: prefix. */
  static final class Forwards {
    public static void main(String[] arguments) {
      try (StopRequest stop = new StopRequest();
          Primary primary =
              Primary.start(
                  EalOptions.parse(
                      "--file-prefix",
                      arguments[0],
                      "--no-huge",
                      "-m",
                      "64",
                      "--no-pci",
                      "--vdev=net_null0",
                      "--vdev=net_null1"))) {
        PortForwarding ports = new PortForwarding(primary, 1, 256, 4095);
        Watch.start(ports.forwarding(), 0, Thread.currentThread().getId());
        System.out.println("ready");
        ports.run(stop::isRequested, IdleStrategy.adaptive());
      }
    }
  }

  /** Is the worker: prefix. */
  static final class Works {
    public static void main(String[] arguments) {
      try (Secondary secondary =
          Secondary.attach(
              EalOptions.parse(
                  "--proc-type", "secondary", "--file-prefix", arguments[0], "--no-huge"))) {
        Watch.start(Forwarding.lookup(secondary.memory()), 1, Thread.currentThread().getId());
        new Worker().run(secondary, new String[0]);
      }
    }
  }

  private static void assertAllocatesNothing(JavaProcess process) {
    process.awaitLine("allocated", LIMIT);
    assertEquals(
        List.of("allocated 0"),
        process.stdout().stream().filter(line -> line.startsWith("allocated")).toList());
  }

  @Test
  void shouldAllocateNothingInPrimaryAndWorkerOverAMillionPackets() {
    String prefix = UniquePrefix.next();
    try (JavaProcess primary = JavaProcess.start(Forwards.class, NO_CHECKS, prefix)) {
      primary.awaitLine("ready", LIMIT);
      try (JavaProcess worker = JavaProcess.start(Works.class, NO_CHECKS, prefix)) {
        assertAllocatesNothing(worker);
        assertAllocatesNothing(primary);
        worker.signal("TERM");
        worker.awaitExit(LIMIT);
      }
      primary.signal("TERM");
      primary.awaitExit(LIMIT);
    }
  }
}
