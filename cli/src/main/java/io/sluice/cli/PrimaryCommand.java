package io.sluice.cli;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.IdleStrategy;
import io.sluice.primary.Forwarding;
import io.sluice.primary.PortForwarding;
import io.sluice.primary.Primary;
import io.sluice.primary.StopRequest;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code sluice primary}: the shared memory, and with ports the forwarding between them through
 * workers, until SIGINT or SIGTERM. Ends with {@code report} lines of {@code key=value} words.
 */
@Command(
    name = "primary",
    description = {
      "Runs a primary process: shared memory that secondaries attach to.",
      "With --vdev it forwards from each port over rings to the workers and back to the port's"
          + " partner (0 and 1, 2 and 3, ...)."
    },
    customSynopsis =
        "sluice primary [EAL options] [-- [--workers N] [--ring-size N] [--mbufs N] [--idle STRATEGY]]")
final class PrimaryCommand implements Callable<Integer>, TakesEalOptions {
  private static final long POLL_NANOS = 20_000_000;

  private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  private boolean help;

  @Parameters(
      paramLabel = "EAL options",
      arity = "0..*",
      description = "As DPDK spells them, then -- and the primary's own.")
  private List<String> arguments = new ArrayList<>();

  @Spec
  void setSpec(CommandSpec spec) {
    this.spec = spec;
    spec.usageMessage()
        .sectionMap()
        .put(
            UsageMessageSpec.SECTION_KEY_FOOTER, help -> "Behind --:\n" + ForwardingOptions.help());
  }

  @Override
  public Integer call() {
    if (HelpRequest.isIn(arguments)) {
      spec.commandLine().usage(spec.commandLine().getOut());
      return 0;
    }
    EalOptions options = EalOptions.parse(arguments.toArray(String[]::new));
    ForwardingOptions own = ForwardingOptions.parse(options.remaining());
    IdleStrategy idle = IdleStrategy.named(own.idle());
    PrintWriter out = spec.commandLine().getOut();
    try (StopRequest stop = new StopRequest();
        Primary primary = Primary.start(options)) {
      if (primary.memory().adoption() != null) {
        out.println(adopted(options, primary.memory()));
      }
      if (primary.ports().count() == 0) {
        out.println(ready(options, primary, "no ports"));
        out.flush();
        while (!stop.isRequested()) {
          LockSupport.parkNanos(POLL_NANOS);
        }
      } else {
        PortForwarding ports = forwarding(primary, own);
        out.println(ready(options, primary, primary.ports().count() + " ports"));
        out.flush();
        primary.lcores().runOnMain(() -> run(ports, stop, idle));
        report(out, ports);
      }
    }
    return 0;
  }

  private static PortForwarding forwarding(Primary primary, ForwardingOptions own) {
    try {
      return new PortForwarding(primary, own.workers(), own.ringSize(), own.mbufs());
    } catch (RuntimeException e) {
      if (primary.memory().adoption() != null) {
        // The secondaries' memory must not end for a wrong option.
        primary.leave();
      }
      throw e;
    }
  }

  private static String adopted(EalOptions options, SharedMemory memory) {
    return "primary: adopted prefix "
        + options.filePrefix()
        + " from pid "
        + memory.adoption().pid()
        + ", generation "
        + memory.processTable().generation()
        + ", "
        + memory.adoption().secondaries()
        + " secondaries";
  }

  private static String ready(EalOptions options, Primary primary, String ports) {
    String memory = primary.memory().isHugepageBacked() ? "hugepages" : "plain shared files";
    return "primary: ready, prefix " + options.filePrefix() + ", " + memory + ", " + ports;
  }

  private static int run(PortForwarding ports, StopRequest stop, IdleStrategy idle) {
    ports.run(stop::isRequested, idle);
    return 0;
  }

  private static void report(PrintWriter out, PortForwarding ports) {
    for (Forwarding.ProcessStats process : ports.forwarding().processes()) {
      out.printf(
          "report process name=%s packets=%d bytes=%d cyclesperpacket=%d drops=%d%n",
          process.name().replace(' ', '_'),
          process.packets(),
          process.bytes(),
          process.cyclesPerPacket(),
          process.drops());
    }
    int index = 0;
    for (Forwarding.PortStats port : ports.forwarding().ports()) {
      out.printf(
          "report port name=%s rx=%d tx=%d rxbytes=%d txbytes=%d cyclesperpacket=%d drops=%d%n",
          port.name(),
          port.rxPackets(),
          port.txPackets(),
          port.rxBytes(),
          port.txBytes(),
          port.cyclesPerPacket(),
          ports.drops(index++));
    }
    out.printf("report pool leaked=%d undelivered=%d%n", ports.mbufsInUse(), ports.undelivered());
    out.flush();
  }
}
