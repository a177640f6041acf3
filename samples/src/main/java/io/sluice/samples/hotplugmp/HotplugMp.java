package io.sluice.samples.hotplugmp;

import io.sluice.cli.Sample;
import io.sluice.platform.SluiceException;
import io.sluice.samples.CommandPrompt;
import io.sluice.samples.Eal;

/**
 * {@code hotplug_mp}: a prompt in the primary and in each secondary to attach and detach virtual
 * devices; what one process does shows in the {@code list} of all.
 */
public final class HotplugMp implements Sample {
  @Override
  public String name() {
    return "hotplug_mp";
  }

  @Override
  public String summary() {
    return "attach and detach devices from a prompt in any process; all see them";
  }

  @Override
  public String usage() {
    return "hotplug_mp [EAL options]";
  }

  @Override
  public int run(String[] args) {
    try (Eal eal = Eal.init(args)) {
      System.out.println((eal.isPrimary() ? "Primary" : "Secondary") + " process, 'help' for help");
      CommandPrompt prompt = new CommandPrompt("example> ");
      prompt
          .command("help", "show help", HotplugMp::help)
          .command("quit", "quit", prompt::quit)
          .command("list", "list all devices", () -> list(eal))
          .command("attach", "DEVARGS", "attach a device", devargs -> attach(eal, devargs))
          .command("detach", "DEVARGS", "detach a device", devargs -> detach(eal, devargs));
      prompt.interact();
      return 0;
    }
  }

  private static void help() {
    System.out.println("commands:\n- attach <devargs>\n- detach <devargs>\n- list\n");
  }

  private static void list(Eal eal) {
    System.out.println("list all etherdev");
    eal.ports().forEach(port -> System.out.println(port.portId() + "\t" + port.name()));
  }

  private static void attach(Eal eal, String devargs) {
    String name = name(devargs);
    try {
      eal.hotplug().attach(devargs);
      System.out.println("attached device " + name);
    } catch (SluiceException e) {
      System.out.println("failed to attach device " + name + ": " + e.getMessage());
    }
  }

  private static void detach(Eal eal, String devargs) {
    String name = name(devargs);
    System.out.println("detaching...");
    try {
      eal.hotplug().detach(name);
      System.out.println("detached device " + name);
    } catch (SluiceException e) {
      System.out.println("failed to detach device " + name + ": " + e.getMessage());
    }
  }

  /** The device's name: what stands before the first comma. */
  private static String name(String devargs) {
    int comma = devargs.indexOf(',');
    return comma < 0 ? devargs : devargs.substring(0, comma);
  }
}
