package io.sluice.mempool;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.StoreFaults;
import io.sluice.ring.Ring;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A secondary that is lcore {@link #LCORE}, or that of its second argument, and does one thing with
 * the pool {@link #POOL} and the ring {@link #RING} for each line {@code OPERATION NTH} it reads:
 * it gets ready, and dies ahead of the NTH store of the rest. What it has at the end it keeps.
 */
final class PoolVictim {
  static final String POOL = "packets";
  static final String RING = "packets_ring";
  static final int LCORE = 7;
  static final int COUNT = 5;

  /** A pool that it makes or frees. */
  static final String MADE = "made";

  static final int MADE_SIZE = 3;

  private final SharedMemory memory;
  private final Mempool pool;
  private final Ring ring;
  private final long[] mbufs = new long[3 * COUNT];

  private PoolVictim(SharedMemory memory) {
    this.memory = memory;
    this.pool = Mempool.lookup(memory, POOL);
    this.ring = Ring.lookup(memory, RING);
  }

  public static void main(String[] arguments) throws IOException {
    int lcore = arguments.length == 1 ? LCORE : Integer.parseInt(arguments[1]);
    try (SharedMemory memory = TestMemory.secondary(arguments[0], lcore)) {
      PoolVictim victim = new PoolVictim(memory);
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      System.out.println("ready");
      String[] words = input.readLine().split(" ");
      if (words[0].equals("reap")) {
        reap(memory, Long.parseLong(words[1]), input);
        return;
      }
      Runnable work =
          () -> {
            memory.journal().slot();
            Runnable rest = victim.prepare(words[0]);
            StoreFaults.arm(Long.parseLong(words[1]));
            rest.run();
            System.out.println("done " + StoreFaults.disarm());
          };
      if (words[0].endsWith("Uncached")) {
        work.run();
      } else {
        TestMemory.asLcore(lcore, work);
      }
      // Holds what it has until it is killed.
      input.readLine();
    }
  }

  /** Has this process's reaper die ahead of its nth store, if it comes to that. */
  private static void reap(SharedMemory memory, long nth, BufferedReader input) throws IOException {
    StoreFaults.arm(nth, "sluice-reaper");
    System.out.println("reaping");
    // Until others have died.
    input.readLine();
    while (!memory.processTable().allAlive()) {
      Thread.onSpinWait();
    }
    System.out.println("all alive");
  }

  private void require(boolean condition) {
    if (!condition) {
      throw new IllegalStateException("pool is too small: " + pool.dump());
    }
  }

  private long alloc() {
    long mbuf = Mbuf.alloc(pool);
    require(mbuf != 0 && Mbuf.append(mbuf, 64) != 0);
    return mbuf;
  }

  private long allocChain() {
    long head = alloc();
    require(Mbuf.chain(head, alloc()) && Mbuf.chain(head, alloc()));
    return head;
  }

  /** What comes before, and what may end in the middle. */
  private Runnable prepare(String operation) {
    int n = mbufs.length;
    switch (operation) {
      case "get", "getUncached" -> {
        return () -> require(pool.getBulk(mbufs, 0, COUNT) == COUNT);
      }
      case "put", "putUncached" -> {
        require(pool.getBulk(mbufs, 0, n) == n);
        return () -> {
          pool.putBulk(mbufs, 0, COUNT);
          pool.putBulk(mbufs, COUNT, COUNT);
          pool.putBulk(mbufs, 2 * COUNT, COUNT);
        };
      }
      case "alloc" -> {
        return this::alloc;
      }
      case "free" -> {
        mbufs[0] = alloc();
        return () -> Mbuf.free(mbufs[0]);
      }
      case "chain" -> {
        mbufs[0] = alloc();
        mbufs[1] = alloc();
        return () -> require(Mbuf.chain(mbufs[0], mbufs[1]));
      }
      case "freeChain" -> {
        mbufs[0] = allocChain();
        return () -> Mbuf.freeBulk(mbufs, 0, 1);
      }
      case "clone" -> {
        mbufs[0] = alloc();
        return () -> require(MbufAttach.clone(mbufs[0], pool) != 0);
      }
      case "freeClone" -> {
        mbufs[0] = alloc();
        mbufs[1] = MbufAttach.clone(mbufs[0], pool);
        return () -> {
          Mbuf.free(mbufs[1]);
          Mbuf.free(mbufs[0]);
        };
      }
      case "freeCloneLast" -> {
        mbufs[0] = alloc();
        mbufs[1] = MbufAttach.clone(mbufs[0], pool);
        return () -> {
          Mbuf.free(mbufs[0]);
          Mbuf.free(mbufs[1]);
        };
      }
      case "freeCloneOfChain" -> {
        mbufs[0] = allocChain();
        mbufs[1] = MbufAttach.clone(mbufs[0], pool);
        return () -> {
          Mbuf.free(mbufs[0]);
          Mbuf.free(mbufs[1]);
        };
      }
      case "enqueue" -> {
        mbufs[0] = alloc();
        mbufs[1] = allocChain();
        return () -> require(ring.enqueueBulk(mbufs, 0, 2) == 2);
      }
      case "receive" -> {
        return () -> require(ring.dequeueBulk(mbufs, 0, 2) == 2);
      }
      case "dequeueAndFree" -> {
        return () -> {
          int received = ring.dequeueBurst(mbufs, 0, mbufs.length);
          Mbuf.freeBulk(mbufs, 0, received);
        };
      }
      case "cloneReceived" -> {
        require(ring.dequeueBulk(mbufs, 0, 3) == 3);
        return () -> require(MbufAttach.clone(mbufs[1], pool) != 0);
      }
      case "makePool" -> {
        return () -> PktmbufPool.create(memory, MADE, MADE_SIZE, 0, 0, 128, -1);
      }
      case "freePool" -> {
        Mempool made = Mempool.lookup(memory, MADE);
        return () -> made.free(memory);
      }
      default -> throw new IllegalArgumentException(operation);
    }
  }
}
