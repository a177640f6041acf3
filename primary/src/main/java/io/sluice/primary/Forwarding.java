package io.sluice.primary;

import io.sluice.config.ProcessTable;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.ring.HeadTailLayout;
import io.sluice.ring.Ring;
import io.sluice.ring.RingLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * One process's view of the forwarding: the places of the workers, each with a ring from and a ring
 * to the primary, and everybody's counters.
 *
 * <p>A place belongs to whoever moved its word from FREE by compare-and-set. Only the worker moves
 * it from CLAIMED to RUNNING, from RUNNING to LEAVING and from DRAINING to FREE; only the primary
 * moves it from LEAVING to DRAINING, and frees the place of a worker that has died. Both rings have
 * one producer and one consumer at any time.
 */
public final class Forwarding {
  /** How many workers there can be at once, at most. */
  public static final int MAX_WORKERS = ForwardingLayout.MAX_WORKERS;

  // The data path asks for states, and values() makes an array each time.
  private static final WorkerState[] STATES = WorkerState.values();

  private static final String ZONE = "SLUICE_forwarding";

  private final long address;
  private final ProcessTable processes;
  private final int workers;
  private final Ring[] in;
  private final Ring[] out;

  private Forwarding(SharedMemory m, long address, Ring[] in, Ring[] out) {
    this.processes = m.processTable();
    this.address = address;
    this.workers = in.length;
    this.in = in;
    this.out = out;
  }

  /**
   * What one process has done.
   *
   * @param cycles spent in rounds with work
   * @param drops packets that it has freed in place of passing them on; what a process held that
   *     died is {@link #stranded}
   */
  public record ProcessStats(
      String name, int pid, WorkerState state, long packets, long bytes, long cycles, long drops) {
    /** Cycles spent in rounds with work, for each packet; 0 before the first. */
    public long cyclesPerPacket() {
      return packets == 0 ? 0 : cycles / packets;
    }
  }

  /**
   * What went through one port.
   *
   * @param cycles that the primary spent in the port's bursts which passed something
   */
  public record PortStats(
      String name, long rxPackets, long rxBytes, long txPackets, long txBytes, long cycles) {
    /** Cycles spent in the port's bursts for each packet; 0 before the first. */
    public long cyclesPerPacket() {
      long packets = rxPackets + txPackets;
      return packets == 0 ? 0 : cycles / packets;
    }
  }

  /**
   * Makes it; in a memory that was adopted, goes on with what is there of it, and with the workers
   * that have places in it.
   *
   * @throws SluiceException EINVAL for another number of workers or another size of their rings
   *     than there is, or one that there cannot be
   */
  static Forwarding open(SharedMemory m, int workers, int ringSize, List<String> portNames) {
    if (workers < 1 || workers > ForwardingLayout.MAX_WORKERS) {
      throw new SluiceException(
          Errno.EINVAL, workers + " workers; accepted: 1-" + ForwardingLayout.MAX_WORKERS);
    }
    if (portNames.isEmpty() || portNames.size() > ForwardingLayout.MAX_PORTS) {
      throw new SluiceException(
          Errno.EINVAL, portNames.size() + " ports; accepted: 1-" + ForwardingLayout.MAX_PORTS);
    }
    boolean adopted = m.adoption() != null;
    MemZone zone =
        adopted
            ? MemZone.lookupOrReserve(m, ZONE, ForwardingLayout.SIZEOF, MemZone.SOCKET_ID_ANY, 0, 0)
            : MemZone.reserve(m, ZONE, ForwardingLayout.SIZEOF, MemZone.SOCKET_ID_ANY, 0);
    long address = zone.address();
    int found = adopted ? Memory.getIntAcquire(address + ForwardingLayout.WORKERS) : 0;
    if (found == 0) {
      Memory.fill(address, ForwardingLayout.SIZEOF, (byte) 0);
    } else if (found != workers) {
      throw unfit("places for " + found + " workers", workers, "--workers " + found);
    }
    Ring[] in = new Ring[workers];
    Ring[] out = new Ring[workers];
    for (int i = 0; i < workers; i++) {
      in[i] = ring(m, ringName(i, "in"), ringSize, found != 0);
      out[i] = ring(m, ringName(i, "out"), ringSize, found != 0);
    }
    for (int i = 0; i < portNames.size(); i++) {
      name(port(address, i), portNames.get(i));
    }
    Memory.putInt(address + ForwardingLayout.PORTS, portNames.size());
    // Last, with release: who sees it sees everything above.
    Memory.putIntRelease(address + ForwardingLayout.WORKERS, workers);
    return new Forwarding(m, address, in, out);
  }

  /** Of a port that is another one than before the counters begin anew. */
  private static void name(long port, String name) {
    int length = Math.min(name.length(), ForwardingLayout.PORT_NAME_LENGTH - 1);
    String shown = name.substring(0, length);
    long at = port + ForwardingLayout.PORT_NAME;
    if (!Memory.getString(at, ForwardingLayout.PORT_NAME_LENGTH).equals(shown)) {
      Memory.fill(port, ForwardingLayout.PORT_SIZEOF, (byte) 0);
      Memory.putString(at, ForwardingLayout.PORT_NAME_LENGTH, shown);
    }
  }

  /** One that a worker may be using is as it is; one of a forwarding never made is nobody's. */
  private static Ring ring(SharedMemory m, String name, int size, boolean used) {
    Ring ring = m.adoption() == null ? null : Ring.lookup(m, name);
    if (ring != null && ring.size() != size) {
      if (used) {
        throw unfit("rings of " + ring.size(), size, "--ring-size " + ring.size());
      }
      ring.free(m);
      ring = null;
    }
    return ring == null ? Ring.create(m, name, size, -1, Ring.SP_ENQ | Ring.SC_DEQ) : ring;
  }

  private static SluiceException unfit(String found, int asked, String cure) {
    return new SluiceException(
        Errno.EINVAL,
        "an earlier primary left " + found + ", not " + asked + "; start with " + cure);
  }

  private static String ringName(int worker, String direction) {
    return "worker_" + worker + "_" + direction;
  }

  private static long port(long address, int index) {
    return address + ForwardingLayout.FIRST_PORT + (long) index * ForwardingLayout.PORT_SIZEOF;
  }

  /**
   * The forwarding of a running primary.
   *
   * @throws SluiceException ENOENT if that primary forwards nothing
   */
  public static Forwarding lookup(SharedMemory m) {
    MemZone zone = MemZone.lookup(m, ZONE);
    int workers =
        zone == null ? 0 : Memory.getIntAcquire(zone.address() + ForwardingLayout.WORKERS);
    if (workers == 0) {
      throw new SluiceException(
          Errno.ENOENT, "this primary forwards nothing; start it as sluice primary --vdev ...");
    }
    Ring[] in = new Ring[workers];
    Ring[] out = new Ring[workers];
    for (int i = 0; i < workers; i++) {
      in[i] = Ring.lookup(m, ringName(i, "in"));
      out[i] = Ring.lookup(m, ringName(i, "out"));
    }
    return new Forwarding(m, zone.address(), in, out);
  }

  void free(SharedMemory m) {
    for (int i = 0; i < workers; i++) {
      in[i].free(m);
      out[i].free(m);
    }
    MemZone.free(m, MemZone.lookup(m, ZONE));
  }

  /** How many places there are. */
  public int workers() {
    return workers;
  }

  private long worker(int index) {
    return address + ForwardingLayout.FIRST_WORKER + (long) index * ForwardingLayout.WORKER_SIZEOF;
  }

  private static long word(int generation, WorkerState state) {
    return (long) state.ordinal() << 32 | generation;
  }

  /**
   * Takes a free place for this process, whose counters begin at 0.
   *
   * @throws SluiceException EBUSY if all are taken
   */
  public int claim() {
    int generation = processes.generation();
    for (int i = 0; i < workers; i++) {
      long word = worker(i) + ForwardingLayout.WORKER_GENERATION;
      if (Memory.compareAndSetLong(word, 0, word(generation, WorkerState.CLAIMED))) {
        Memory.putIntVolatile(worker(i) + ForwardingLayout.WORKER_LAST, generation);
        counters(i).reset();
        return i;
      }
    }
    throw new SluiceException(
        Errno.EBUSY, "all " + workers + " workers' places are taken; start the primary with more");
  }

  /** What a place is. */
  public WorkerState state(int worker) {
    long word = Memory.getLongVolatile(worker(worker) + ForwardingLayout.WORKER_GENERATION);
    return STATES[(int) (word >>> 32)];
  }

  private int generation(int worker) {
    return (int) Memory.getLongVolatile(worker(worker) + ForwardingLayout.WORKER_GENERATION);
  }

  /**
   * The pid of a place's worker, in that one's PID namespace; 0 if it is free or its worker dead.
   */
  public int pid(int worker) {
    ProcessTable.Entry entry = processes.find(generation(worker));
    return entry == null ? 0 : entry.pid();
  }

  /** Moves a place on; false if it was not what the caller takes it for. */
  public boolean move(int worker, WorkerState from, WorkerState to) {
    int generation = generation(worker);
    long next = to == WorkerState.FREE ? 0 : word(generation, to);
    return Memory.compareAndSetLong(
        worker(worker) + ForwardingLayout.WORKER_GENERATION, word(generation, from), next);
  }

  /** By the process table, which knows processes of other PID namespaces, too. */
  boolean isDead(int worker) {
    int generation = generation(worker);
    return generation != 0 && !processes.isAlive(generation);
  }

  /** From the primary to a worker. */
  public Ring in(int worker) {
    return in[worker];
  }

  /** From a worker to the primary. */
  public Ring out(int worker) {
    return out[worker];
  }

  /** A worker's counters, for the worker itself. */
  public Counters counters(int worker) {
    return new Counters(worker(worker) + ForwardingLayout.WORKER_COUNTERS);
  }

  Counters primaryCounters() {
    return new Counters(address + ForwardingLayout.PRIMARY_COUNTERS);
  }

  long rxAddress(int port) {
    return port(address, port) + ForwardingLayout.PORT_RX;
  }

  long txAddress(int port) {
    return port(address, port) + ForwardingLayout.PORT_TX;
  }

  long portCyclesAddress(int port) {
    return port(address, port) + ForwardingLayout.PORT_CYCLES;
  }

  /**
   * How many packets a worker has been given and has not given back, by the rings' own indices:
   * right whenever the primary before this one died.
   */
  long inFlight(int worker) {
    return ahead(worker) - Memory.getInt(worker(worker) + ForwardingLayout.WORKER_GAP);
  }

  /** Nothing is under way to a worker, whatever was: it died with one who had the place. */
  void closeGap(int worker) {
    Memory.putIntVolatile(worker(worker) + ForwardingLayout.WORKER_GAP, ahead(worker));
  }

  private int ahead(int worker) {
    return Memory.getIntVolatile(in[worker].address() + RingLayout.PROD + HeadTailLayout.TAIL)
        - Memory.getIntVolatile(out[worker].address() + RingLayout.CONS + HeadTailLayout.TAIL);
  }

  long inFlightAddress(int worker) {
    return worker(worker) + ForwardingLayout.WORKER_IN_FLIGHT;
  }

  long strandedAddress(int worker) {
    return worker(worker) + ForwardingLayout.WORKER_STRANDED;
  }

  /** Packets that died with the workers that held them, or came back with no port. */
  public long stranded() {
    long sum = 0;
    for (int i = 0; i < workers; i++) {
      sum += Memory.getLongVolatile(strandedAddress(i));
    }
    return sum;
  }

  /** The primary, then every place that somebody ever had. */
  public List<ProcessStats> processes() {
    List<ProcessStats> all = new ArrayList<>();
    all.add(stats("primary", 0, WorkerState.RUNNING, address + ForwardingLayout.PRIMARY_COUNTERS));
    for (int i = 0; i < workers; i++) {
      if (Memory.getIntVolatile(worker(i) + ForwardingLayout.WORKER_LAST) != 0) {
        all.add(
            stats("worker " + i, pid(i), state(i), worker(i) + ForwardingLayout.WORKER_COUNTERS));
      }
    }
    return all;
  }

  private static ProcessStats stats(String name, int pid, WorkerState state, long counters) {
    return new ProcessStats(
        name,
        pid,
        state,
        Memory.getLongVolatile(counters + ForwardingLayout.PACKETS),
        Memory.getLongVolatile(counters + ForwardingLayout.BYTES),
        Memory.getLongVolatile(counters + ForwardingLayout.CYCLES),
        Memory.getLongVolatile(counters + ForwardingLayout.DROPS));
  }

  /** Every port's counters. */
  public List<PortStats> ports() {
    List<PortStats> all = new ArrayList<>();
    // A new primary may have others.
    int ports = Memory.getInt(address + ForwardingLayout.PORTS);
    for (int i = 0; i < ports; i++) {
      long rx = rxAddress(i);
      long tx = txAddress(i);
      all.add(
          new PortStats(
              Memory.getString(
                  port(address, i) + ForwardingLayout.PORT_NAME, ForwardingLayout.PORT_NAME_LENGTH),
              Memory.getLongVolatile(rx + ForwardingLayout.PACKETS),
              Memory.getLongVolatile(rx + ForwardingLayout.BYTES),
              Memory.getLongVolatile(tx + ForwardingLayout.PACKETS),
              Memory.getLongVolatile(tx + ForwardingLayout.BYTES),
              Memory.getLongVolatile(portCyclesAddress(i))));
    }
    return all;
  }
}
