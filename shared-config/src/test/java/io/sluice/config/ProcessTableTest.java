package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProcessTableTest {
  private long address;

  @BeforeEach
  void create() {
    address = Memory.allocate(ProcessTable.size());
    ProcessTable.init(address);
  }

  @AfterEach
  void release() {
    Memory.release(address);
  }

  private List<ProcessTable.Entry> entries() {
    List<ProcessTable.Entry> entries = new ArrayList<>();
    ProcessTable.at(address, null).forEach(entries::add);
    return entries;
  }

  private ProcessTable claim(String role, Integer... lcores) {
    ProcessTable table = ProcessTable.at(address, null);
    table.claim(ProcType.SECONDARY, role, List.of(lcores));
    return table;
  }

  /** Gives a slot's claim to a process that does not run. */
  private void killHolderOf(int slot) {
    Memory.putInt(
        address
            + ProcessTableLayout.FIRST_SLOT
            + (long) slot * ProcessTableLayout.SLOT_SIZEOF
            + ProcessTableLayout.PID,
        Integer.MAX_VALUE);
  }

  @Test
  void shouldListWhoIsThereWithItsLcores() {
    ProcessTable primary = ProcessTable.at(address, null);
    primary.claim(ProcType.PRIMARY, "primary", List.of(0, 127));
    ProcessTable worker = claim("worker", 1);
    worker.claimLcore(2);
    worker.claimLcore(2);
    List<ProcessTable.Entry> entries = entries();
    assertEquals(List.of(0, 127), entries.get(0).lcores());
    assertEquals(ProcType.PRIMARY, entries.get(0).procType());
    assertEquals(List.of(1, 2), entries.get(1).lcores());
    assertEquals("worker", entries.get(1).role());
    assertEquals(Libc.getpid(), entries.get(1).pid());
    assertTrue(primary.isAlive(entries.get(1)));
    worker.releaseLcore(2);
    primary.release();
    primary.release();
    assertEquals(List.of(1), entries().get(0).lcores());
    assertEquals(1, entries().size());
  }

  @Test
  void shouldRefuseAnLcoreInUseAndNameItsHolder() {
    claim("holder", 5);
    SluiceException refused = assertThrows(SluiceException.class, () -> claim("other", 4, 5));
    assertEquals(Errno.EBUSY, refused.errno());
    assertEquals(
        "lcore 5 is taken by holder (pid " + Libc.getpid() + "); choose another with -l (EBUSY)",
        refused.getMessage());
    assertEquals(1, entries().size());
    claim("third", 4);
    assertEquals(
        Errno.EINVAL, assertThrows(SluiceException.class, () -> claim("fourth", 128)).errno());
  }

  @Test
  void shouldTakeOverFromTheDead() {
    claim("dead", 7, 8);
    killHolderOf(0);
    ProcessTable heir = claim("heir", 7);
    assertEquals(List.of(7), entries().get(entries().size() - 1).lcores());
    heir.claimLcore(8);
    assertTrue(heir.freeIfDead(0) || entries().size() == 1);
  }

  @Test
  void shouldWaitForAnLcoreOfTheDeadWhileAnotherRecoversFromIt() {
    claim("dead", 7);
    killHolderOf(0);
    ProcessTable heir = claim("heir");
    AtomicInteger tries = new AtomicInteger();
    heir.setRecoverer(dead -> tries.incrementAndGet() == 3);
    heir.claimLcore(7);
    assertEquals(3, tries.get());
    assertEquals(List.of(7), entries().get(entries().size() - 1).lcores());
  }

  @Test
  void shouldReuseSlotsOfTheDeadWhenFull() {
    for (int i = 0; i < ProcessTableLayout.MAX_PROCESSES; i++) {
      claim("p" + i);
    }
    assertEquals(Errno.ENOSPC, assertThrows(SluiceException.class, () -> claim("more")).errno());
    killHolderOf(77);
    claim("more");
    assertEquals("more", entries().get(77).role());
    assertEquals(ProcessTableLayout.MAX_PROCESSES, entries().size());
  }

  @Test
  void shouldNotLoseAnLcoreToSomebodyWhoFreesLate() {
    ProcessTable first = claim("first", 3);
    first.release();
    ProcessTable second = claim("second", 3);
    first.release();
    first.releaseLcore(3);
    assertEquals(List.of(3), entries().get(0).lcores());
    second.release();
    assertEquals(List.of(), entries());
  }

  @Test
  void shouldHaveAnAnswerOnceAllThatLiveAreOutside() {
    ProcessTable asking = claim("asking");
    asking.beginClaims(() -> true);
    AtomicBoolean outside = new AtomicBoolean();
    ProcessTable asked = claim("asked");
    asked.beginClaims(outside::get);
    claim("dead");
    killHolderOf(2);
    int question = asking.ask();
    asking.answer();
    asked.answer();
    assertFalse(asking.haveAnswered(question));
    // What is asked later is another question.
    outside.set(true);
    asked.answer();
    assertTrue(asking.haveAnswered(question));
    assertFalse(asking.haveAnswered(asking.ask()));
  }

  @Test
  void shouldNotWaitForWhoJoinsOrLeaves() {
    ProcessTable asking = claim("asking");
    asking.beginClaims(() -> true);
    ProcessTable other = claim("other");
    int question = asking.ask();
    asking.answer();
    assertTrue(asking.haveAnswered(question));
    other.beginClaims(() -> false);
    question = asking.ask();
    asking.answer();
    other.answer();
    assertFalse(asking.haveAnswered(question));
    other.endClaims();
    assertTrue(asking.haveAnswered(question));
    other.answer();
    question = asking.ask();
    asking.answer();
    assertTrue(asking.haveAnswered(question));
  }

  @Test
  void shouldNotAskWhoCameAfterTheQuestion() {
    ProcessTable asking = claim("asking");
    asking.beginClaims(() -> true);
    int question = asking.ask();
    asking.answer();
    claim("newcomer").beginClaims(() -> false);
    assertTrue(asking.haveAnswered(question));
  }

  @Test
  void shouldShowAnotherGenerationWhenAnotherPrimaryTakesCharge() {
    ProcessTable seen = ProcessTable.at(address, null);
    assertEquals(0, seen.primaryGeneration());
    assertTrue(seen.isPrimaryStock());
    assertFalse(seen.isPrimaryAlive());
    ProcessTable first = ProcessTable.at(address, null);
    first.claim(ProcType.PRIMARY, "primary", List.of());
    assertFalse(seen.isPrimaryAlive());
    first.takeCharge();
    assertTrue(seen.isPrimaryAlive());
    assertEquals(first.generation(), seen.primaryGeneration());
    assertEquals(Libc.getpid(), seen.primaryPid());
    killHolderOf(0);
    assertFalse(seen.isPrimaryAlive());
    assertEquals(first.generation(), seen.primaryGeneration());
    assertFalse(seen.isPrimaryStock());
    ProcessTable second = ProcessTable.at(address, null);
    second.claim(ProcType.PRIMARY, "primary", List.of());
    assertFalse(seen.isPrimaryAlive());
    second.takeCharge();
    assertTrue(seen.isPrimaryAlive());
    assertNotEquals(first.generation(), seen.primaryGeneration());
  }
}
