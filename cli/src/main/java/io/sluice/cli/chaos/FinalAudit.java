package io.sluice.cli.chaos;

import io.sluice.config.ProcType;
import io.sluice.config.ProcessTable;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PoolCensus;
import io.sluice.memseg.HeapStats;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Ring;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Looks at everything once all members but the primary have ended in order: then every mbuf must
 * lie in the pool, every packet must be delivered or recovered, and of heap and zones there must be
 * as much as there was before the first member came.
 */
final class FinalAudit {
  private static final int SHOWN = 5;

  private final SharedMemory memory;
  private final Verdict verdict;
  private final Consumer<String> troubles;

  /**
   * Makes one.
   *
   * @param memory as an observer sees it now
   * @param troubles takes a line for each thing that is wrong
   */
  FinalAudit(SharedMemory memory, Verdict verdict, Consumer<String> troubles) {
    this.memory = memory;
    this.verdict = verdict;
    this.troubles = troubles;
  }

  /** What there is of heap and zones. */
  record Holdings(int blocks, long bytes, List<String> zones) {
    static Holdings of(SharedMemory memory) {
      HeapStats heap = memory.heap(MemZone.SOCKET_ID_ANY).stats();
      List<String> zones = new ArrayList<>();
      MemZone.walk(memory, zone -> zones.add(zone.name()));
      return new Holdings(heap.allocCount(), heap.allocSize(), zones);
    }
  }

  /**
   * Counts.
   *
   * @param before what was there before the first member
   * @param deaths how many processes died, each with {@link Ledger#MAX_IN_HAND} packets at most
   */
  void run(Holdings before, int deaths) {
    Stage stage = Stage.lookup(memory);
    countPackets(stage, deaths);
    countMbufs(stage.pool());
    checkRings();
    checkMemory(before);
    verdict.addCorrupted(stage.ledger().corrupted());
  }

  /** Who waits for recovery: none may be left when this is called. */
  static boolean onlyPrimaryIsThere(SharedMemory memory) {
    int[] others = {0};
    ProcessTable processes = memory.processTable();
    processes.forEach(entry -> others[0] += entry.procType() == ProcType.PRIMARY ? 0 : 1);
    return others[0] == 0 && processes.allAlive() && processes.isPrimaryAlive();
  }

  private void countPackets(Stage stage, int deaths) {
    Ledger ledger = stage.ledger();
    TreeSet<Long> sent = new TreeSet<>();
    ledger.forEachSent(sent::add);
    int all = sent.size();
    stage.pool().objIter((pool, mbuf, index) -> sent.remove(Ledger.numberOf(mbuf)));
    long recovered = ledger.recovered() + all - sent.size();
    verdict.addLost(sent.size());
    if (!sent.isEmpty()) {
      troubles.accept(
          sent.size() + " packets lost, among them " + sent.stream().limit(SHOWN).toList());
    }
    long most = (long) deaths * Ledger.MAX_IN_HAND;
    if (recovered > most) {
      verdict.addLost(recovered - most);
      troubles.accept(
          recovered
              + " packets came back to the pool, which is more than "
              + deaths
              + " dead processes can have had in hand");
    }
  }

  private void countMbufs(Mempool pool) {
    try {
      pool.audit();
    } catch (IllegalStateException e) {
      verdict.addCorrupted(1);
      troubles.accept(e.getMessage());
    }
    for (PoolCensus census : PoolCensus.take(memory)) {
      int missing = census.size() - census.free();
      verdict.addLeaked(missing);
      if (missing != 0) {
        troubles.accept(census.toString());
      }
      // The census counts each once, the pool's ring what lies in it.
      int twice = pool.commonCount() - census.free();
      verdict.addCorrupted(Math.abs(twice));
      if (twice != 0) {
        troubles.accept("pool " + census.pool() + " holds " + twice + " more than different ones");
      }
    }
    pool.objIter((p, mbuf, index) -> checkAtRest(mbuf, index));
  }

  private void checkAtRest(long mbuf, int index) {
    if (Mbuf.refcnt(mbuf) != 1
        || Mbuf.next(mbuf) != 0
        || Mbuf.nbSegs(mbuf) != 1
        || !Mbuf.isDirect(mbuf)) {
      verdict.addCorrupted(1);
      troubles.accept("mbuf " + index + " in the pool: " + Worker.describe(mbuf));
    }
  }

  private void checkRings() {
    Ring.walk(
        memory,
        ring -> {
          String claims = ring.openClaims();
          if (!claims.isEmpty()) {
            verdict.addStuck(1);
            troubles.accept("ring " + ring.name() + ": " + claims.strip());
          }
        });
  }

  private void checkMemory(Holdings before) {
    List<String> wrong = memory.heap(MemZone.SOCKET_ID_ANY).audit();
    verdict.addCorrupted(wrong.size());
    wrong.forEach(troubles);
    Holdings after = Holdings.of(memory);
    List<String> zones = new ArrayList<>(after.zones());
    before.zones().forEach(zones::remove);
    int blocks = after.blocks() - before.blocks();
    // A zone is a block, too.
    verdict.addLeaked(Math.max(Math.abs(blocks), zones.size()));
    if (blocks != 0 || !zones.isEmpty()) {
      troubles.accept(
          blocks
              + " blocks of "
              + (after.bytes() - before.bytes())
              + " bytes more than at the start, zones "
              + zones);
    }
  }
}
