package io.sluice.cli.chaos;

import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Ring;

/**
 * What the members share: a pool of mbufs with caches, and rings of every mode. Those of MT, HTS
 * and RTS connect all workers with the generator and the sink, those of ST one worker each.
 */
final class Stage {
  static final int WORKERS = 4;

  /** Mbufs: fewer than the rings can hold, so that at times there are none. */
  static final int MBUFS = 2047;

  private static final String ZONE = "SLUICE_chaos";
  private static final String POOL = "chaos";
  private static final int CACHE = 32;
  private static final int SHARED_SLOTS = 256;
  private static final int OWN_SLOTS = 128;
  private static final String[] MODES = {"mt", "hts", "rts"};
  private static final int[] FLAGS = {
    0, Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ, Ring.MP_RTS_ENQ | Ring.MC_RTS_DEQ
  };

  /** How many rings one worker takes from, or gives to. */
  static final int RINGS_OF_WORKER = MODES.length + 1;

  private final SharedMemory memory;
  private final Mempool pool;
  private final long zone;

  private Stage(SharedMemory memory, Mempool pool, long zone) {
    this.memory = memory;
    this.pool = pool;
    this.zone = zone;
  }

  /** Makes all of it. */
  static Stage create(SharedMemory memory) {
    long zone =
        MemZone.reserve(memory, ZONE, ChaosLayout.SIZEOF, MemZone.SOCKET_ID_ANY, 0).address();
    Mempool pool =
        PktmbufPool.create(
            memory,
            POOL,
            MBUFS,
            CACHE,
            ChaosLayout.PRIVATE_SIZEOF,
            Payload.ROOM,
            MemZone.SOCKET_ID_ANY);
    for (String end : new String[] {"in", "out"}) {
      for (int mode = 0; mode < MODES.length; mode++) {
        Ring.create(memory, shared(end, mode), SHARED_SLOTS, MemZone.SOCKET_ID_ANY, FLAGS[mode]);
      }
      for (int worker = 0; worker < WORKERS; worker++) {
        Ring.create(
            memory, own(end, worker), OWN_SLOTS, MemZone.SOCKET_ID_ANY, Ring.SP_ENQ | Ring.SC_DEQ);
      }
    }
    return new Stage(memory, pool, zone);
  }

  /**
   * Finds all of it, in an observer, too.
   *
   * @throws SluiceException ENOENT if that memory has none
   */
  static Stage lookup(SharedMemory memory) {
    MemZone zone = MemZone.lookup(memory, ZONE);
    if (zone == null) {
      throw new SluiceException(
          Errno.ENOENT,
          memory.runtimeDirectory().path() + " is not a chaos run's; start one with sluice chaos");
    }
    return new Stage(memory, Mempool.lookup(memory, POOL), zone.address());
  }

  private static String shared(String end, int mode) {
    return "chaos_" + end + "_" + MODES[mode];
  }

  private static String own(String end, int worker) {
    return "chaos_" + end + "_st" + worker;
  }

  SharedMemory memory() {
    return memory;
  }

  Mempool pool() {
    return pool;
  }

  Ledger ledger() {
    return new Ledger(zone);
  }

  Pulse pulse(Place place) {
    return new Pulse(zone, place.ordinal());
  }

  /** What a worker takes from: the shared rings, then its own. */
  Ring[] inputs(int worker) {
    return ofWorker("in", worker);
  }

  /** What a worker gives to: the shared rings, then its own. */
  Ring[] outputs(int worker) {
    return ofWorker("out", worker);
  }

  private Ring[] ofWorker(String end, int worker) {
    Ring[] rings = new Ring[RINGS_OF_WORKER];
    for (int mode = 0; mode < MODES.length; mode++) {
      rings[mode] = Ring.lookup(memory, shared(end, mode));
    }
    rings[MODES.length] = Ring.lookup(memory, own(end, worker));
    return rings;
  }

  /** What the generator gives to. */
  Ring[] allInputs() {
    return all("in");
  }

  /** What the sink takes from. */
  Ring[] allOutputs() {
    return all("out");
  }

  private Ring[] all(String end) {
    Ring[] rings = new Ring[MODES.length + WORKERS];
    for (int mode = 0; mode < MODES.length; mode++) {
      rings[mode] = Ring.lookup(memory, shared(end, mode));
    }
    for (int worker = 0; worker < WORKERS; worker++) {
      rings[MODES.length + worker] = Ring.lookup(memory, own(end, worker));
    }
    return rings;
  }
}
