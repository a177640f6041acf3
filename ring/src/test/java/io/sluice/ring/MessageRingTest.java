package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertThrowsExactly;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.testing.UniquePrefix;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageRingTest {
  private static final String NAME = "orders";
  private static final int ANY = MemZone.SOCKET_ID_ANY;

  private static SharedMemory memory;

  @BeforeAll
  static void createMemory() {
    memory =
        SharedMemory.create(
            EalOptions.parse(
                "--file-prefix", UniquePrefix.next(), "-m", "8", "--no-pci", "--no-huge"));
  }

  @AfterAll
  static void closeMemory() {
    memory.close();
  }

  private static void fill(long message, int size, long number) {
    for (int i = 0; i < size; i++) {
      Memory.putByte(message + i, (byte) (number * 31 + i));
    }
  }

  private static void assertFilled(long message, int size, long number) {
    for (int i = 0; i < size; i++) {
      assertEquals((byte) (number * 31 + i), Memory.getByte(message + i));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 24, 56, 57, 1500})
  void shouldPassMessagesWholeAndInOrderRoundAfterRound(int size) {
    MessageRing ring = MessageRing.create(memory, NAME, 8, size, ANY);
    MessageRing consumer = MessageRing.lookup(memory, NAME);
    assertEquals(size, consumer.messageSize());
    assertEquals(8, consumer.capacity());
    long sent = 0;
    for (long received = 0; received < 100; received++) {
      for (; sent < received + 1 + received % 8; sent++) {
        fill(ring.claim(), size, sent);
        ring.publish();
      }
      assertEquals(sent - received, consumer.count());
      assertFilled(consumer.peek(), size, received);
      consumer.release();
    }
    ring.free(memory);
  }

  @Test
  void shouldGiveNothingWhenEmptyAndTakeNothingWhenFull() {
    MessageRing ring = MessageRing.create(memory, NAME, 4, 8, ANY);
    assertEquals(0, ring.peek());
    assertEquals(0, ring.count());
    for (int i = 0; i < 4; i++) {
      Memory.putLong(ring.claim(), i);
      ring.publish();
    }
    assertEquals(0, ring.claim());
    assertEquals(4, ring.count());
    assertEquals(0, Memory.getLong(ring.peek()));
    assertEquals(0, Memory.getLong(ring.peek()));
    ring.release();
    Memory.putLong(ring.claim(), 4);
    ring.publish();
    assertEquals(0, ring.claim());
    assertEquals(1, Memory.getLong(ring.peek()));
    ring.free(memory);
  }

  @Test
  void shouldNotSendWhatWasOnlyClaimed() {
    MessageRing ring = MessageRing.create(memory, NAME, 4, 8, ANY);
    long message = ring.claim();
    assertEquals(message, ring.claim());
    assertEquals(0, ring.peek());
    ring.publish();
    assertEquals(message, ring.peek());
    assertThrowsExactly(IllegalStateException.class, ring::publish);
    ring.release();
    assertThrowsExactly(IllegalStateException.class, ring::release);
    ring.free(memory);
  }

  @Test
  void shouldReleaseNothingThatWasNotPeekedAt() {
    MessageRing ring = MessageRing.create(memory, NAME, 4, 8, ANY);
    MessageRing other = MessageRing.lookup(memory, NAME);
    assertEquals(0, ring.peek());
    for (int i = 0; i < 3; i++) {
      Memory.putLong(ring.claim(), i);
      ring.publish();
    }
    assertThrowsExactly(IllegalStateException.class, ring::release);
    assertEquals(0, Memory.getLong(ring.peek()));
    assertEquals(0, Memory.getLong(other.peek()));
    other.release();
    assertThrowsExactly(IllegalStateException.class, ring::release);
    assertEquals(1, Memory.getLong(ring.peek()));
    assertEquals(2, ring.count());
    ring.free(memory);
  }

  @Test
  void shouldForgetAClaimForWhichThereIsNoRoomAnyMore() {
    MessageRing ring = MessageRing.create(memory, NAME, 2, 8, ANY);
    MessageRing other = MessageRing.lookup(memory, NAME);
    assertTrue(ring.claim() != 0);
    for (int i = 0; i < 2; i++) {
      Memory.putLong(other.claim(), i);
      other.publish();
    }
    assertEquals(0, ring.claim());
    assertThrowsExactly(IllegalStateException.class, ring::publish);
    assertEquals(2, ring.count());
    ring.free(memory);
  }

  @Test
  void shouldGoOnWithAnyHandle() {
    MessageRing ring = MessageRing.create(memory, NAME, 4, 8, ANY);
    for (long number = 0; number < 50; number++) {
      MessageRing producer = number % 3 == 0 ? ring : MessageRing.lookup(memory, NAME);
      Memory.putLong(producer.claim(), number);
      producer.publish();
      MessageRing consumer = number % 5 == 0 ? ring : MessageRing.lookup(memory, NAME);
      assertEquals(number, Memory.getLong(consumer.peek()));
      consumer.release();
    }
    ring.free(memory);
  }

  @Test
  void shouldBeAloneInItsCacheLinesUpTo56Bytes() {
    MessageRing ring = MessageRing.create(memory, NAME, 4, 56, ANY);
    for (int i = 0; i < 8; i++) {
      assertEquals(8, ring.claim() % 64);
      ring.publish();
      assertEquals(8, ring.peek() % 64);
      ring.release();
    }
    ring.free(memory);
  }

  @Test
  void shouldBeThereOnceByItsNameAndGoneWhenFreed() {
    assertNull(MessageRing.lookup(memory, NAME));
    MessageRing ring = MessageRing.create(memory, NAME, 4, 8, ANY);
    assertRefused(Errno.EEXIST, "'orders' is there already", NAME, 4, 8);
    assertNotNull(MessageRing.lookup(memory, NAME));
    ring.free(memory);
    assertNull(MessageRing.lookup(memory, NAME));
    SluiceException twice = assertThrows(SluiceException.class, () -> ring.free(memory));
    assertEquals(Errno.EINVAL, twice.errno());
  }

  @ParameterizedTest
  @CsvSource({
    "EINVAL, slots=3 is no power of two, odd, 3, 8",
    "EINVAL, slots=0 is no power of two, none, 0, 8",
    "EINVAL, messages of 0 bytes, empty, 4, 0",
    "EINVAL, messages of -1 bytes, negative, 4, -1",
    "EINVAL, messages of 1073741817 bytes, large, 4, 1073741817",
    "ENAMETOOLONG, takes 1 to 21, a-name-of-twenty-two-c, 4, 8",
    "ENOMEM, '', many, 1073741824, 56"
  })
  void shouldRefuseInOneLine(String errno, String line, String name, int slots, int size) {
    assertRefused(Errno.valueOf(errno), line, name, slots, size);
    assertNull(MessageRing.lookup(memory, name));
  }

  private static void assertRefused(Errno errno, String line, String name, int slots, int size) {
    Refusals.assertRefused(errno, line, () -> MessageRing.create(memory, name, slots, size, ANY));
  }
}
