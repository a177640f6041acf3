package io.sluice.bench.rows;

import io.sluice.cli.processes.Child;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.ring.MessageRing;

/** One message of 8 bytes goes to another process and back, in place. */
final class MessageRoundTrip implements Runnable {
  private static final int SLOTS = 1024;

  private final SharedMemory memory;
  private final MessageRing ping;
  private final MessageRing pong;
  private final Windows windows;
  private final int otherCpu;

  MessageRoundTrip(SharedMemory memory, Windows windows, int otherCpu) {
    this.memory = memory;
    this.ping = MessageRing.create(memory, "ping", SLOTS, Long.BYTES, MemZone.SOCKET_ID_ANY);
    this.pong = MessageRing.create(memory, "pong", SLOTS, Long.BYTES, MemZone.SOCKET_ID_ANY);
    this.windows = windows;
    this.otherCpu = otherCpu;
  }

  @Override
  public void run() {
    try (Child other = OtherProcess.start(memory, otherCpu, "echo", "ping", "pong")) {
      RoundTrips.measure(windows, this::pass);
      other.stop();
    }
  }

  private void pass() {
    Memory.putLong(ping.claim(), 1);
    ping.publish();
    long message = pong.peek();
    while (message == 0) {
      Thread.onSpinWait();
      message = pong.peek();
    }
    if (Memory.getLong(message) != 1) {
      throw new IllegalStateException("came back as " + Memory.getLong(message));
    }
    pong.release();
  }
}
