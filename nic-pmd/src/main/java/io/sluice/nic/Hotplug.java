package io.sluice.nic;

import io.sluice.config.MpChannel;
import io.sluice.config.MpMessage;
import io.sluice.config.ProcType;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;

/**
 * Devices that come and go while the processes run ({@code rte_dev_probe}, {@code rte_dev_remove},
 * {@code hotplug_mp.c}). Any process may ask; the primary does it, and tells the secondaries. Those
 * of Sluice need no telling, since they see the ports in shared memory; one of DPDK's can refuse,
 * and then the device goes, or stays, as it was.
 *
 * <p>One object a process, from any thread. The primary works on a thread of its own, one request
 * after another; a port that is started is never taken away by another process's request, since
 * somebody may be polling it.
 */
public final class Hotplug implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final String BUS = "vdev:";

  private final MpChannel channel;
  private final EthDevs ports;
  private final boolean primary;
  private final ExecutorService worker;

  private Hotplug(SharedMemory memory, EthDevs ports) {
    this.channel = memory.mpChannel();
    this.ports = ports;
    this.primary = memory.procType() == ProcType.PRIMARY;
    this.worker = Background.worker("sluice-hotplug");
  }

  /** Takes requests from now on, if this is the primary. */
  public static Hotplug start(SharedMemory memory, EthDevs ports) {
    Hotplug hotplug = new Hotplug(memory, ports);
    if (hotplug.primary) {
      // The channel's thread must not wait for answers, which it would have to receive itself.
      hotplug.channel.register(
          HotplugRequest.ACTION,
          (message, peer) -> hotplug.worker.execute(() -> hotplug.serve(message, peer)));
    }
    return hotplug;
  }

  /**
   * Attaches a device.
   *
   * @param devargs name and arguments, at most 127 characters: {@code net_null7,size=128}
   * @throws SluiceException EEXIST, ENODEV, EINVAL, what the driver says, what a secondary says,
   *     ETIMEDOUT if a process does not answer within 5 seconds; the device is not there then
   */
  public void attach(String devargs) {
    HotplugRequest request = request(HotplugRequest.Type.ATTACH, devargs);
    if (primary) {
      attachAndTell(request);
    } else {
      askPrimary(request, "attach");
    }
  }

  /**
   * Detaches a device.
   *
   * @throws SluiceException ENODEV if there is none, EBUSY if a process polls it or, asked by a
   *     secondary, if it is started; what a secondary says; the device is there then as it was
   */
  public void detach(String name) {
    HotplugRequest request = request(HotplugRequest.Type.DETACH, name);
    if (primary) {
      tellAndDetach(request);
    } else {
      askPrimary(request, "detach");
    }
  }

  private static HotplugRequest request(HotplugRequest.Type type, String devargs) {
    if (devargs.length() >= HotplugRequestLayout.DEVARGS_LENGTH) {
      throw new SluiceException(
          Errno.E2BIG,
          "device '"
              + devargs
              + "': its text has "
              + devargs.length()
              + " characters, most are "
              + (HotplugRequestLayout.DEVARGS_LENGTH - 1));
    }
    return new HotplugRequest(type, devargs, 0);
  }

  /** The device without the name of its bus, which DPDK's processes put before it. */
  private static String device(HotplugRequest request) {
    String text = request.devargs();
    return text.startsWith(BUS) ? text.substring(BUS.length()) : text;
  }

  private synchronized void attachAndTell(HotplugRequest request) {
    EthDev port = ports.probe(device(request));
    int result = tell(port.name(), request);
    if (result != 0) {
      tell(port.name(), request.as(HotplugRequest.Type.ATTACH_ROLLBACK));
      ports.detach(port.name());
      throw refusedBySecondary(request, result);
    }
  }

  private synchronized void tellAndDetach(HotplugRequest request) {
    String name = device(request);
    if (ports.byName(name) == null) {
      throw new SluiceException(Errno.ENODEV, "device '" + name + "': there is none");
    }
    int result = tell(name, request);
    if (result != 0) {
      tell(name, request.as(HotplugRequest.Type.DETACH_ROLLBACK));
      throw refusedBySecondary(request, result);
    }
    try {
      ports.detach(name);
    } catch (SluiceException e) {
      tell(name, request.as(HotplugRequest.Type.DETACH_ROLLBACK));
      throw e;
    }
  }

  private static SluiceException refusedBySecondary(HotplugRequest request, int result) {
    return new SluiceException(
        Errno.ofResult(result), "device '" + device(request) + "': refused by a secondary");
  }

  /**
   * Tells every secondary; 0 if all have done it or had it done. A driver of DPDK's breaks off its
   * process at a port that is not kept as it keeps it, and is not told of such.
   */
  private int tell(String port, HotplugRequest request) {
    if (!ports.isSeenByStock(port)) {
      return 0;
    }
    MpChannel.Replies replies = channel.requestSync(request.message(), LIMIT);
    int done =
        switch (request.type()) {
          case ATTACH, DETACH_ROLLBACK -> -Errno.EEXIST.number();
          case DETACH, ATTACH_ROLLBACK -> -Errno.ENOENT.number();
        };
    int result = replies.isComplete() ? 0 : -Errno.ETIMEDOUT.number();
    for (MpMessage message : replies.messages()) {
      HotplugRequest answer = HotplugRequest.in(message);
      int value = answer == null ? -Errno.EPROTO.number() : answer.result();
      result = value == 0 || value == done ? result : value;
    }
    return result;
  }

  private synchronized void askPrimary(HotplugRequest request, String what) {
    // The primary may wait that long for other secondaries.
    MpChannel.Replies replies = channel.requestSync(request.message(), LIMIT.multipliedBy(2));
    if (replies.sent() == 0) {
      throw new SluiceException(
          Errno.ECONNREFUSED,
          "device '"
              + request.devargs()
              + "': no primary is there to "
              + what
              + " it; start one with this --file-prefix");
    }
    HotplugRequest answer =
        replies.messages().isEmpty() ? null : HotplugRequest.in(replies.messages().get(0));
    int result = answer == null ? -Errno.ETIMEDOUT.number() : answer.result();
    if (result != 0) {
      throw new SluiceException(
          Errno.ofResult(result),
          "device '" + request.devargs() + "': the primary did not " + what + " it" + cure(result));
    }
  }

  private static String cure(int result) {
    return switch (Errno.ofResult(result)) {
      case EEXIST -> "; it is there already";
      case EBUSY -> "; stop it in the primary, and release its queues";
      case ENODEV -> "; there is no such device or driver";
      case EINVAL -> "; look at its arguments";
      case ETIMEDOUT -> "; a process does not answer";
      default -> "";
    };
  }

  /** One request of a secondary's, on the worker's thread. */
  private void serve(MpMessage message, String peer) {
    HotplugRequest request = HotplugRequest.in(message);
    if (request == null) {
      return;
    }
    int result = 0;
    try {
      switch (request.type()) {
        case ATTACH -> attachAndTell(request);
        case DETACH -> detachStopped(request);
        default -> result = -Errno.ENOTSUP.number();
      }
    } catch (SluiceException e) {
      result = -e.errno().number();
    }
    channel.reply(request.answered(result).message(), peer);
  }

  private void detachStopped(HotplugRequest request) {
    EthDev port = ports.byName(device(request));
    if (port != null && port.isStarted()) {
      throw new SluiceException(Errno.EBUSY, "port " + port.name() + " is started");
    }
    tellAndDetach(request);
  }

  /** Takes no more requests; what is under way ends first. */
  @Override
  public void close() {
    if (primary) {
      channel.unregister(HotplugRequest.ACTION);
    }
    Background.end(worker);
  }
}
