package io.sluice.nic.pdump;

import io.sluice.config.MpChannel;
import io.sluice.config.MpMessage;
import io.sluice.mempool.Mempool;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.nic.Background;
import io.sluice.nic.EthDev;
import io.sluice.nic.EthDevs;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Ring;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * {@code rte_pdump_init}: lets {@code dpdk-dumpcap} capture what this process, the primary,
 * receives and sends. Queues that other processes poll are not seen, as in DPDK. Costs nothing
 * until a capture is asked for.
 *
 * <p>Other than in DPDK the captures of a process that is gone end by themselves, within a second,
 * and an answer to one that ends its capture comes when no burst uses its ring or pool any more.
 * Filters, which are programs for DPDK's eBPF machine, are refused with ENOTSUP.
 */
public final class PdumpServer implements AutoCloseable {
  private static final String STATS_ZONE = "rte_pdump_stats";
  private static final long LIMIT_NANOS = 1_000_000_000;
  private static final long PERIOD_MILLIS = 500;

  private final SharedMemory memory;
  private final EthDevs ports;
  private final MpChannel channel;
  private final List<Capture> captures = new ArrayList<>();

  /** The channel's thread must not wait for pages, which come by a message to it. */
  private final ScheduledExecutorService worker = Background.worker("sluice-pdump");

  private boolean watching;

  private record Capture(EthDev port, boolean tx, int queue, String client, QueueCapture work) {
    boolean isOf(EthDev other, boolean otherTx, int otherQueue) {
      return port == other && tx == otherTx && queue == otherQueue;
    }

    void begin() {
      if (tx) {
        port.addTxCallback(queue, work);
      } else {
        port.addFirstRxCallback(queue, work);
      }
    }

    void end() {
      if (tx) {
        port.removeTxCallback(queue, work);
      } else {
        port.removeRxCallback(queue, work);
      }
      long began = System.nanoTime();
      while (!work.end()) {
        if (System.nanoTime() - began > LIMIT_NANOS) {
          throw new SluiceException(
              Errno.EBUSY, port + ": a burst of queue " + queue + " does not end");
        }
        Thread.yield();
      }
    }
  }

  private PdumpServer(SharedMemory memory, EthDevs ports) {
    this.memory = memory;
    this.ports = ports;
    this.channel = memory.mpChannel();
  }

  /** Takes requests from now on; the primary's. */
  public static PdumpServer start(SharedMemory memory, EthDevs ports) {
    PdumpServer server = new PdumpServer(memory, ports);
    server.channel.register(
        PdumpRequest.ACTION,
        (message, peer) -> server.worker.execute(() -> server.answer(message, peer)));
    return server;
  }

  private void answer(MpMessage message, String peer) {
    PdumpRequest request = PdumpRequest.in(message);
    if (request == null) {
      return;
    }
    int result = 0;
    try {
      serve(request, peer);
    } catch (SluiceException e) {
      result = -e.errno().number();
      LoggerFactory.getLogger(PdumpServer.class).warn("a capture was refused: {}", e.getMessage());
    }
    channel.reply(request.answered(result), peer);
  }

  private synchronized void serve(PdumpRequest request, String peer) {
    EthDev port = ports.byName(request.device());
    if (port == null) {
      throw invalid("no port '" + request.device() + "'");
    }
    endThoseOfTheGone();
    List<Capture> asked =
        switch (request.operation()) {
          case PdumpRequest.ENABLE -> made(request, port, peer);
          case PdumpRequest.DISABLE -> found(request, port);
          default -> throw invalid("no operation " + request.operation());
        };
    if (request.operation() == PdumpRequest.ENABLE) {
      captures.addAll(asked);
      asked.forEach(Capture::begin);
      keepWatching();
    } else {
      captures.removeAll(asked);
      asked.forEach(Capture::end);
    }
  }

  private static SluiceException invalid(String what) {
    return new SluiceException(Errno.EINVAL, what);
  }

  private List<Capture> made(PdumpRequest request, EthDev port, String client) {
    if (request.version() != PdumpRequest.COPIES && request.version() != PdumpRequest.PCAPNG) {
      throw invalid("no version " + request.version());
    }
    if (request.program() != 0) {
      throw new SluiceException(Errno.ENOTSUP, "filters are not supported; capture without -f");
    }
    Ring ring = ring(request.ring());
    Mempool pool = pool(request.pool());
    long stats = statsZone();
    boolean pcapng = request.version() == PdumpRequest.PCAPNG;
    int snaplen = request.snaplen() < 0 ? Integer.MAX_VALUE : request.snaplen();
    List<Capture> made = new ArrayList<>();
    forEachQueue(
        request,
        port,
        (tx, queue) -> {
          if (captures.stream().anyMatch(each -> each.isOf(port, tx, queue))) {
            throw new SluiceException(
                Errno.EEXIST, port + ": queue " + queue + " is being captured already");
          }
          long counters = stats + statsOffset(port.portId(), tx, queue);
          made.add(
              new Capture(
                  port,
                  tx,
                  queue,
                  client,
                  new QueueCapture(ring, pool, pcapng, snaplen, counters)));
        });
    return made;
  }

  private List<Capture> found(PdumpRequest request, EthDev port) {
    List<Capture> found = new ArrayList<>();
    forEachQueue(
        request,
        port,
        (tx, queue) ->
            found.add(
                captures.stream()
                    .filter(each -> each.isOf(port, tx, queue))
                    .findFirst()
                    .orElseThrow(() -> invalid(port + ": queue " + queue + " is not captured"))));
    return found;
  }

  private interface QueueVisitor {
    void visit(boolean tx, int queue);
  }

  private static void forEachQueue(PdumpRequest request, EthDev port, QueueVisitor visitor) {
    for (boolean tx : new boolean[] {false, true}) {
      if ((request.flags() & (tx ? PdumpRequest.TX : PdumpRequest.RX)) != 0) {
        int count = tx ? port.txQueues() : port.rxQueues();
        boolean all = request.queue() == PdumpRequest.ALL_QUEUES;
        if (all ? count == 0 : request.queue() >= count) {
          throw invalid(port + ": it has " + count + (tx ? " send" : " receive") + " queues");
        }
        for (int queue = all ? 0 : request.queue();
            queue < (all ? count : request.queue() + 1);
            queue++) {
          visitor.visit(tx, queue);
        }
      }
    }
  }

  /** By the list of rings: what is at an address that a message names may be anything. */
  private Ring ring(long address) {
    Ring[] found = new Ring[1];
    Ring.walk(memory, ring -> found[0] = ring.address() == address ? ring : found[0]);
    if (found[0] == null) {
      throw invalid("no ring at 0x" + Long.toHexString(address));
    }
    return found[0];
  }

  private Mempool pool(long address) {
    Mempool[] found = new Mempool[1];
    Mempool.walk(memory, pool -> found[0] = pool.address() == address ? pool : found[0]);
    if (found[0] == null) {
      throw invalid("no pool on rings at 0x" + Long.toHexString(address));
    }
    return found[0];
  }

  /** Reserved with the first capture, since it has 4 MB. */
  private long statsZone() {
    return MemZone.lookupOrReserve(
            memory, STATS_ZONE, PdumpStatsLayout.ZONE_SIZEOF, MemZone.SOCKET_ID_ANY, 0, 0)
        .address();
  }

  private static long statsOffset(int port, boolean tx, int queue) {
    return (tx ? PdumpStatsLayout.TX : 0)
        + (long) port * PdumpStatsLayout.PORT_SIZEOF
        + (long) queue * PdumpStatsLayout.SIZEOF;
  }

  private void keepWatching() {
    if (!watching) {
      watching = true;
      worker.scheduleWithFixedDelay(
          this::endThoseOfTheGone, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private synchronized void endThoseOfTheGone() {
    List<Capture> gone = captures.stream().filter(each -> MpChannel.isGone(each.client())).toList();
    captures.removeAll(gone);
    gone.forEach(Capture::end);
  }

  /** Takes no more requests and ends all captures. */
  @Override
  public void close() {
    channel.unregister(PdumpRequest.ACTION);
    Background.end(worker);
    synchronized (this) {
      captures.forEach(Capture::end);
      captures.clear();
    }
  }
}
