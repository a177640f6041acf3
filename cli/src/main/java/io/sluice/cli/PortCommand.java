package io.sluice.cli;

import io.sluice.memzone.SharedMemory;
import io.sluice.nic.EthDev;
import io.sluice.nic.EthDevs;
import io.sluice.nic.EthStats;
import io.sluice.nic.EthXstat;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice port}: the ports of a running primary, and what went through them. */
@Command(
    name = "port",
    description = "Lists or shows ports.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(list | show)")
final class PortCommand extends CommandGroup {
  @Command(description = "Lists all ports.", mixinStandardHelpOptions = true)
  int list(@Mixin ObserverOptions options) {
    Table table =
        new Table(
            "port", "name", "state", "link", "rx packets", "tx packets", "rx drops", "errors");
    try (SharedMemory memory = options.observe();
        EthDevs ports = EthDevs.of(memory)) {
      ports.forEach(port -> add(table, port));
    }
    options.print(table);
    return 0;
  }

  private static void add(Table table, EthDev port) {
    EthStats stats = port.stats();
    table.add(
        port.portId(),
        port.name(),
        port.isStarted() ? "started" : "stopped",
        port.link().up() ? "up" : "down",
        stats.ipackets(),
        stats.opackets(),
        stats.imissed(),
        stats.ierrors() + stats.oerrors());
  }

  @Command(description = "Shows one port.", mixinStandardHelpOptions = true)
  int show(
      @Parameters(paramLabel = "PORT", description = "The port's name or number.") String name,
      @Mixin ObserverOptions options) {
    Map<String, Object> facts;
    try (SharedMemory memory = options.observe();
        EthDevs ports = EthDevs.of(memory)) {
      EthDev port =
          name.matches("\\d{1,4}") ? ports.get(Integer.parseInt(name)) : ports.byName(name);
      if (port == null) {
        throw new CommandFailure("no port '" + name + "'; see sluice port list");
      }
      facts = facts(port);
    }
    options.print(facts);
    return 0;
  }

  private static Map<String, Object> facts(EthDev port) {
    EthStats stats = port.stats();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("port", port.portId());
    facts.put("name", port.name());
    facts.put("state", port.isStarted() ? "started" : "stopped");
    facts.put("link", port.link().up() ? "up" : "down");
    facts.put("speed Mbit/s", port.link().speedMbps());
    facts.put("MAC address", HexFormat.ofDelimiter(":").formatHex(port.macAddr()));
    facts.put("MTU", port.mtu());
    facts.put("promiscuous", port.isPromiscuous());
    facts.put("all-multicast", port.isAllMulticast());
    facts.put("rx queues", port.rxQueues());
    facts.put("tx queues", port.txQueues());
    facts.put("rx packets", stats.ipackets());
    facts.put("rx bytes", stats.ibytes());
    facts.put("rx missed", stats.imissed());
    facts.put("rx errors", stats.ierrors());
    facts.put("rx no mbuf", stats.rxNombuf());
    facts.put("tx packets", stats.opackets());
    facts.put("tx bytes", stats.obytes());
    facts.put("tx errors", stats.oerrors());
    for (EthXstat stat : port.xstats()) {
      if (stat.name().matches("[rt]x_q\\d+_.*")) {
        facts.put(stat.name().replace('_', ' '), stat.value());
      }
    }
    return facts;
  }
}
