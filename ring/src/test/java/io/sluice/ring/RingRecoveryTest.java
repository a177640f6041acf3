package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.testing.UniquePrefix;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RingRecoveryTest {
  private static SharedMemory memory;

  @BeforeAll
  static void create() {
    String prefix = UniquePrefix.next();
    memory =
        SharedMemory.create(
            EalOptions.parse("--file-prefix", prefix, "-m", "4", "--no-pci", "--no-huge"));
  }

  @AfterAll
  static void close() {
    memory.close();
  }

  private static boolean isInsideClaim(StackTraceElement[] stack) {
    return Arrays.stream(stack).anyMatch(new RingRecovery()::isInsideClaim);
  }

  /** On its way to a page that is not there, so that its own stack is to be seen. */
  @ParameterizedTest
  @ValueSource(ints = {HeadTail.MT, HeadTail.RTS, HeadTail.HTS})
  void shouldKnowAThreadThatIsClaimingByItsStack(int sync) {
    Throwable there =
        assertThrows(
            Throwable.class,
            () -> ProtectedClaims.take(memory.claimants(), ClaimNote.of(1), 0, sync, 0, 0, 1));
    assertTrue(isInsideClaim(there.getStackTrace()), () -> there + "");
  }

  @Test
  void shouldKnowAThreadThatIsGivingAClaimBackByItsStack() {
    Throwable there =
        assertThrows(Throwable.class, () -> ProtectedClaims.finishPeek(0, HeadTail.HTS, 0, 0));
    assertTrue(isInsideClaim(there.getStackTrace()), () -> there + "");
  }

  @Test
  void shouldNotTakeAThreadForOneThatIsClaimingThatIsNot() {
    assertFalse(isInsideClaim(Thread.currentThread().getStackTrace()));
  }
}
