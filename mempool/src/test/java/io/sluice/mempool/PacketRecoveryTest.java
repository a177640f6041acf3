package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Ring;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What a dead process has sent is its receiver's, while it is looked for what the dead one held.
 */
class PacketRecoveryTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String POOL = "packets";
  private static final String RING = "packets_ring";
  private static final int SIZE = 4095;
  private static final int SLOTS = 1024;
  private static final int SEGMENTS = 3;

  /** So long does a packet take here, that there are some until the dead one is recovered from. */
  private static final long PACKET_NANOS = 100_000;

  /** Fills the ring with packets of several segments, and waits to be killed. */
  static final class Sender {
    private Sender() {}

    public static void main(String[] arguments) throws IOException {
      try (SharedMemory memory = TestMemory.secondary(arguments[0], PoolVictim.LCORE)) {
        Mempool pool = Mempool.lookup(memory, POOL);
        Ring ring = Ring.lookup(memory, RING);
        for (int i = 0; i < ring.capacity(); i++) {
          long head = Mbuf.alloc(pool);
          for (int more = 1; more < SEGMENTS; more++) {
            Mbuf.chain(head, Mbuf.alloc(pool));
          }
          ring.enqueue(head);
        }
        System.out.println("sent");
        System.in.read();
      }
    }
  }

  /** Takes one packet after the other until nobody is dead any more. */
  private static List<Long> takeDuringRecovery(SharedMemory memory, Ring ring) {
    List<Long> packets = new ArrayList<>();
    Await.until(
        "the dead to be recovered from",
        LIMIT,
        () -> {
          long end = System.nanoTime() + PACKET_NANOS;
          long packet = ring.dequeue();
          if (packet != 0) {
            packets.add(packet);
          }
          while (System.nanoTime() < end) {
            Thread.onSpinWait();
          }
          return memory.processTable().allAlive();
        });
    return packets;
  }

  @Test
  void shouldLeaveAPacketWholeThatIsTakenWhileItsDeadSenderIsRecoveredFrom() {
    String prefix = UniquePrefix.next();
    try (SharedMemory memory = TestMemory.primary(prefix)) {
      Mempool pool = PktmbufPool.create(memory, POOL, SIZE, 0, 0, 256, -1);
      Ring ring = Ring.create(memory, RING, SLOTS, -1, 0);
      try (JavaProcess sender = JavaProcess.start(Sender.class, prefix)) {
        sender.awaitLine("sent", LIMIT);
        sender.kill();
      }
      List<Long> packets = takeDuringRecovery(memory, ring);
      assertTrue(!packets.isEmpty());
      for (long packet = ring.dequeue(); packet != 0; packet = ring.dequeue()) {
        packets.add(packet);
      }
      assertEquals(ring.capacity(), packets.size());
      Set<Long> segments = new HashSet<>();
      for (long packet : packets) {
        for (long segment = packet; segment != 0; segment = Mbuf.next(segment)) {
          segments.add(segment);
        }
      }
      assertEquals(packets.size() * SEGMENTS, segments.size());
      assertEquals(SIZE - segments.size(), pool.availCount());
      packets.forEach(Mbuf::free);
      assertEquals(SIZE, pool.availCount());
    }
  }
}
