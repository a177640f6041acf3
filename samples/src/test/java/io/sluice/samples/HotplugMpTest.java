package io.sluice.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.testing.JavaProcess;
import org.junit.jupiter.api.Test;

class HotplugMpTest {
  @Test
  void shouldListInEveryProcessWhatAnyOfThemAttaches() {
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess primary = processes.primary("hotplug_mp", "-l 0", "");
      primary.awaitLine("^Primary process", SampleProcesses.LIMIT);
      JavaProcess secondary = processes.secondary("hotplug_mp", "-l 1", "");
      secondary.awaitLine("^Secondary process", SampleProcesses.LIMIT);

      secondary.send("attach net_null0,size=128");
      secondary.awaitLine("^attached device net_null0$", SampleProcesses.LIMIT);
      primary.send("attach net_ring1");
      primary.awaitLine("^attached device net_ring1$", SampleProcesses.LIMIT);
      for (JavaProcess process : new JavaProcess[] {primary, secondary}) {
        process.send("list");
        process.awaitLine("^list all etherdev$", SampleProcesses.LIMIT);
        process.awaitLine("^0\tnet_null0$", SampleProcesses.LIMIT);
        process.awaitLine("^1\tnet_ring1$", SampleProcesses.LIMIT);
      }

      primary.send("detach net_null0");
      primary.awaitLine("^detached device net_null0$", SampleProcesses.LIMIT);
      secondary.send("detach net_null0");
      secondary.awaitLine("^failed to detach device net_null0: .*ENODEV", SampleProcesses.LIMIT);
      secondary.send("attach net_ring1");
      secondary.awaitLine("^failed to attach device net_ring1: .*EEXIST", SampleProcesses.LIMIT);
      secondary.send("quit");
      assertEquals(0, secondary.awaitExit(SampleProcesses.LIMIT));
      primary.send("list");
      primary.awaitLine("^1\tnet_ring1$", SampleProcesses.LIMIT);
      primary.send("quit");
      assertEquals(0, primary.awaitExit(SampleProcesses.LIMIT));
    }
  }
}
