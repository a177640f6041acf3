package io.sluice.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LcoresTest {
  private static final NavigableSet<Integer> CPUS = CpuTopology.current().allowed();
  private static final int FIRST_CPU = CPUS.first();
  private static final int LAST_CPU = CPUS.last();

  private final Lcores lcores =
      new Lcores(
          LcoreMap.of(
              Map.of(1, Set.of(FIRST_CPU), 5, Set.of(LAST_CPU), 9, Set.of(FIRST_CPU, LAST_CPU))),
          1);

  @AfterEach
  void close() {
    lcores.close();
  }

  @Test
  void shouldListItsLcores() {
    assertEquals(1, lcores.mainLcore());
    assertEquals(List.of(1, 5, 9), lcores.enabledLcores());
    assertEquals(List.of(5, 9), lcores.workerLcores());
  }

  @Test
  void shouldRunAFunctionAsItsLcoreAndGiveItsResult() {
    lcores.remoteLaunch(5, () -> 100 + Lcore.id());
    lcores.remoteLaunch(9, () -> 200 + Lcore.id());
    assertEquals(105, lcores.waitLcore(5));
    assertEquals(209, lcores.waitLcore(9));
    assertEquals(105, lcores.waitLcore(5));
    assertEquals(301, lcores.runOnMain(() -> 300 + Lcore.id()));
    assertEquals(Lcore.ANY, Lcore.id());
  }

  @Test
  void shouldRunOnTheMainLcoresThreadThatWasStartedAhead() {
    lcores.startMain();
    lcores.startMain();
    Await.until("the thread is there", Duration.ofSeconds(10), () -> hasThread("lcore-1"));
    assertSame(LcoreState.WAIT, lcores.state(1));
    assertEquals(0, lcores.waitLcore(1));
    assertEquals(301, lcores.runOnMain(() -> 300 + Lcore.id()));
    lcores.close();
    lcores.startMain();
    Await.until("and gone", Duration.ofSeconds(10), () -> !hasThread("lcore-1"));
  }

  @Test
  void shouldPinEachThreadToItsCpus() {
    for (int lcore : lcores.enabledLcores()) {
      AtomicReference<NavigableSet<Integer>> allowed = new AtomicReference<>();
      lcores.remoteLaunch(
          lcore,
          () -> {
            allowed.set(
                CpuTopology.read(
                        Path.of("/sys/devices/system"), Path.of("/proc/thread-self/status"))
                    .allowed());
            return 0;
          });
      lcores.waitLcore(lcore);
      Set<Integer> expected =
          switch (lcore) {
            case 1 -> Set.of(FIRST_CPU);
            case 5 -> Set.of(LAST_CPU);
            default -> FIRST_CPU == LAST_CPU ? Set.of(FIRST_CPU) : Set.of(FIRST_CPU, LAST_CPU);
          };
      assertEquals(expected, allowed.get());
    }
  }

  @Test
  void shouldRefuseALaunchWhileAFunctionRuns() {
    CountDownLatch end = new CountDownLatch(1);
    lcores.remoteLaunch(5, () -> awaitLatch(end));
    assertSame(LcoreState.RUNNING, lcores.state(5));
    SluiceException e = assertThrows(SluiceException.class, () -> lcores.remoteLaunch(5, () -> 0));
    assertSame(Errno.EBUSY, e.errno());
    AtomicBoolean started = new AtomicBoolean();
    assertThrows(
        SluiceException.class,
        () ->
            lcores.mpRemoteLaunch(
                () -> {
                  started.set(true);
                  return 0;
                },
                true));
    end.countDown();
    assertEquals(7, lcores.waitLcore(5));
    assertSame(LcoreState.WAIT, lcores.state(5));
    assertFalse(started.get());
  }

  private static int awaitLatch(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS) ? 7 : -1;
    } catch (InterruptedException e) {
      return -1;
    }
  }

  @Test
  void shouldRunOnEveryLcore() {
    Set<Integer> ran = new ConcurrentSkipListSet<>();
    IntSupplier function =
        () -> {
          ran.add(Lcore.id());
          return 0;
        };
    lcores.mpRemoteLaunch(function, false);
    lcores.mpWaitLcore();
    assertEquals(Set.of(5, 9), ran);
    lcores.mpRemoteLaunch(function, true);
    lcores.mpWaitLcore();
    assertEquals(Set.of(1, 5, 9), ran);
  }

  @Test
  void shouldRunANestedCallOnTheMainLcoreAtOnce() {
    assertEquals(3, lcores.runOnMain(() -> lcores.runOnMain(() -> 3)));
  }

  @Test
  void shouldGiveTheExceptionToWhoeverWaitsAndStayUsable() {
    lcores.remoteLaunch(
        5,
        () -> {
          throw new IllegalStateException("broken");
        });
    CompletionException e = assertThrows(CompletionException.class, () -> lcores.waitLcore(5));
    assertEquals("lcore 5: broken", e.getMessage());
    lcores.remoteLaunch(5, () -> 4);
    assertEquals(4, lcores.waitLcore(5));
  }

  @Test
  void shouldRefuseToWaitForItself() {
    lcores.remoteLaunch(5, () -> lcores.waitLcore(5));
    CompletionException e = assertThrows(CompletionException.class, () -> lcores.waitLcore(5));
    assertSame(Errno.EINVAL, ((SluiceException) e.getCause()).errno());
  }

  @Test
  void shouldRunAPipelineOfLcoresUnderEveryIdleStrategy() {
    for (String idle : List.of("spin", "yield", "park", "adaptive")) {
      int count = 5_000;
      AtomicLongArray first = new AtomicLongArray(64);
      AtomicLongArray second = new AtomicLongArray(64);
      long[] next = {1};
      List<Long> out = new ArrayList<>();
      AtomicBoolean running = new AtomicBoolean(true);
      PipelineStage rx =
          new PipelineStage(
              (objects, offset, most) -> {
                int taken = 0;
                while (taken < most && next[0] <= count) {
                  objects[offset + taken++] = next[0]++;
                }
                return taken;
              },
              (objects, offset, taken) -> taken,
              (objects, offset, taken) -> push(first, objects, offset, taken),
              16);
      PipelineStage worker =
          new PipelineStage(
              (objects, offset, most) -> pull(first, objects, offset, most),
              (objects, offset, taken) -> {
                for (int i = 0; i < taken; i++) {
                  objects[offset + i] *= 3;
                }
                return taken;
              },
              (objects, offset, taken) -> push(second, objects, offset, taken),
              16);
      lcores.remoteLaunch(5, new PollLoop(running::get, IdleStrategy.named(idle), rx));
      lcores.remoteLaunch(9, new PollLoop(running::get, IdleStrategy.named(idle), worker));
      // The last stage runs to completion on the main lcore.
      long[] burst = new long[16];
      lcores.runOnMain(
          new PollLoop(
              () -> out.size() < count,
              IdleStrategy.named(idle),
              () -> {
                int taken = pull(second, burst, 0, burst.length);
                for (int i = 0; i < taken; i++) {
                  out.add(burst[i]);
                }
                return taken;
              }));
      running.set(false);
      lcores.mpWaitLcore();
      assertEquals(LongStream.rangeClosed(1, count).map(n -> 3 * n).boxed().toList(), out, idle);
      assertEquals(0, rx.pending() + worker.pending());
    }
  }

  /** A queue between two threads: each slot is free while it is 0; the cursors are the threads'. */
  private final Map<AtomicLongArray, int[]> cursors = new ConcurrentHashMap<>();

  private int push(AtomicLongArray queue, long[] objects, int offset, int count) {
    int[] cursor = cursors.computeIfAbsent(queue, each -> new int[2]);
    int pushed = 0;
    while (pushed < count
        && queue.compareAndSet(cursor[0] % queue.length(), 0, objects[offset + pushed])) {
      pushed++;
      cursor[0]++;
    }
    return pushed;
  }

  private int pull(AtomicLongArray queue, long[] objects, int offset, int most) {
    int[] cursor = cursors.computeIfAbsent(queue, each -> new int[2]);
    int pulled = 0;
    while (pulled < most && queue.get(cursor[1] % queue.length()) != 0) {
      objects[offset + pulled++] = queue.getAndSet(cursor[1]++ % queue.length(), 0);
    }
    return pulled;
  }

  @Test
  void shouldGiveZeroForAnLcoreThatNeverRan() {
    assertSame(LcoreState.WAIT, lcores.state(9));
    assertEquals(0, lcores.waitLcore(9));
  }

  @Test
  void shouldRefuseLcoresAndCpusThatAreNotThere() {
    SluiceException unknown =
        assertThrows(SluiceException.class, () -> lcores.remoteLaunch(2, () -> 0));
    assertEquals("lcore 2 is not among the lcores [1, 5, 9] (EINVAL)", unknown.getMessage());
    LcoreMap map = LcoreMap.of(Map.of(0, Set.of(LAST_CPU + 1000)));
    SluiceException cpu = assertThrows(SluiceException.class, () -> new Lcores(map, 0));
    assertTrue(cpu.getMessage().contains("--lcores"), cpu.getMessage());
    assertThrows(SluiceException.class, () -> new Lcores(map, 1));
  }

  @Test
  void shouldInterruptWhatStillRunsAndRefuseLaunchesOnceClosed() {
    CountDownLatch never = new CountDownLatch(1);
    lcores.remoteLaunch(5, () -> awaitLatch(never));
    lcores.close();
    assertEquals(-1, lcores.waitLcore(5));
    SluiceException e = assertThrows(SluiceException.class, () -> lcores.remoteLaunch(9, () -> 0));
    assertSame(Errno.ECANCELED, e.errno());
    Await.until("lcore thread gone", Duration.ofSeconds(10), () -> !hasThread("lcore-5"));
  }

  @Test
  void shouldSayWhetherAFunctionThatIgnoresItsEndStillRuns() {
    AtomicBoolean end = new AtomicBoolean();
    lcores.remoteLaunch(
        5,
        () -> {
          while (!end.get()) {
            Thread.onSpinWait();
          }
          return 0;
        });
    lcores.close();
    assertFalse(lcores.haveEnded());
    end.set(true);
    Await.until("the function's end", Duration.ofSeconds(10), lcores::haveEnded);
  }

  private static boolean hasThread(String name) {
    try (var threads = java.nio.file.Files.list(Path.of("/proc/self/task"))) {
      return threads.anyMatch(task -> name.equals(comm(task)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String comm(Path task) {
    try {
      return java.nio.file.Files.readString(task.resolve("comm")).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
