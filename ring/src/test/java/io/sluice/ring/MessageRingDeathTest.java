package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.testing.Await;
import io.sluice.testing.UniquePrefix;
import io.sluice.testing.Victims;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A process dies ahead of each store of sending or receiving, between this process's own messages:
 * each of its messages is there whole or not at all, and nobody waits.
 */
@Tag("deaths")
class MessageRingDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int COUNT = MessageRingVictim.COUNT;

  private String prefix;
  private SharedMemory memory;
  private MessageRing ring;
  private long sent;
  private long received;

  @BeforeEach
  void create() {
    prefix = UniquePrefix.next();
    memory =
        SharedMemory.create(
            EalOptions.parse("--file-prefix", prefix, "-m", "4", "--no-pci", "--no-huge"));
    ring =
        MessageRing.create(
            memory, MessageRingVictim.RING, 8, MessageRingVictim.SIZE, MemZone.SOCKET_ID_ANY);
  }

  @AfterEach
  void close() {
    memory.close();
  }

  private void send() {
    MessageRingVictim.write(ring.claim(), sent++);
    ring.publish();
  }

  private List<Long> receiveAll() {
    List<Long> numbers = new ArrayList<>();
    for (long message = ring.peek(); message != 0; message = ring.peek()) {
      numbers.add(MessageRingVictim.read(message));
      ring.release();
    }
    return numbers;
  }

  private static List<Long> numbers(long first, long end) {
    return LongStream.range(first, end).boxed().toList();
  }

  @Test
  void shouldSendEachMessageWholeOrNotAtAll() {
    int died = 0;
    try (Victims victims = new Victims(MessageRingVictim.class, prefix)) {
      boolean lived = false;
      for (int nth = 1; !lived; nth++) {
        send();
        long before = sent;
        lived = victims.run(nth, "send", Long.toString(sent));
        died += lived ? 0 : 1;
        int count = ring.count();
        List<Long> numbers = receiveAll();
        assertEquals(count, numbers.size());
        sent = before + numbers.size() - 1;
        assertEquals(numbers(before - 1, sent), numbers);
        assertTrue(lived ? sent == before + COUNT : sent <= before + COUNT);
        send();
        assertEquals(numbers(sent - 1, sent), receiveAll());
        assertEquals(0, ring.count());
      }
    }
    assertTrue(died >= 2 * COUNT, died + " deaths");
  }

  @Test
  void shouldReceiveAgainWhatTheDeadOneHadOnlyPeekedAt() {
    int died = 0;
    try (Victims victims = new Victims(MessageRingVictim.class, prefix)) {
      boolean lived = false;
      for (int nth = 1; !lived; nth++) {
        for (int i = 0; i < COUNT + 1; i++) {
          send();
        }
        lived = victims.run(nth, "receive", Long.toString(received));
        int done = lived ? COUNT : died;
        died += lived ? 0 : 1;
        assertEquals(numbers(received + done, sent), receiveAll());
        received = sent;
      }
    }
    assertEquals(COUNT, died);
  }

  @Test
  void shouldBeMadeWholeOrNotAtAll() {
    int died = 0;
    try (Victims victims = new Victims(MessageRingVictim.class, prefix)) {
      boolean lived = false;
      for (int nth = 1; !lived; nth++) {
        lived = victims.run(nth, "make", "0");
        died += lived ? 0 : 1;
        Await.until("recovery", LIMIT, () -> memory.processTable().allAlive());
        MessageRing made = MessageRing.lookup(memory, MessageRingVictim.MADE);
        assertTrue(made != null || !lived);
        if (made != null) {
          Memory.putLong(made.claim(), 7);
          made.publish();
          assertEquals(7, Memory.getLong(made.peek()));
          made.free(memory);
        }
        assertNull(MemZone.lookup(memory, "SLUICE_mr_" + MessageRingVictim.MADE));
      }
    }
    assertTrue(died >= 5, died + " deaths");
  }
}
