package io.sluice.bench.rows;

import io.sluice.cli.processes.Child;
import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;

/** One message goes to another process and back, over two SP/SC rings. */
final class PingPong implements Runnable {
  /** Any that is not 0, which says that there is none. */
  private static final long OBJ = 1;

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
    try (Child other = OtherProcess.start(memory, otherCpu, "answer", "ping", "pong")) {
      RoundTrips.measure(windows, this::pass);
      other.stop();
    }
  }

  private void pass() {
    ping.enqueue(OBJ);
    while (pong.dequeue() == 0) {
      Thread.onSpinWait();
    }
  }
}
