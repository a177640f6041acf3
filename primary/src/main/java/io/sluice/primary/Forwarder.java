package io.sluice.primary;

import io.sluice.mempool.Mbuf;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.IdleStrategy;
import io.sluice.platform.Memory;
import io.sluice.platform.Tsc;
import io.sluice.ring.Ring;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The primary's loop: what a port receives goes over a ring to a worker, comes back over another,
 * and is sent by the port's partner (0 and 1, 2 and 3, …; a last odd one is its own). Bursts go to
 * the running workers in turn. A full ring or port holds up what is before it; nothing is dropped
 * here. While no worker runs nothing is received.
 *
 * <p>One thread calls it. A worker that dies leaves its rings as they are: what is in them is sent
 * as if it had passed, and what it held itself is counted as stranded. So is a packet that comes
 * back from a worker with a port that there is not; it is freed.
 */
public final class Forwarder implements AutoCloseable {
  private static final int BURST = 32;

  private final SharedMemory memory;
  private final Forwarding forwarding;
  private final PortQueue[] ports;
  private final Counters counters;
  private final long[] burst = new long[BURST];
  private final long[] inFlight;
  private int nextWorker;
  private int firstPort;

  /**
   * Makes rings and counters; workers may come from now on. In a memory that was adopted they are
   * there, and so may workers be, with packets under way.
   *
   * @param workers how many workers there can be at once
   * @param ringSize of each of a worker's two rings, a power of two
   */
  public Forwarder(SharedMemory memory, int workers, int ringSize, List<ForwardingPort> ports) {
    this.memory = memory;
    this.forwarding =
        Forwarding.open(
            memory, workers, ringSize, ports.stream().map(ForwardingPort::name).toList());
    this.ports = new PortQueue[ports.size()];
    for (int i = 0; i < this.ports.length; i++) {
      this.ports[i] = new PortQueue(forwarding, i, ports.get(i), BURST);
    }
    this.counters = forwarding.primaryCounters();
    this.inFlight = new long[workers];
    for (int worker = 0; worker < workers; worker++) {
      setInFlight(worker, forwarding.inFlight(worker));
    }
  }

  /** The shared view, for its counters. */
  public Forwarding forwarding() {
    return forwarding;
  }

  /** Forwards until told to stop. */
  public void run(BooleanSupplier stop, IdleStrategy idle) {
    try (Reaper reaper = new Reaper(forwarding)) {
      while (!stop.getAsBoolean()) {
        idle.idle(poll(true, reaper));
      }
    }
  }

  /**
   * Receives no more, and passes on what is under way.
   *
   * @return how many packets did not come out within the limit; they are given back or, with a
   *     worker that hangs, stay where they are
   */
  public long drain(Duration limit, IdleStrategy idle) {
    long deadline = System.nanoTime() + limit.toNanos();
    try (Reaper reaper = new Reaper(forwarding)) {
      while (movable() > 0 && System.nanoTime() - deadline < 0) {
        idle.idle(poll(false, reaper));
      }
    }
    long left = underWay();
    for (PortQueue port : ports) {
      counters.drop(port.drop());
    }
    return left;
  }

  private long underWay() {
    return passedOn() + waiting();
  }

  /** What may still come out: without a worker nothing does that waits for one. */
  private long movable() {
    return anyRunning() ? underWay() : passedOn();
  }

  private long passedOn() {
    long sum = 0;
    for (long count : inFlight) {
      sum += count;
    }
    for (PortQueue port : ports) {
      sum += port.unsent();
    }
    return sum;
  }

  private long waiting() {
    long sum = 0;
    for (PortQueue port : ports) {
      sum += port.waiting();
    }
    return sum;
  }

  private int poll(boolean receive, Reaper reaper) {
    long began = Tsc.cycles();
    int work = 0;
    int received = 0;
    long bytes = 0;
    for (PortQueue port : ports) {
      work += port.flush();
    }
    for (int worker = 0; worker < inFlight.length; worker++) {
      work += collect(worker);
    }
    // A round each begins with another port, or a busy first one would keep the rings full.
    firstPort = (firstPort + 1) % ports.length;
    for (int i = 0; i < ports.length; i++) {
      PortQueue port = ports[(firstPort + i) % ports.length];
      if (receive && port.waiting() == 0 && anyRunning()) {
        bytes += port.receive();
        received += port.waiting();
        // Work even if no ring has room for it now: it is counted in this round or never.
        work += port.waiting();
      }
      work += distribute(port);
    }
    if (work > 0) {
      counters.add(received, bytes, Tsc.cycles() - began);
    }
    int suspects = reaper.suspects();
    if (suspects != 0) {
      reap(suspects);
    }
    return work;
  }

  private boolean anyRunning() {
    for (int i = 0; i < inFlight.length; i++) {
      if (forwarding.state(i) == WorkerState.RUNNING) {
        return true;
      }
    }
    return false;
  }

  /** Starts with the worker after the last, so that a burst goes to one if its ring takes it. */
  private int distribute(PortQueue port) {
    int given = 0;
    for (int tried = 0; tried < inFlight.length && port.waiting() > 0; tried++) {
      int worker = nextWorker;
      nextWorker = (nextWorker + 1) % inFlight.length;
      if (forwarding.state(worker) == WorkerState.RUNNING) {
        int count = port.giveTo(forwarding.in(worker));
        setInFlight(worker, inFlight[worker] + count);
        given += count;
      }
    }
    return given;
  }

  private int collect(int worker) {
    if (forwarding.state(worker) == WorkerState.LEAVING) {
      forwarding.move(worker, WorkerState.LEAVING, WorkerState.DRAINING);
    }
    return inFlight[worker] > 0 && haveRoom() ? send(worker, forwarding.out(worker)) : 0;
  }

  private boolean haveRoom() {
    for (PortQueue port : ports) {
      if (!port.hasRoom()) {
        return false;
      }
    }
    return true;
  }

  private int send(int worker, Ring ring) {
    int count = ring.dequeueBurst(burst, 0, BURST);
    for (int i = 0; i < count; i++) {
      int port = Mbuf.port(burst[i]);
      if (port < ports.length) {
        partner(port).add(burst[i]);
      } else {
        // Not of ours, or the worker has changed it: one process's mistake must not end another.
        Mbuf.free(burst[i]);
        strand(worker, 1);
      }
    }
    if (count > 0) {
      setInFlight(worker, inFlight[worker] - count);
    }
    return count;
  }

  private void strand(int worker, long count) {
    long stranded = forwarding.strandedAddress(worker);
    Memory.putLongRelease(stranded, Memory.getLong(stranded) + count);
  }

  private PortQueue partner(int port) {
    int partner = port ^ 1;
    return ports[partner < ports.length ? partner : port];
  }

  private void setInFlight(int worker, long count) {
    inFlight[worker] = count;
    Memory.putLongRelease(forwarding.inFlightAddress(worker), count);
  }

  /** Asked again: a place may have gone to another worker meanwhile. */
  private void reap(int suspects) {
    for (int worker = 0; worker < inFlight.length; worker++) {
      if ((suspects & 1 << worker) != 0 && forwarding.isDead(worker)) {
        takeBack(worker);
      }
    }
  }

  private void takeBack(int worker) {
    while (haveRoom()) {
      // One burst at a time: there is room for no more.
      if (send(worker, forwarding.out(worker)) == 0 && send(worker, forwarding.in(worker)) == 0) {
        forwarding.closeGap(worker);
        strand(worker, inFlight[worker]);
        setInFlight(worker, 0);
        forwarding.move(worker, forwarding.state(worker), WorkerState.FREE);
        return;
      }
      for (PortQueue port : ports) {
        port.flush();
      }
    }
  }

  /** Frees rings and counters; the workers must be gone. */
  @Override
  public void close() {
    forwarding.free(memory);
  }
}
