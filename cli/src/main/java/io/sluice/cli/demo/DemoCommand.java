package io.sluice.cli.demo;

import io.sluice.cli.CommandFailure;
import io.sluice.nic.pcap.CaptureReader;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
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
  private static final int MAX_FRAME = 1518;

  @Spec private CommandSpec spec;

  @Option(
      names = "--frames",
      defaultValue = "1000000",
      description = "How many frames to send (${DEFAULT-VALUE}).")
  private long frames;

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
  private int workers;

  @Option(
      names = "--unprivileged",
      description = "Pcap ports, as for an ordinary user, also as root.")
  private boolean unprivileged;

  @Override
  public Integer call() throws IOException {
    if (frames < 1) {
      throw new CommandFailure("--frames " + frames + "; accepted: 1 and more");
    }
    if (workers < 1) {
      throw new CommandFailure("--workers " + workers + "; accepted: 1 and more");
    }
    List<byte[]> capture = capture();
    boolean wires = Libc.geteuid() == 0 && !unprivileged;
    // The JVM may be ending by a signal: it waits until the stop request is closed, so that
    // everything is removed and said by then.
    try (StopRequest stop = new StopRequest()) {
      return run(stop, capture, wires);
    }
  }

  private int run(StopRequest stop, List<byte[]> capture, boolean wires) throws IOException {
    try (Demo demo = new Demo(spec.commandLine().getOut(), stop)) {
      return demo.run(wires, capture, frames, workers) ? 0 : 1;
    } catch (CommandFailure e) {
      spec.commandLine().getErr().println("sluice: " + e.getMessage());
      return 1;
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
        throw new CommandFailure("cannot read the capture: " + pcap + " is cut short or damaged");
      }
    } catch (SluiceException e) {
      throw new CommandFailure("cannot read the capture: " + e.getMessage());
    }
    return all;
  }

  private List<byte[]> capture() {
    if (pcap == null) {
      return DemoFrames.all();
    }
    List<byte[]> all = readCapture();
    List<byte[]> usable =
        all.stream()
            .filter(frame -> frame.length >= MIN_FRAME && frame.length <= MAX_FRAME)
            .toList();
    if (usable.isEmpty()) {
      throw new CommandFailure(pcap + " has no frame of " + MIN_FRAME + "-" + MAX_FRAME + " bytes");
    }
    if (usable.size() < all.size()) {
      spec.commandLine()
          .getOut()
          .printf(
              "demo: %d of %d frames are not of %d-%d bytes and stay out%n",
              all.size() - usable.size(), all.size(), MIN_FRAME, MAX_FRAME);
    }
    return usable;
  }
}
