package io.sluice.cli.demo;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.OptionValue;
import io.sluice.nic.pcap.CaptureReader;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.primary.Forwarding;
import io.sluice.primary.StopRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice demo}: real frames through real processes, counted and compared. */
@Command(
    name = "demo",
    description =
        "Sends frames through a primary, workers and a monitor, each a JVM, and compares every one.",
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
  private static final int MIN_FRAME = 14;
  private static final int MIN_TAGGED = 20;
  private static final int MAX_FRAME = 1514;
  private static final int VLAN_HEADER = 4;
  private static final int TYPE_OFFSET = 12;
  private static final int VLAN = 0x8100;
  private static final int QINQ = 0x88a8;
  private static final String CARRIED = "a link carries 14-1514 bytes, 20-1518 with a VLAN tag";

  @Spec private CommandSpec spec;

  @Option(
      names = "--frames",
      defaultValue = "1000000",
      description = "How many frames to send (${DEFAULT-VALUE}).")
  private String frames;

  @Option(
      names = "--pcap",
      paramLabel = "FILE",
      description =
          "A pcap or pcapng file of your own to send, over and over, instead of the built-in.")
  private Path pcap;

  @Option(
      names = "--workers",
      defaultValue = "2",
      description = "How many worker processes (${DEFAULT-VALUE}).")
  private String workers;

  @Option(
      names = "--unprivileged",
      description = "Pcap ports, as for an ordinary user, also as root.")
  private boolean unprivileged;

  @Override
  public Integer call() throws IOException {
    long total = OptionValue.number(spec, "--frames", frames, 1, Long.MAX_VALUE);
    int processes = (int) OptionValue.number(spec, "--workers", workers, 1, Forwarding.MAX_WORKERS);
    List<byte[]> capture = capture();
    // The JVM may be ending by a signal: it waits until the stop request is closed, so that
    // everything is removed and said by then.
    try (StopRequest stop = new StopRequest()) {
      return run(stop, capture, total, processes);
    }
  }

  private int run(StopRequest stop, List<byte[]> capture, long total, int processes)
      throws IOException {
    boolean wires = Libc.geteuid() == 0 && !unprivileged;
    try (Demo demo = new Demo(spec.commandLine().getOut(), stop)) {
      return demo.run(wires, pcap == null, capture, total, processes) ? 0 : 1;
    } catch (CommandFailure e) {
      return e.endCommand(spec, stop);
    }
  }

  private List<byte[]> readCapture() {
    List<byte[]> all = new ArrayList<>();
    try (CaptureReader reader = CaptureReader.open(pcap.toString())) {
      while (reader.next()) {
        byte[] frame = new byte[reader.length()];
        Memory.copyToBytes(reader.data(), frame, 0, frame.length);
        all.add(frame);
      }
      if (reader.isTruncated()) {
        throw new CommandFailure("cannot read the capture: " + reader.truncation());
      }
    } catch (SluiceException e) {
      throw new CommandFailure("cannot read the capture: " + e.getMessage());
    }
    return all;
  }

  /** What the kernel takes on a veth of MTU 1500, and does not drop as malformed. */
  private static boolean isCarried(byte[] frame) {
    if (frame.length < MIN_FRAME) {
      return false;
    }
    int type = (frame[TYPE_OFFSET] & 0xff) << 8 | frame[TYPE_OFFSET + 1] & 0xff;
    boolean isTagged = type == VLAN || type == QINQ;
    return frame.length >= (isTagged ? MIN_TAGGED : MIN_FRAME)
        && frame.length <= (type == VLAN ? MAX_FRAME + VLAN_HEADER : MAX_FRAME);
  }

  private List<byte[]> capture() {
    if (pcap == null) {
      return DemoFrames.all();
    }
    List<byte[]> all = readCapture();
    List<byte[]> usable = all.stream().filter(DemoCommand::isCarried).toList();
    if (usable.isEmpty()) {
      throw new CommandFailure(pcap + " has no frame to send: " + CARRIED);
    }
    if (usable.size() < all.size()) {
      spec.commandLine()
          .getOut()
          .printf(
              "demo: %d of %d frames stay out: %s%n",
              all.size() - usable.size(), all.size(), CARRIED);
    }
    return usable;
  }
}
