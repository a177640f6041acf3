package io.sluice.primary;

import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.Processes;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Ring;
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
  private final int workers;
  private final int ports;
  private final Ring[] in;
  private final Ring[] out;

  private Forwarding(long address, Ring[] in, Ring[] out) {
    this.address = address;
    this.workers = in.length;
    this.ports = Memory.getInt(address + ForwardingLayout.PORTS);
    this.in = in;
    this.out = out;
  }

  /** What one process has done. */
  public record ProcessStats(
      String name, int pid, WorkerState state, long packets, long bytes, long cycles) {
    /** Cycles spent in rounds with work, for each packet; 0 before the first. */
    public long cyclesPerPacket() {
      return packets == 0 ? 0 : cycles / packets;
    }
  }

  /** What went through one port. */
  public record PortStats(
      String name, long rxPackets, long rxBytes, long txPackets, long txBytes) {}

  static Forwarding create(SharedMemory m, int workers, int ringSize, List<String> portNames) {
    if (workers < 1 || workers > ForwardingLayout.MAX_WORKERS) {
      throw new SluiceException(
          Errno.EINVAL, workers + " workers; accepted: 1-" + ForwardingLayout.MAX_WORKERS);
    }
    if (portNames.isEmpty() || portNames.size() > ForwardingLayout.MAX_PORTS) {
      throw new SluiceException(
          Errno.EINVAL, portNames.size() + " ports; accepted: 1-" + ForwardingLayout.MAX_PORTS);
    }
    MemZone zone = MemZone.reserve(m, ZONE, ForwardingLayout.SIZEOF, MemZone.SOCKET_ID_ANY, 0);
    long address = zone.address();
    Memory.fill(address, ForwardingLayout.SIZEOF, (byte) 0);
    Ring[] in = new Ring[workers];
    Ring[] out = new Ring[workers];
    for (int i = 0; i < workers; i++) {
      in[i] = Ring.create(m, ringName(i, "in"), ringSize, -1, Ring.SP_ENQ | Ring.SC_DEQ);
      out[i] = Ring.create(m, ringName(i, "out"), ringSize, -1, Ring.SP_ENQ | Ring.SC_DEQ);
    }
    for (int i = 0; i < portNames.size(); i++) {
      String name = portNames.get(i);
      int length = Math.min(name.length(), ForwardingLayout.PORT_NAME_LENGTH - 1);
      Memory.putString(
          port(address, i) + ForwardingLayout.PORT_NAME,
          ForwardingLayout.PORT_NAME_LENGTH,
          name.substring(0, length));
    }
    Memory.putInt(address + ForwardingLayout.PORTS, portNames.size());
    // Last, with release: who sees it sees everything above.
    Memory.putIntRelease(address + ForwardingLayout.WORKERS, workers);
    return new Forwarding(address, in, out);
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
    return new Forwarding(zone.address(), in, out);
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

  private static long word(int pid, WorkerState state) {
    return (long) state.ordinal() << 32 | pid;
  }

  /**
   * Takes a free place for this process, whose counters begin at 0.
   *
   * @throws SluiceException EBUSY if all are taken
   */
  public int claim() {
    for (int i = 0; i < workers; i++) {
      long word = worker(i) + ForwardingLayout.WORKER_PID;
      if (Memory.compareAndSetLong(word, 0, word(Libc.getpid(), WorkerState.CLAIMED))) {
        long startTime = Processes.startTime(Libc.getpid());
        Memory.putLongRelease(worker(i) + ForwardingLayout.WORKER_START_TIME, startTime);
        counters(i).reset();
        return i;
      }
    }
    throw new SluiceException(
        Errno.EBUSY, "all " + workers + " workers' places are taken; start the primary with more");
  }

  /** What a place is. */
  public WorkerState state(int worker) {
    long word = Memory.getLongVolatile(worker(worker) + ForwardingLayout.WORKER_PID);
    return STATES[(int) (word >>> 32)];
  }

  /** The pid of a place's worker, 0 if it is free. */
  public int pid(int worker) {
    return (int) Memory.getLongVolatile(worker(worker) + ForwardingLayout.WORKER_PID);
  }

  /** Moves a place on; false if it was not what the caller takes it for. */
  public boolean move(int worker, WorkerState from, WorkerState to) {
    int pid = pid(worker);
    long next = to == WorkerState.FREE ? 0 : word(pid, to);
    return Memory.compareAndSetLong(
        worker(worker) + ForwardingLayout.WORKER_PID, word(pid, from), next);
  }

  boolean isDead(int worker) {
    int pid = pid(worker);
    long startTime = Memory.getLong(worker(worker) + ForwardingLayout.WORKER_START_TIME);
    return pid != 0
        && !(state(worker) == WorkerState.CLAIMED
            ? Processes.isAlive(pid)
            : Processes.isAlive(pid, startTime));
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
      if (Memory.getLongVolatile(worker(i) + ForwardingLayout.WORKER_START_TIME) != 0) {
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
        Memory.getLongVolatile(counters + ForwardingLayout.CYCLES));
  }

  /** Every port's counters. */
  public List<PortStats> ports() {
    List<PortStats> all = new ArrayList<>();
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
              Memory.getLongVolatile(tx + ForwardingLayout.BYTES)));
    }
    return all;
  }
}
