package io.sluice.cli.chaos;

import io.sluice.memseg.Heap;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.ring.Ring;
import java.util.SplittableRandom;

/**
 * Memory of a worker's own, which is freed for it if it dies: a zone and blocks of the heap, each
 * filled with one byte that must still be there when it is freed; and a ring, which belongs to
 * nobody and which the next worker in this place finds whole or not at all.
 */
final class Belongings {
  private static final int BLOCKS = 4;
  private static final int MAX_BYTES = 16384;

  private final SharedMemory memory;
  private final Heap heap;
  private final Ledger ledger;
  private final SplittableRandom random;
  private final String name;
  private final byte pattern;
  private final long[] blocks = new long[BLOCKS];
  private final int[] sizes = new int[BLOCKS];
  private MemZone zone;
  private Ring ring;

  Belongings(Stage stage, int worker, SplittableRandom random) {
    memory = stage.memory();
    heap = memory.heap(MemZone.SOCKET_ID_ANY);
    ledger = stage.ledger();
    this.random = random;
    name = "chaos_own" + worker;
    pattern = (byte) (worker + 1);
    ring = Ring.lookup(memory, name);
  }

  /** Reserves or frees one thing. */
  void change() {
    int which = random.nextInt(BLOCKS + 2);
    if (which < BLOCKS) {
      changeBlock(which);
    } else if (which == BLOCKS) {
      changeZone();
    } else {
      changeRing();
    }
  }

  private void changeBlock(int i) {
    if (blocks[i] != 0) {
      freeBlock(i);
    } else {
      sizes[i] = 1 + random.nextInt(MAX_BYTES);
      blocks[i] = heap.zmallocOwned("chaos", sizes[i], 0);
      if (blocks[i] != 0) {
        use(blocks[i], sizes[i]);
      }
    }
  }

  private void freeBlock(int i) {
    require(blocks[i], sizes[i], pattern);
    heap.free(blocks[i]);
    blocks[i] = 0;
  }

  private void changeZone() {
    if (zone != null) {
      freeZone();
    } else {
      int bytes = 1 + random.nextInt(MAX_BYTES);
      zone = MemZone.reserveOwned(memory, name, bytes, MemZone.SOCKET_ID_ANY, 0);
      use(zone.address(), (int) zone.length());
    }
  }

  private void freeZone() {
    require(zone.address(), (int) zone.length(), pattern);
    MemZone.free(memory, zone);
    zone = null;
  }

  private void changeRing() {
    if (ring == null) {
      ring = Ring.create(memory, name, 64, MemZone.SOCKET_ID_ANY, 0);
    } else {
      ring.free(memory);
      ring = null;
    }
  }

  private void use(long address, int bytes) {
    require(address, bytes, (byte) 0);
    Memory.fill(address, bytes, pattern);
  }

  private void require(long address, int bytes, byte value) {
    for (int i = 0; i < bytes; i++) {
      if (Memory.getByte(address + i) != value) {
        ledger.corrupt(
            "byte "
                + i
                + " of "
                + bytes
                + " at 0x"
                + Long.toHexString(address)
                + " of "
                + name
                + " is "
                + Memory.getByte(address + i)
                + ", expected "
                + value);
        return;
      }
    }
  }

  /** Frees all of it. */
  void free() {
    for (int i = 0; i < BLOCKS; i++) {
      if (blocks[i] != 0) {
        freeBlock(i);
      }
    }
    if (zone != null) {
      freeZone();
    }
    if (ring != null) {
      changeRing();
    }
  }
}
