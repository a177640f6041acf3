package io.sluice.nic.afpacket;

import io.sluice.mempool.Mempool;
import io.sluice.nic.DeviceArguments;
import io.sluice.nic.Driver;
import io.sluice.nic.EthLink;
import io.sluice.nic.PortContext;
import io.sluice.nic.PortDriver;
import io.sluice.nic.QueueStats;
import io.sluice.nic.RxQueue;
import io.sluice.nic.StockPrivate;
import io.sluice.nic.TxQueue;
import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * {@code net_af_packet}, with DPDK's arguments: {@code iface}; {@code qpairs}, queues that share
 * the interface's frames by fanout; {@code blocksz}, {@code framesz}, {@code framecnt} of the
 * rings; {@code qdisc_bypass}.
 */
public final class AfPacketDriver implements Driver {
  private static final int MAX_QUEUES = 16;
  private static final int BLOCK_SIZE = 4096;
  private static final int FRAME_SIZE = 2048;
  private static final int FRAME_COUNT = 512;
  private static final int PAGE = 4096;
  private static final int ALIGNMENT = 16;
  private static final int ETHERNET = 18;
  private static final long FLUSH_NANOS = 1_000_000_000;

  @Override
  public String name() {
    return "net_af_packet";
  }

  @Override
  public Set<String> arguments() {
    return Set.of("iface", "qpairs", "blocksz", "framesz", "framecnt", "qdisc_bypass");
  }

  @Override
  public PortDriver open(DeviceArguments arguments, PortContext context) {
    String iface = arguments.require("iface");
    int pairs = arguments.number("qpairs", 1, 1, MAX_QUEUES);
    int frameSize = arguments.number("framesz", FRAME_SIZE, 128, 1 << 16);
    int blockSize = arguments.number("blocksz", Math.max(BLOCK_SIZE, frameSize), PAGE, 1 << 24);
    int frameCount = arguments.number("framecnt", FRAME_COUNT, 2, 1 << 20);
    if (frameSize % ALIGNMENT != 0) {
      throw arguments.invalid("framesz=" + frameSize + " must be a multiple of 16");
    }
    if (blockSize % PAGE != 0 || blockSize % frameSize != 0) {
      throw arguments.invalid(
          "blocksz=" + blockSize + " must be a multiple of 4096 and of framesz=" + frameSize);
    }
    if (frameCount % (blockSize / frameSize) != 0) {
      throw arguments.invalid(
          "framecnt="
              + frameCount
              + " must be a multiple of the "
              + blockSize / frameSize
              + " frames in a block");
    }
    return AfPacketPort.open(
        context.portId(),
        iface,
        pairs,
        new SocketOptions(
            blockSize,
            frameSize,
            frameCount,
            arguments.number("qdisc_bypass", 0, 0, 1) == 1,
            false));
  }

  private static final class AfPacketPort implements PortDriver {
    private final int portId;
    private final String iface;
    private final Path sysfs;
    private final QueuePair[] pairs;
    private final int fanoutGroup;
    private boolean promiscuous;
    private boolean allMulticast;

    private AfPacketPort(int portId, String iface, int pairs) {
      this.portId = portId;
      this.iface = iface;
      this.sysfs = Path.of("/sys/class/net", iface);
      this.pairs = new QueuePair[pairs];
      this.fanoutGroup = pairs == 1 ? -1 : (Libc.getpid() ^ portId << 11) & 0xffff;
    }

    static AfPacketPort open(int portId, String iface, int pairs, SocketOptions options) {
      AfPacketPort port = new AfPacketPort(portId, iface, pairs);
      try {
        for (int i = 0; i < pairs; i++) {
          port.pairs[i] = QueuePair.open(iface, options);
        }
        return port;
      } catch (RuntimeException e) {
        port.close();
        throw e;
      }
    }

    @Override
    public int maxRxQueues() {
      return pairs.length;
    }

    @Override
    public int maxTxQueues() {
      return pairs.length;
    }

    @Override
    public int defaultRxQueues() {
      return pairs.length;
    }

    @Override
    public int defaultTxQueues() {
      return pairs.length;
    }

    @Override
    public RxQueue rxQueue(int queue, int descriptors, Mempool pool, QueueStats stats) {
      return pairs[queue].rxQueue(pool, portId, stats);
    }

    @Override
    public TxQueue txQueue(int queue, int descriptors, QueueStats stats) {
      return pairs[queue].txQueue(stats);
    }

    /** Only queues that are polled take a share of the frames. */
    @Override
    public void start(int rxQueues, int txQueues) {
      for (int i = 0; i < Math.max(rxQueues, txQueues); i++) {
        pairs[i].start(i < rxQueues, fanoutGroup);
      }
    }

    /** Waits until the kernel has sent what it was given, a second at the most. */
    @Override
    public void stop() {
      long deadline = System.nanoTime() + FLUSH_NANOS;
      for (QueuePair pair : pairs) {
        pair.awaitSent(deadline);
      }
    }

    @Override
    public void close() {
      for (QueuePair pair : pairs) {
        if (pair != null) {
          pair.close();
        }
      }
    }

    @Override
    public StockPrivate stockPrivate() {
      return new AfPacketPrivate(iface, kernelInterface().index(), pairs.length);
    }

    private KernelInterface kernelInterface() {
      return pairs[0].kernelInterface();
    }

    @Override
    public byte[] macAddr() {
      return kernelInterface().macAddr();
    }

    @Override
    public int setMacAddr(byte[] mac) {
      return kernelInterface().setMacAddr(mac);
    }

    @Override
    public int addMacAddr(byte[] mac, int pool) {
      return pool == 0
          ? kernelInterface().setMembership(TpacketLayout.MR_UNICAST, mac, true)
          : NOT_SUPPORTED;
    }

    @Override
    public int removeMacAddr(byte[] mac) {
      return kernelInterface().setMembership(TpacketLayout.MR_UNICAST, mac, false);
    }

    @Override
    public int setPromiscuous(boolean on) {
      return setMode(TpacketLayout.MR_PROMISC, on, promiscuous, () -> promiscuous = on);
    }

    @Override
    public int setAllMulticast(boolean on) {
      return setMode(TpacketLayout.MR_ALLMULTI, on, allMulticast, () -> allMulticast = on);
    }

    /** The kernel counts memberships, so that each is added and dropped once. */
    private int setMode(int type, boolean on, boolean now, Runnable done) {
      int result = on == now ? 0 : kernelInterface().setMembership(type, new byte[0], on);
      if (result >= 0) {
        done.run();
      }
      return result;
    }

    @Override
    public EthLink link() {
      return new EthLink(speed(), true, kernelInterface().isRunning());
    }

    @Override
    public int mtu() {
      int mtu = kernelInterface().mtu();
      return mtu < 0 ? PortDriver.super.mtu() : Math.min(mtu, 9710);
    }

    /** The frames of the rings bound it: longer ones would be cut. */
    @Override
    public int setMtu(int mtu) {
      int room = pairs[0].options().frameSize() - TpacketLayout.RX_DATA;
      if (mtu + ETHERNET > room) {
        return -Errno.EINVAL.number();
      }
      int result = kernelInterface().setMtu(mtu);
      for (QueuePair pair : pairs) {
        pair.refreshMtu();
      }
      return result;
    }

    @Override
    public int setRxQueueRunning(int queue, boolean running) {
      return 0;
    }

    @Override
    public int setTxQueueRunning(int queue, boolean running) {
      return 0;
    }

    /** Megabits a second; /sys may be that of another network namespace, and then 0. */
    private int speed() {
      try {
        return Math.max(0, Integer.parseInt(Files.readString(sysfs.resolve("speed")).trim()));
      } catch (IOException | NumberFormatException e) {
        return 0;
      }
    }
  }
}
