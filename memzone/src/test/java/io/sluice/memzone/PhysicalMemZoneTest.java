package io.sluice.memzone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.memseg.Iova;
import io.sluice.platform.Memory;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Zones on hugepages in one file per list, with physical addresses as IO addresses. */
@RequiresRoot
@RequiresHugepages(kb = 2048, count = 16)
class PhysicalMemZoneTest extends AbstractMemZoneTest {
  @Override
  SharedMemory open() {
    return create("-m", "8", "--iova-mode", "pa", "--single-file-segments");
  }

  @Test
  void shouldGiveThePhysicalAddressTheKernelGives() {
    MemZone zone = MemZone.reserve(memory, "physical", 3 << 20, MemZone.SOCKET_ID_ANY, 0);
    for (long at = zone.address(); at < zone.address() + zone.length(); at += 4096) {
      Memory.putByte(at, (byte) 1);
      assertEquals(Iova.physicalAddress(at), memory.heap(-1).virt2iova(at));
    }
  }

  @Test
  void shouldLetASecondaryReserveWithPhysicalAddresses() {
    try (JavaProcess secondary =
        JavaProcess.start(
            ZoneProcess.class,
            List.of(),
            "secondary",
            "--file-prefix",
            memory.options().filePrefix())) {
      secondary.send("reserve theirs 3000000");
      secondary.awaitLine("reserved", Duration.ofSeconds(30));
      MemZone theirs = MemZone.lookup(memory, "theirs");
      assertEquals(Iova.physicalAddress(theirs.address()), theirs.iova());
      secondary.send("quit");
      assertEquals(0, secondary.awaitExit(Duration.ofSeconds(30)));
    }
  }
}
