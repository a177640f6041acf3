package io.sluice.ring;

import io.sluice.config.Claimants;
import io.sluice.memzone.ObjectOwners;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * {@code rte_ring}: a bounded FIFO of 8-byte entries, by convention addresses of the shared window,
 * between threads and processes. This is one process's handle on the shared structure: it caches
 * what never changes, and any number of handles may stand on one ring.
 *
 * <p>Threads and processes: as many on each side as its {@link SyncType} allows. All data path
 * calls are lock-free towards the other side, allocate nothing and throw only for an array range
 * that does not exist. What one side published is seen whole by the other (release and acquire, see
 * {@link HeadTail}): an mbuf's contents written before its enqueue are there after its dequeue.
 *
 * <p>Source: {@code rte_ring.h}, {@code rte_ring_core.h}, {@code rte_ring_peek.h}, {@code
 * rte_ring_peek_zc.h} of 22.11.
 */
public final class Ring {
  /** {@code RING_F_SP_ENQ}: one producer. */
  public static final int SP_ENQ = 1;

  /** {@code RING_F_SC_DEQ}: one consumer. */
  public static final int SC_DEQ = 2;

  /**
   * {@code RING_F_EXACT_SZ}: holds exactly {@code count} entries, which need be no power of two.
   */
  public static final int EXACT_SZ = 4;

  /** {@code RING_F_MP_RTS_ENQ}: many producers, relaxed tail. */
  public static final int MP_RTS_ENQ = 8;

  /** {@code RING_F_MC_RTS_DEQ}: many consumers, relaxed tail. */
  public static final int MC_RTS_DEQ = 16;

  /** {@code RING_F_MP_HTS_ENQ}: many producers, head and tail together. */
  public static final int MP_HTS_ENQ = 32;

  /** {@code RING_F_MC_HTS_DEQ}: many consumers, head and tail together. */
  public static final int MC_HTS_DEQ = 64;

  /** Bytes of an entry here; {@link RingElem} has other sizes. */
  private static final int ESIZE = 8;

  private final long address;

  // Copies of what the sides have: each field behind another object is a load per call.
  final int prodSync;
  final int consSync;
  private final boolean prodProtected;
  private final boolean consProtected;
  final RingSide prod;
  final RingSide cons;
  final long entries;
  final int size;
  final int mask;
  final int capacity;
  private final RingProtection place;
  final Claimants claimants;

  /** This process's part of a {@link ClaimNote}. */
  final int self;

  /** Addresses of the sides' notes. */
  final long prodNote;

  final long consNote;

  final ObjectOwners owners;
  private int watermark;

  /** For {@link SingleProducer}: the consumers' tail as it was looked at last. */
  int consTailSeen;

  /** For {@link SingleProducer}: the producers' tail behind this handle's last bulk. */
  int prodTailLeft;

  /**
   * For {@link SingleConsumer}: the producers' tail as it was looked at last, above where this
   * handle left the consumers' tail.
   */
  long prodTailSeen;

  /**
   * The handle.
   *
   * @param claimants null for a ring that is not protected
   * @param place where its notes are, if it is
   * @param owners null where no entry is an object of a pool
   */
  private Ring(long address, Claimants claimants, RingProtection place, ObjectOwners owners) {
    this.address = address;
    this.claimants = claimants;
    this.place = place;
    this.prodNote = place.notes();
    this.consNote = prodNote + RingProtection.NOTE_SIZEOF;
    this.owners = owners;
    this.entries = address + RingLayout.SIZEOF;
    this.size = Memory.getInt(address + RingLayout.SIZE);
    this.mask = Memory.getInt(address + RingLayout.MASK);
    this.capacity = Memory.getInt(address + RingLayout.CAPACITY);
    this.watermark = capacity;
    prod =
        new RingSide(
            address + RingLayout.PROD, address + RingLayout.CONS, capacity, claimants, prodNote);
    cons =
        new RingSide(address + RingLayout.CONS, address + RingLayout.PROD, 0, claimants, consNote);
    this.prodTailLeft = prod.tailPosition();
    this.consTailSeen = cons.tailPosition();
    this.prodTailSeen = HeadTail.pair(consTailSeen, consTailSeen);
    self = prod.self;
    prodSync = prod.sync;
    consSync = cons.sync;
    prodProtected = prod.isProtected();
    consProtected = cons.isProtected();
  }

  /**
   * {@code rte_ring_get_memsize}: bytes for a ring of {@code count} slots.
   *
   * @throws io.sluice.platform.SluiceException EINVAL if {@code count} is no power of two, or too
   *     large
   */
  public static long memsize(int count) {
    return RingCreation.memsize("", ESIZE, count);
  }

  /**
   * {@code rte_ring_create}: a ring in a memzone {@code RG_<name>} and in the tailq {@code
   * RTE_RING}.
   *
   * @param name at most 28 bytes, used by no other ring
   * @param count slots, a power of two, of which one stays empty; with {@link #EXACT_SZ} the usable
   *     number, any from 1
   * @param socket NUMA node, -1 for any
   * @param flags of the constants here; at most one for producers and one for consumers
   * @throws io.sluice.platform.SluiceException EINVAL, also for more than 2^24 slots with
   *     protection; ENAMETOOLONG, EEXIST, ENOSPC or ENOMEM
   */
  public static Ring create(SharedMemory m, String name, int count, int socket, int flags) {
    return create(m, name, count, socket, flags, Protection.ON);
  }

  /**
   * As {@link #create(SharedMemory, String, int, int, int)}.
   *
   * @param protection what the death of a process does to it
   */
  public static Ring create(
      SharedMemory m, String name, int count, int socket, int flags, Protection protection) {
    return on(m, RingCreation.create(m, name, ESIZE, count, socket, flags, protection));
  }

  private static Ring on(SharedMemory m, long address) {
    RingProtection place = RingProtection.of(m, address);
    return switch (place.protection()) {
      case OFF -> new Ring(address, null, place, null);
      case CLAIMS -> new Ring(address, m.claimants(), place, null);
      case ON -> new Ring(address, m.claimants(), place, m.owners());
    };
  }

  /** {@code rte_ring_lookup}: the ring of that name, or null. */
  public static Ring lookup(SharedMemory m, String name) {
    long found = RingCreation.lookup(m, name);
    return found == 0 ? null : on(m, found);
  }

  /**
   * {@code rte_ring_init}: makes a ring of {@link #memsize} bytes at a cache-line aligned address
   * of the caller's; it is in no list, and not protected against the death of a process.
   */
  public static Ring init(long address, String name, int count, int flags) {
    RingCreation.init(address, name, ESIZE, count, flags);
    return unprotected(address);
  }

  static Ring unprotected(long address) {
    return new Ring(address, null, RingProtection.NONE, null);
  }

  /** This handle for entries of another size, of which none is an object of a pool. */
  Ring ofElements() {
    return new Ring(address, claimants, place, null);
  }

  /** The handle on a ring that {@link #create} made at this address. */
  public static Ring at(long address) {
    return on(SharedMemory.containing(address), address);
  }

  /**
   * Whether the ring is protected as this handle takes it to be; not if another process has freed
   * it and made another in its place. One load.
   */
  public boolean isCurrent() {
    return place.isCurrent();
  }

  /**
   * Visits every ring of the tailq, under its read lock: the visitor must not create or free one.
   */
  public static void walk(SharedMemory m, Consumer<Ring> visitor) {
    RingProtection.walk(m, address -> visitor.accept(on(m, address)));
  }

  /**
   * {@code rte_ring_free}: takes it off the tailq and frees its memzone. No process may use it any
   * more.
   *
   * @throws io.sluice.platform.SluiceException EINVAL if it was freed already, or made by {@link
   *     #init}
   */
  public void free(SharedMemory m) {
    RingCreation.free(m, address);
  }

  /** Enqueues all {@code n} or none; returns n or 0. */
  public int enqueueBulk(long[] objs, int offset, int n) {
    return enqueue(objs, offset, n, true);
  }

  /** Enqueues as many of {@code n} as there is room for, and returns how many. */
  public int enqueueBurst(long[] objs, int offset, int n) {
    return enqueue(objs, offset, n, false);
  }

  /** Dequeues {@code n} or none; returns n or 0. */
  public int dequeueBulk(long[] objs, int offset, int n) {
    return dequeue(objs, offset, n, true);
  }

  /** Dequeues as many of {@code n} as are there, and returns how many. */
  public int dequeueBurst(long[] objs, int offset, int n) {
    return dequeue(objs, offset, n, false);
  }

  /** Enqueues {@code n} entries that lie in memory, all or none; returns n or 0. */
  public int enqueueBulkFrom(long table, int n) {
    long head = claimProd(n);
    if (head == Unprotected.NONE) {
      return 0;
    }
    RingEntries.writeFrom(address, mask, (int) head, table, n);
    publishProd((int) head, n);
    return n;
  }

  /** Dequeues {@code n} entries into memory, or none; returns n or 0. */
  public int dequeueBulkTo(long table, int n) {
    long head = claimCons(n);
    if (head == Unprotected.NONE) {
      return 0;
    }
    RingEntries.readTo(address, mask, (int) head, table, n);
    if (owners != null) {
      owners.take(table, n);
    }
    publishCons((int) head, n);
    return n;
  }

  /** Enqueues one; false when full. */
  public boolean enqueue(long obj) {
    if (prodSync == HeadTail.ST) {
      return SingleProducer.enqueueOne(this, obj);
    }
    long head = claimProd(1);
    if (head == Unprotected.NONE) {
      return false;
    }
    Memory.putLong(entry((int) head), obj);
    publishProd((int) head, 1);
    return true;
  }

  /** Dequeues one; 0 when empty, so that a 0 of one's own is better dequeued by burst. */
  public long dequeue() {
    if (consSync == HeadTail.ST) {
      return SingleConsumer.dequeueOne(this);
    }
    long head = claimCons(1);
    if (head == Unprotected.NONE) {
      return 0;
    }
    long obj = Memory.getLong(entry((int) head));
    if (owners != null) {
      owners.take(obj);
    }
    publishCons((int) head, 1);
    return obj;
  }

  private int enqueue(long[] objs, int offset, int n, boolean fixed) {
    Objects.checkFromIndexSize(offset, n, objs.length);
    if (prodSync == HeadTail.ST) {
      return SingleProducer.enqueue(this, objs, offset, n, fixed);
    }
    if (prodProtected) {
      return Protected.enqueue(this, objs, offset, n, fixed);
    }
    return Unprotected.enqueue(this, objs, offset, n, fixed);
  }

  private int dequeue(long[] objs, int offset, int n, boolean fixed) {
    Objects.checkFromIndexSize(offset, n, objs.length);
    if (consSync == HeadTail.ST) {
      return SingleConsumer.dequeue(this, objs, offset, n, fixed);
    }
    if (consProtected) {
      return Protected.dequeue(this, objs, offset, n, fixed);
    }
    return Unprotected.dequeue(this, objs, offset, n, fixed);
  }

  private long claimProd(int n) {
    long own = address + RingLayout.PROD;
    long other = address + RingLayout.CONS;
    return prodProtected
        ? Protected.claim(claimants, self, prodNote, prodSync, own, other, capacity, n)
        : Unprotected.claim(prodSync, own, other, capacity, n);
  }

  private void publishProd(int head, int count) {
    if (prodProtected) {
      ProtectedClaims.publish(prodSync, address + RingLayout.PROD, head, count);
    } else {
      HeadTail.publish(prodSync, address + RingLayout.PROD, head, count);
    }
  }

  private long claimCons(int n) {
    long own = address + RingLayout.CONS;
    long other = address + RingLayout.PROD;
    return consProtected
        ? Protected.claim(claimants, self, consNote, consSync, own, other, 0, n)
        : Unprotected.claim(consSync, own, other, 0, n);
  }

  private void publishCons(int head, int count) {
    if (consProtected) {
      ProtectedClaims.publish(consSync, address + RingLayout.CONS, head, count);
    } else {
      HeadTail.publish(consSync, address + RingLayout.CONS, head, count);
    }
  }

  /** Where the entry of a position lies. */
  long entry(int position) {
    return entries + ((long) (position & mask) << 3);
  }

  /**
   * {@code rte_ring_enqueue_bulk_start}: room for {@code n} or none; returns n or 0. What was
   * claimed ends with {@link #enqueueFinish}, and nobody else enqueues until then. Producers must
   * be ST or HTS.
   */
  public int enqueueBulkStart(int n) {
    return HeadTail.count(claimEnqueue(n, true));
  }

  /**
   * {@code rte_ring_enqueue_burst_start}: room for up to {@code n}; see {@link #enqueueBulkStart}.
   */
  public int enqueueBurstStart(int n) {
    return HeadTail.count(claimEnqueue(n, false));
  }

  /**
   * Enqueues {@code n} entries, at most as many as were claimed; the rest of the claim is given
   * back. Only after a start that returned more than 0: without a claim of one's own, an HTS finish
   * would end another thread's.
   */
  public void enqueueFinish(long[] objs, int offset, int n) {
    Objects.checkFromIndexSize(offset, n, objs.length);
    prod.requireClaimed(n);
    RingEntries.write(address, mask, prod.tailPosition(), objs, offset, n);
    prod.finish(n);
  }

  /**
   * {@code rte_ring_dequeue_bulk_start}: copies {@code n} entries out, or none, and leaves them in
   * the ring until {@link #dequeueFinish}. Nobody else dequeues until then. Consumers must be ST or
   * HTS.
   */
  public int dequeueBulkStart(long[] objs, int offset, int n) {
    return peek(objs, offset, n, true);
  }

  /** {@code rte_ring_dequeue_burst_start}: up to {@code n}; see {@link #dequeueBulkStart}. */
  public int dequeueBurstStart(long[] objs, int offset, int n) {
    return peek(objs, offset, n, false);
  }

  /**
   * Takes the first {@code n} of those peeked at; the rest stays in the ring. Only after a start
   * that returned more than 0, as {@link #enqueueFinish}.
   */
  public void dequeueFinish(int n) {
    cons.requireClaimed(n);
    for (int i = 0; owners != null && i < n; i++) {
      owners.take(Memory.getLong(entry(cons.tailPosition() + i)));
    }
    cons.finish(n);
  }

  /**
   * {@code rte_ring_enqueue_zc_bulk_start}: room for {@code n} or none, to be written in place
   * before {@link #enqueueZcFinish}. Producers must be ST or HTS.
   */
  public int enqueueZcBulkStart(int n, RingZcData zcd) {
    return locate(claimEnqueue(n, true), zcd);
  }

  /** {@code rte_ring_enqueue_zc_burst_start}: up to {@code n}; see {@link #enqueueZcBulkStart}. */
  public int enqueueZcBurstStart(int n, RingZcData zcd) {
    return locate(claimEnqueue(n, false), zcd);
  }

  /** Publishes the first {@code n} entries written in place. */
  public void enqueueZcFinish(int n) {
    prod.requireClaimed(n);
    prod.finish(n);
  }

  /**
   * {@code rte_ring_dequeue_zc_bulk_start}: {@code n} entries or none, to be read in place before
   * {@link #dequeueFinish}. Consumers must be ST or HTS.
   */
  public int dequeueZcBulkStart(int n, RingZcData zcd) {
    return locate(claimDequeue(n, true), zcd);
  }

  /** {@code rte_ring_dequeue_zc_burst_start}: up to {@code n}; see {@link #dequeueZcBulkStart}. */
  public int dequeueZcBurstStart(int n, RingZcData zcd) {
    return locate(claimDequeue(n, false), zcd);
  }

  private int peek(long[] objs, int offset, int n, boolean fixed) {
    Objects.checkFromIndexSize(offset, n, objs.length);
    long claim = claimDequeue(n, fixed);
    int count = HeadTail.count(claim);
    if (count != 0) {
      RingEntries.read(address, mask, HeadTail.head(claim), objs, offset, count);
    }
    return count;
  }

  long claimEnqueue(int n, boolean fixed) {
    prod.requirePeekable("enqueue");
    return prod.claim(n, fixed);
  }

  long claimDequeue(int n, boolean fixed) {
    cons.requirePeekable("dequeue");
    return cons.claim(n, fixed);
  }

  private int locate(long claim, RingZcData zcd) {
    int count = HeadTail.count(claim);
    int head = HeadTail.head(claim);
    int first = Math.min(count, size - (head & mask));
    zcd.set(entry(head), first, first < count ? entries : 0, ESIZE);
    return count;
  }

  /**
   * Visits the entries in the ring, which stay there. What comes meanwhile is not visited; what
   * goes meanwhile may be visited or not, and if others have come in its place, these may be.
   */
  public void forEach(LongConsumer visitor) {
    int position = cons.tailPosition();
    int end = prod.tailPosition();
    for (int left = Math.min(end - position, size); left > 0; left--) {
      visitor.accept(Memory.getLongVolatile(entry(position++)));
    }
  }

  /**
   * The claims that are not published yet, as text: empty when head and tail are equal on both
   * sides. ST sides do not count, where the head says nothing once its user is dead.
   */
  public String openClaims() {
    return prod.openClaim("enqueue") + cons.openClaim("dequeue");
  }

  /** Entries in the ring; exact only while nobody uses it. */
  public int count() {
    int found = prod.tailPosition() - cons.tailPosition() & mask;
    return Math.min(found, capacity);
  }

  /** Room for so many; exact only while nobody uses it. */
  public int freeCount() {
    return capacity - count();
  }

  public boolean isEmpty() {
    return prod.tailPosition() == cons.tailPosition();
  }

  public boolean isFull() {
    return freeCount() == 0;
  }

  /**
   * Room for so many once every dequeue that has begun is done; never less than that. With RTS
   * consumers, slots emptied by those that are done stay closed until the last one is: the ring may
   * be full while it holds less than its capacity.
   */
  public int settledFreeCount() {
    // Producers first: a dequeue between the two loads shows as room, not as its lack.
    int produced = prod.headPosition();
    return capacity - (produced - cons.headPosition());
  }

  /** Slots: a power of two. */
  public int size() {
    return size;
  }

  /** The most entries it takes. */
  public int capacity() {
    return capacity;
  }

  public long address() {
    return address;
  }

  public String name() {
    return Memory.getString(address + RingLayout.NAME, RingLayout.NAMESIZE);
  }

  public int flags() {
    return Memory.getInt(address + RingLayout.FLAGS);
  }

  public SyncType prodSyncType() {
    return prod.syncType();
  }

  public SyncType consSyncType() {
    return cons.syncType();
  }

  /**
   * {@code rte_ring_reset}: empties it. Nobody may use it meanwhile. Its indices stay where its
   * producers are, and do not begin again at 0 as DPDK's.
   */
  public void reset() {
    int position = prod.tailPosition();
    prod.set(position);
    cons.set(position);
  }

  /** {@code rte_ring_get_prod_htd_max}; -1 unless producers are RTS. */
  public int prodHtdMax() {
    return prod.htdMax();
  }

  /** {@code rte_ring_get_cons_htd_max}; -1 unless consumers are RTS. */
  public int consHtdMax() {
    return cons.htdMax();
  }

  /** {@code rte_ring_set_prod_htd_max}: how far producers' head may run ahead; false unless RTS. */
  public boolean setProdHtdMax(int max) {
    return prod.setHtdMax(max);
  }

  /** {@code rte_ring_set_cons_htd_max}: how far consumers' head may run ahead; false unless RTS. */
  public boolean setConsHtdMax(int max) {
    return cons.setHtdMax(max);
  }

  /**
   * Sets this handle's high watermark. DPDK dropped watermarks in 17.05 and its layout has no field
   * for one, so that each process has its own.
   *
   * @param entries 1 to the capacity, or 0 for the capacity: none
   * @throws IllegalArgumentException for a number outside
   */
  public void setWatermark(int entries) {
    if (entries < 0 || entries > capacity) {
      throw new IllegalArgumentException(
          "ring " + name() + ": watermark=" + entries + ", it takes 0 to " + capacity);
    }
    watermark = entries == 0 ? capacity : entries;
  }

  /** Whether more entries are in the ring than the watermark allows: slow down. */
  public boolean isAboveWatermark() {
    return count() > watermark;
  }

  /** {@code rte_ring_dump}: the same fields in the same order. */
  public String dump() {
    return RingDump.of(this);
  }

  @Override
  public String toString() {
    return "ring " + name();
  }

  /** {@code rte_ring_list_dump}: every ring's {@link #dump}. */
  public static String listDump(SharedMemory m) {
    StringBuilder text = new StringBuilder();
    walk(m, ring -> text.append(ring.dump()));
    return text.toString();
  }
}
