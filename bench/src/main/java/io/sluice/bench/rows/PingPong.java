package io.sluice.bench.rows;

import io.sluice.cli.processes.Child;
import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;
import java.util.Arrays;

/** One message goes to another process and back, over two SP/SC rings. */
final class PingPong implements Runnable {
  private static final int ROUND_TRIPS = 1_000_000;
  private static final int WARM_UP_BATCH = 1_000;

  private final SharedMemory memory;
  private final Ring ping;
  private final Ring pong;
  private final Windows windows;
  private final int otherCpu;

  PingPong(SharedMemory memory, Protection protection, Windows windows, int otherCpu) {
    this.memory = memory;
    this.ping = RingModes.create(memory, "ping", "sp_sc", protection);
    this.pong = RingModes.create(memory, "pong", "sp_sc", protection);
    this.windows = windows;
    this.otherCpu = otherCpu;
  }

  @Override
  public void run() {
    long[] taken = new long[ROUND_TRIPS];
    try (Child peer = Peer.start(memory, otherCpu, "answer", "ping", "pong")) {
      windows.pinned(
          () -> {
            long warm = System.nanoTime() + windows.warmUpNanos();
            while (System.nanoTime() < warm) {
              measure(taken, WARM_UP_BATCH);
            }
            measure(taken, ROUND_TRIPS);
          });
      peer.stop();
    }
    Arrays.sort(taken);
    Windows.point("p50", taken[ROUND_TRIPS / 2]);
    Windows.point("p99", taken[ROUND_TRIPS / 100 * 99]);
    Windows.point("p99.9", taken[ROUND_TRIPS / 1000 * 999]);
  }

  private void measure(long[] taken, int count) {
    long[] obj = new long[1];
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      ping.enqueueBulk(obj, 0, 1);
      while (pong.dequeueBulk(obj, 0, 1) == 0) {
        Thread.onSpinWait();
      }
      taken[i] = System.nanoTime() - begin;
    }
  }
}
