package io.sluice.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuTopologyTest {
  @TempDir Path folder;

  @Test
  void shouldReadTheKernelsLists() {
    assertEquals(List.of(0, 1, 2, 3, 8), List.copyOf(CpuTopology.parseList("0-3,8\n")));
    assertEquals(List.of(5), List.copyOf(CpuTopology.parseList("\t5")));
    assertEquals(List.of(), List.copyOf(CpuTopology.parseList("\n")));
  }

  @Test
  void shouldTellNodesAndCores() throws IOException {
    Files.createDirectories(folder.resolve("node/node0/cpu0"));
    Files.createDirectories(folder.resolve("node/node1/cpu1"));
    Files.createDirectories(folder.resolve("cpu/cpu1/topology"));
    Files.writeString(folder.resolve("cpu/online"), "0-2\n");
    Files.writeString(folder.resolve("cpu/cpu1/topology/core_id"), "4\n");
    Path status = Files.writeString(folder.resolve("status"), "Cpus_allowed_list:\t1-2\n");
    CpuTopology topology = CpuTopology.read(folder, status);
    assertEquals(List.of(0, 1, 2), List.copyOf(topology.online()));
    assertEquals(List.of(1, 2), List.copyOf(topology.allowed()));
    assertEquals(2, topology.socketCount());
    assertEquals(0, topology.socketOf(0));
    assertEquals(1, topology.socketOf(1));
    assertEquals(0, topology.socketOf(2));
    assertEquals(4, topology.coreOf(1));
    assertEquals(0, topology.coreOf(2));
  }

  @Test
  void shouldKnowThisMachine() {
    CpuTopology topology = CpuTopology.current();
    assertTrue(topology.online().containsAll(topology.allowed()));
    assertTrue(topology.allowed().size() >= Runtime.getRuntime().availableProcessors());
    assertTrue(topology.socketOf(topology.online().first()) < topology.socketCount());
  }
}
