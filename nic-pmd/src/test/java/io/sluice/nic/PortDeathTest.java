package io.sluice.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.memzone.SharedMemory;
import io.sluice.testing.Await;
import io.sluice.testing.EachStore;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Primaries die one after the other ahead of {@link EachStore} of what they do to a port, beside
 * this process, a secondary that polls a queue of that port all the time.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("deaths")
class PortDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final List<String> FAULTS =
      List.of("-Dsluice.faults=true", "-XX:TieredStopAtLevel=1");
  private static final int LENGTH = 64;

  private final String prefix = UniquePrefix.next();
  private JavaProcess primary;
  private SharedMemory memory;
  private EthDevs ports;
  private EthDev port;

  @BeforeEach
  void begin() {
    startPrimary();
    ask("configure");
    ask("start");
    memory =
        SharedMemory.attach(
            EalOptions.parse(
                "--proc-type", "secondary", "--file-prefix", prefix, "--no-huge", "--no-pci"));
    ports = EthDevs.of(memory);
    port = ports.byName("net_null0");
    port.claimRxQueue(1);
    killPrimary("at the beginning");
    startPrimary();
  }

  @AfterEach
  void end() {
    ports.close();
    memory.close();
    primary.close();
  }

  private void startPrimary() {
    primary =
        JavaProcess.start(PortAdoptionTest.Owner.class, FAULTS, prefix, "net_null0,size=" + LENGTH);
    primary.awaitLine("^probed as 0", LIMIT);
  }

  private void ask(String command) {
    primary.send(command);
    primary.awaitLine("^done", LIMIT);
  }

  private void killPrimary(String death) {
    primary.close();
    Await.until("the port to be closed", LIMIT, () -> !port.isOpen(), () -> death);
    Await.until(
        "the dead to be buried", LIMIT, () -> memory.processTable().allAlive(), () -> death);
    assertFalse(port.link().up(), death);
    assertEquals(List.of(), memory.heap(-1).audit(), death);
  }

  /** Polls the queue that is this process's; counts what came, all of which must be whole. */
  private final class Poller implements AutoCloseable {
    private final AtomicBoolean stop = new AtomicBoolean();
    private final Thread thread = new Thread(this::poll, "poller");
    private volatile long received;
    private volatile String wrong;

    Poller() {
      thread.start();
    }

    private void poll() {
      long[] burst = new long[8];
      while (!stop.get()) {
        int count = port.rxBurst(1, burst, 0, burst.length);
        for (int i = 0; i < count; i++) {
          if (Mbuf.pktLen(burst[i]) != LENGTH || Mbuf.refcnt(burst[i]) != 1) {
            wrong = "length " + Mbuf.pktLen(burst[i]) + " refcnt " + Mbuf.refcnt(burst[i]);
          }
        }
        Mbuf.freeBulk(burst, 0, count);
        received += count;
        Thread.yield();
      }
    }

    void awaitPackets() {
      long before = received;
      Await.until("packets", LIMIT, () -> received > before, () -> port.stats().toString());
    }

    @Override
    public void close() {
      stop.set(true);
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      assertEquals(null, wrong);
    }
  }

  @ParameterizedTest
  @CsvSource({"configure,", "start, configure", "stop, configure start", "assign, configure start"})
  void shouldBeOpenedAgainWhereverItsPrimaryDiedAtIt(String operation, String before) {
    try (Poller poller = new Poller()) {
      // Of the others there are few.
      int step = before == null ? EachStore.STEP : 1;
      int deaths = 0;
      boolean completed = false;
      for (long nth = step == 1 ? 1 : EachStore.first(); !completed; nth += step) {
        for (String command : before == null ? new String[0] : before.split(" ")) {
          ask(command);
        }
        ask("arm " + nth);
        primary.send(operation);
        completed = primary.awaitExitOrLine("^done", LIMIT);
        killPrimary(operation + ", death " + nth);
        startPrimary();
        deaths++;
      }
      assertTrue(deaths > 2, () -> operation);
      ask("configure");
      ask("start");
      poller.awaitPackets();
      assertTrue(port.link().up());
      if (operation.equals("assign")) {
        assertEquals(ProcessHandle.current().pid(), port.rxQueueOwner(0));
      }
    }
    Mempool pool = Mempool.lookup(memory, "mbufs");
    assertEquals(pool.size(), pool.availCount());
  }
}
