package io.sluice.cli.processes;

import io.sluice.cli.CommandFailure;
import io.sluice.platform.HugepagePool;
import io.sluice.platform.HugepagePools;
import io.sluice.platform.Libc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Hugepages of 2 MB for one command on a machine that was not set up: adds them to the kernel's
 * pool and mounts a hugetlbfs, and with {@link #close} takes away again what it added. Needs root.
 */
public final class TemporaryHugepages implements AutoCloseable {
  private static final long PAGE_SIZE = 2L << 20;
  private static final String CURE = "install the package mount";
  private static final Path COUNT =
      Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");

  /** One that has just started may not have taken its pages yet, nor may a second and third. */
  private static final int COMMANDS_AT_ONCE = 4;

  private final Path mount;
  private long added;
  private boolean mounted;

  /**
   * Adds what is missing.
   *
   * @param pages how many the command takes
   * @param mount a folder that is not there yet, for the hugetlbfs if none is mounted
   */
  public TemporaryHugepages(long pages, Path mount) {
    this.mount = mount;
    Optional<HugepagePool> pool = pool();
    if (pool.isPresent()) {
      if (pool.get().free() < pages * COMMANDS_AT_ONCE) {
        added = change(total -> total + pages);
      }
      if (pool.get().mountPoints().isEmpty()) {
        mount();
      }
    }
  }

  private static Optional<HugepagePool> pool() {
    return HugepagePools.current().stream()
        .filter(pool -> pool.pageSize() == PAGE_SIZE)
        .findFirst();
  }

  /** What to tell the primary of them. */
  public List<String> options(long pages) {
    if (pool().map(HugepagePool::free).orElse(0L) < pages) {
      return List.of("--no-huge");
    }
    return mounted ? List.of("--huge-dir", mount.toString()) : List.of();
  }

  /**
   * Changes the pool's size while no other command does; gives by how many pages it has changed.
   */
  private static long change(ToLongFunction<Long> size) {
    int fd = Libc.open(COUNT.toString(), Libc.O_RDONLY, 0);
    Libc.flock(fd, Libc.LOCK_EX);
    try {
      long before = count();
      Files.writeString(COUNT, Long.toString(size.applyAsLong(before)));
      return count() - before;
    } catch (IOException e) {
      // The kernel's pool is not ours to change, as in a container.
      return 0;
    } finally {
      Libc.close(fd);
    }
  }

  private static long count() throws IOException {
    return Long.parseLong(Files.readString(COUNT).strip());
  }

  private void mount() {
    try {
      Files.createDirectory(mount);
      Program.run(
          List.of("mount", "-t", "hugetlbfs", "-o", "pagesize=2M", "nodev", mount.toString()),
          CURE);
      mounted = true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (CommandFailure e) {
      // Where it is not allowed to mount, as in a container, the command does without.
    }
  }

  @Override
  public void close() {
    try {
      if (mounted) {
        Program.run(List.of("umount", mount.toString()), CURE);
      }
      Files.deleteIfExists(mount);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (added > 0) {
      change(total -> Math.max(0, total - added));
    }
  }
}
