package io.sluice.memzone;

import io.sluice.config.EalOptions;
import io.sluice.config.Fbarray;
import io.sluice.config.MemConfig;
import io.sluice.config.MemConfigLayout;
import io.sluice.config.MpChannel;
import io.sluice.config.ProcType;
import io.sluice.config.ProcessTable;
import io.sluice.config.RuntimeDirectory;
import io.sluice.config.RwLock;
import io.sluice.config.Tailq;
import io.sluice.memseg.Heap;
import io.sluice.memseg.Heaps;
import io.sluice.memseg.SharedPages;
import java.util.ArrayDeque;
import java.util.Deque;

/** The shared memory as one process sees it: what everything else takes as its first argument. */
public final class SharedMemory implements AutoCloseable {
  private final EalOptions options;
  private final ProcType procType;
  private final RuntimeDirectory directory;
  private final Deque<Runnable> undo = new ArrayDeque<>();
  private MemConfig config;
  private SharedPages pages;
  private Heaps heaps;

  private SharedMemory(EalOptions options, ProcType procType) {
    this.options = options;
    this.procType = procType;
    this.directory = RuntimeDirectory.of(options.filePrefix());
  }

  /** Makes the shared memory as the primary. */
  public static SharedMemory create(EalOptions options) {
    SharedMemory memory = new SharedMemory(options, ProcType.PRIMARY);
    try {
      memory.create();
      return memory;
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  private void create() {
    directory.create();
    config = MemConfig.create(directory, options.baseVirtaddr());
    undo.push(config::close);
    int[] sockets = {0};
    pages =
        SharedPages.create(
            config, directory.path(), options, sockets, new int[] {options.memoryMb()});
    undo.push(pages::close);
    heaps = Heaps.forPrimary(config, pages, () -> true, () -> true);
    heaps.create(sockets);
    Tailq.createAll(config.address());
    directory.clean();
    config.complete();
  }

  /** Joins the primary of the same file prefix as a secondary. */
  public static SharedMemory attach(EalOptions options) {
    SharedMemory memory = new SharedMemory(options, ProcType.SECONDARY);
    try {
      memory.join();
      return memory;
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  private void join() {
    config = MemConfig.attach(directory);
    undo.push(config::close);
    long hotplug = config.address() + MemConfigLayout.MEMORY_HOTPLUG_LOCK;
    RwLock.readLock(hotplug);
    try {
      pages = SharedPages.attach(config, directory.path(), options);
      undo.push(pages::close);
    } finally {
      RwLock.readUnlock(hotplug);
    }
    heaps = Heaps.forPrimary(config, pages, () -> true, () -> true);
  }

  /** Looks at the shared memory read-only, without joining. */
  public static SharedMemory observe(EalOptions options) {
    throw new UnsupportedOperationException();
  }

  public ProcType procType() {
    return procType;
  }

  public EalOptions options() {
    return options;
  }

  public MemConfig config() {
    return config;
  }

  /** The heap of a socket; -1 for any. */
  public Heap heap(int socket) {
    return heaps.heap(socket);
  }

  Heaps heaps() {
    return heaps;
  }

  Fbarray memzones() {
    return pages.memzones();
  }

  public MpChannel mpChannel() {
    throw new UnsupportedOperationException();
  }

  public RuntimeDirectory runtimeDirectory() {
    return directory;
  }

  public ProcessTable processTable() {
    throw new UnsupportedOperationException();
  }

  /** The address of the tailq's head of that name. */
  public long tailq(String name) {
    return Tailq.lookup(config.address(), name);
  }

  /** Whether hugepages are behind it, or plain shared files. */
  public boolean isHugepageBacked() {
    return pages.isHugepageBacked();
  }

  @Override
  public void close() {
    while (!undo.isEmpty()) {
      undo.pop().run();
    }
  }
}
