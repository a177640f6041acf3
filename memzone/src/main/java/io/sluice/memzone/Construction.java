package io.sluice.memzone;

import io.sluice.config.Custody;
import io.sluice.config.UndoLog;
import java.util.ArrayList;
import java.util.List;

/**
 * Zones and blocks of something that takes several steps to make or to take apart, such as a ring:
 * they are this process's until {@link #commit}, under the lock with which the whole becomes
 * visible, and are freed by {@link #close} or when the process dies. Taking apart is the reverse:
 * {@link #take} under the lock with which the whole goes out of sight, then close.
 *
 * <p>For one thread.
 */
public final class Construction implements AutoCloseable {
  private final SharedMemory memory;
  private final List<MemZone> zones = new ArrayList<>();
  private final List<Long> places = new ArrayList<>();

  /** Begins with nothing. */
  public Construction(SharedMemory memory) {
    this.memory = memory;
  }

  /** As {@link MemZone#reserve}, for this. */
  public MemZone reserve(String name, long len, int socket, int flags) {
    MemZone zone = MemZone.reserve(memory, name, len, socket, flags, 0, 0, true);
    zones.add(zone);
    return zone;
  }

  /** As {@link io.sluice.memseg.Heap#zmalloc}, for this; 0 if there is no memory. */
  public long zmalloc(String type, long size, int socket) {
    long place = memory.custody().take();
    places.add(place);
    return memory.heap(socket).zmalloc(type, size, 0, place);
  }

  /**
   * Has a zone freed by {@link #close}.
   *
   * @param log of the lock under which it goes out of sight
   */
  public void take(UndoLog log, MemZone zone) {
    memory.custody().setZone(log, zone.index(memory), true);
    zones.add(zone);
  }

  /** As {@link #take(UndoLog, MemZone)}, of a block of the heap. */
  public void take(UndoLog log, long block) {
    long place = memory.custody().take();
    places.add(place);
    Custody.set(log, place, block);
  }

  /**
   * It is made: zones and blocks are everybody's.
   *
   * @param log of the lock under which it becomes visible
   */
  public void commit(UndoLog log) {
    zones.forEach(zone -> memory.custody().setZone(log, zone.index(memory), false));
    places.forEach(place -> Custody.set(log, place, 0));
    zones.clear();
  }

  /** Frees what is in its custody: not {@link #commit committed}, nor given back by undoing. */
  @Override
  public void close() {
    // First, as freeing a zone takes a place.
    for (long place : places) {
      memory.heap(MemZone.SOCKET_ID_ANY).free(Custody.block(place), place);
      Custody.give(place);
    }
    for (MemZone zone : zones) {
      if (memory.custody().hasZone(zone.index(memory))) {
        MemZone.free(memory, zone);
      }
    }
  }
}
