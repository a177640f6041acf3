package io.sluice.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.RequiresHugepages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HugepagePoolsTest {
  @TempDir Path folder;

  @Test
  void shouldReadPoolsAndTheirMounts() throws IOException {
    Path mounts =
        Files.writeString(
            folder.resolve("mounts"),
            """
            tmpfs /dev/shm tmpfs rw 0 0
            nodev /mnt/huge hugetlbfs rw,relatime,pagesize=2M 0 0
            nodev /mnt/a\\040b hugetlbfs rw,relatime 0 0
            nodev /mnt/huge1g hugetlbfs rw,relatime,pagesize=1024M,size=2G 0 0
            """);
    pool("hugepages-1048576kB", 2, 1, 0);
    pool("hugepages-2048kB", 512, 500, 3);
    Files.createDirectory(folder.resolve("pools/other"));
    assertEquals(
        List.of(
            new HugepagePool(
                2L << 20, 512, 500, 3, List.of(Path.of("/mnt/huge"), Path.of("/mnt/a b"))),
            new HugepagePool(1L << 30, 2, 1, 0, List.of(Path.of("/mnt/huge1g")))),
        HugepagePools.read(folder.resolve("pools"), mounts));
  }

  private void pool(String name, int total, int free, int surplus) throws IOException {
    Path pool = Files.createDirectories(folder.resolve("pools").resolve(name));
    Files.writeString(pool.resolve("nr_hugepages"), total + "\n");
    Files.writeString(pool.resolve("free_hugepages"), free + "\n");
    Files.writeString(pool.resolve("surplus_hugepages"), surplus + "\n");
  }

  @Test
  void shouldFindNoPoolsWhereTheKernelHasNone() {
    assertEquals(List.of(), HugepagePools.read(folder.resolve("none"), folder.resolve("none")));
  }

  @Test
  void shouldNotTakeAnOrdinaryFolderForAHugetlbfs() {
    assertFalse(HugepagePools.isHugetlbfs(folder));
    assertFalse(HugepagePools.isHugetlbfs(folder.resolve("none")));
  }

  @Test
  @RequiresHugepages(count = 1)
  void shouldFindTheMountsOfThisMachine() {
    HugepagePool pool =
        HugepagePools.current().stream()
            .filter(p -> p.pageSize() == 2L << 20)
            .findFirst()
            .orElseThrow();
    assertTrue(pool.total() >= pool.free());
    assertTrue(HugepagePools.isHugetlbfs(pool.mountPoints().get(0)));
  }
}
