package io.sluice.nic;

import io.sluice.config.MpChannel;
import io.sluice.config.MpMessage;
import io.sluice.memzone.SharedMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Shows the primary's ports to secondaries of stock DPDK. One that starts asks for the names of the
 * virtual devices, as {@code vdev_scan} of {@code drivers/bus/vdev/vdev.c}, and each of its drivers
 * then finds its port in {@code rte_eth_dev_data} and what it keeps of it in {@link StockPrivate}.
 *
 * <p>From the first time that one asks, the counters it reads follow ours every 50 ms, on a thread
 * of its own; before that nothing is done for them. What such a process writes there, as a reset of
 * the counters, is overwritten.
 */
public final class StockPorts implements AutoCloseable {
  private static final String ACTION = "bus_vdev_mp";
  private static final int SCAN_REQ = 1;
  private static final int SCAN_ONE = 2;
  private static final int SCAN_REP = 3;
  private static final long PERIOD_MILLIS = 50;

  private final MpChannel channel;
  private final EthDevs ports;

  /** The channel's thread must not wait for whoever is at the ports, and may wait for a message. */
  private final ScheduledExecutorService worker = Background.worker("sluice-stock-ports");

  private boolean counting;

  private StockPorts(MpChannel channel, EthDevs ports) {
    this.channel = channel;
    this.ports = ports;
  }

  /** Answers from now on; the primary's. */
  public static StockPorts start(SharedMemory memory, EthDevs ports) {
    StockPorts shown = new StockPorts(memory.mpChannel(), ports);
    shown.channel.register(
        ACTION, (message, peer) -> shown.worker.execute(() -> shown.answer(message, peer)));
    return shown;
  }

  /** One thread sends all the names and then the answer, so that they come in that order. */
  private void answer(MpMessage message, String peer) {
    if (message.param().length != VdevMessageLayout.SIZEOF
        || ByteBuffer.wrap(message.param()).order(ByteOrder.nativeOrder()).getInt() != SCAN_REQ) {
      return;
    }
    List<String> names = ports.countForStock();
    names.forEach(name -> channel.sendMsg(message(SCAN_ONE, 1, name)));
    channel.reply(message(SCAN_REP, names.size(), ""), peer);
    keepCounting();
  }

  private static MpMessage message(int type, int num, String name) {
    ByteBuffer param = ByteBuffer.allocate(VdevMessageLayout.SIZEOF).order(ByteOrder.nativeOrder());
    param.putInt(VdevMessageLayout.TYPE, type);
    param.putInt(VdevMessageLayout.NUM, num);
    param.put(VdevMessageLayout.NAME, name.getBytes(StandardCharsets.ISO_8859_1));
    return new MpMessage(ACTION, param.array());
  }

  private void keepCounting() {
    if (!counting) {
      counting = true;
      worker.scheduleAtFixedRate(
          ports::countForStock, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Answers no more. */
  @Override
  public void close() {
    channel.unregister(ACTION);
    Background.end(worker);
  }
}
