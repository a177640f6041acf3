package io.sluice.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PollingTest {
  @Test
  void shouldPollInTurnAndIdleOnTheirSum() {
    List<Integer> idled = new ArrayList<>();
    int[] rounds = {0};
    PollLoop loop =
        new PollLoop(() -> rounds[0] < 3, idled::add, () -> rounds[0]++ == 1 ? 4 : 0, () -> 1);
    assertEquals(0, loop.getAsInt());
    assertEquals(List.of(1, 5, 1), idled);
  }

  @Test
  void shouldPassEverythingInOrderThroughASinkThatIsOftenFull() {
    Deque<Long> in = new ArrayDeque<>(LongStream.rangeClosed(1, 100).boxed().toList());
    List<Long> out = new ArrayList<>();
    int[] offers = {0};
    PipelineStage stage =
        new PipelineStage(
            (objects, offset, count) -> poll(in, objects, offset, count),
            PollingTest::keepEven,
            (objects, offset, count) -> {
              int taken = Math.min(count, offers[0]++ % 3);
              for (int i = 0; i < taken; i++) {
                out.add(objects[offset + i]);
              }
              return taken;
            },
            8);
    while (!in.isEmpty() || stage.pending() > 0) {
      stage.getAsInt();
    }
    assertEquals(0, stage.getAsInt());
    assertEquals(LongStream.rangeClosed(1, 50).map(n -> 2 * n).boxed().toList(), out);
  }

  private static int poll(Deque<Long> from, long[] objects, int offset, int count) {
    int taken = 0;
    while (taken < count && !from.isEmpty()) {
      objects[offset + taken++] = from.poll();
    }
    return taken;
  }

  private static int keepEven(long[] objects, int offset, int count) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (objects[offset + i] % 2 == 0) {
        objects[offset + kept++] = objects[offset + i];
      }
    }
    return kept;
  }
}
