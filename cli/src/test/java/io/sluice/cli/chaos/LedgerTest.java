package io.sluice.cli.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.platform.Memory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The account sees a packet that is lost, comes twice, or comes after it was recovered. */
class LedgerTest {
  private static final int MBUF_BYTES = 256;

  private long zone;
  private long mbuf;
  private Ledger ledger;

  @BeforeEach
  void open() {
    zone = Memory.allocate(ChaosLayout.SIZEOF);
    Memory.fill(zone, ChaosLayout.SIZEOF, (byte) 0);
    mbuf = Memory.allocate(MBUF_BYTES);
    Memory.fill(mbuf, MBUF_BYTES, (byte) 0);
    ledger = new Ledger(zone);
  }

  @AfterEach
  void close() {
    Memory.release(mbuf);
    Memory.release(zone);
  }

  private long send() {
    long number = ledger.nextNumber();
    ledger.send(mbuf, number);
    return number;
  }

  private List<Long> sent() {
    List<Long> numbers = new ArrayList<>();
    ledger.forEachSent(numbers::add);
    return numbers;
  }

  @Test
  void shouldKnowAPacketAsSentUntilItIsDelivered() {
    long number = send();
    assertEquals(List.of(number), sent());
    ledger.deliver(number);
    ledger.settle(mbuf);
    assertEquals(List.of(), sent());
    assertEquals(0, ledger.recovered());
    assertEquals(0, ledger.corrupted());
  }

  @Test
  void shouldRecoverAPacketWhoseMbufIsAllocatedAgain() {
    send();
    ledger.settle(mbuf);
    ledger.settle(mbuf);
    assertEquals(List.of(), sent());
    assertEquals(1, ledger.recovered());
  }

  @Test
  void shouldCountAPacketThatComesTwiceOrAfterItWasRecovered() {
    long twice = send();
    ledger.deliver(twice);
    ledger.deliver(twice);
    assertEquals(1, ledger.corrupted());
    long recovered = send();
    ledger.settle(mbuf);
    ledger.deliver(recovered);
    assertEquals(2, ledger.corrupted());
  }

  @Test
  void shouldNotUseANumberAgainWhosePacketIsNotSettled() {
    long lost = send();
    for (int i = 0; i < 2 * ChaosLayout.STATES; i++) {
      ledger.deliver(send());
    }
    assertEquals(List.of(lost), sent());
    assertEquals(0, ledger.corrupted());
  }
}
