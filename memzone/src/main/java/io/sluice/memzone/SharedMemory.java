package io.sluice.memzone;

import io.sluice.config.Claimants;
import io.sluice.config.Custody;
import io.sluice.config.EalOptions;
import io.sluice.config.Fbarray;
import io.sluice.config.Journal;
import io.sluice.config.LivenessLocks;
import io.sluice.config.Locks;
import io.sluice.config.MemConfig;
import io.sluice.config.MemConfigLayout;
import io.sluice.config.MpChannel;
import io.sluice.config.ProcType;
import io.sluice.config.ProcessTable;
import io.sluice.config.RuntimeDirectory;
import io.sluice.config.StockProcesses;
import io.sluice.config.Tailq;
import io.sluice.memseg.Heap;
import io.sluice.memseg.Heaps;
import io.sluice.memseg.MemsegLists;
import io.sluice.memseg.SharedPages;
import io.sluice.platform.CpuTopology;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.platform.Tsc;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The shared memory as one process sees it: config, pages, heap, zones, tailqs, messages and the
 * table of processes. What everything else takes as its first argument.
 *
 * <p>{@link #create} makes it, as the one primary of its file prefix, or adopts what a dead primary
 * left to processes that live; {@link #attach} joins it as a secondary, at the same addresses;
 * {@link #observe} looks at it and touches nothing. All three take back what they did when they
 * fail: no file, no mapping, no thread stays behind.
 *
 * <p>One object per process and prefix; a JVM that opens several needs different base addresses.
 */
public final class SharedMemory implements AutoCloseable {

  /** Longer than another process takes to grow the heap while a third one does not answer. */
  private static final long LOCK_NANOS = 20_000_000_000L;

  private static final long RECOVERY_POLL_NANOS = 1_000_000;

  private static final List<SharedMemory> OPEN = new CopyOnWriteArrayList<>();

  private final EalOptions options;
  private final ProcType procType;
  private final RuntimeDirectory directory;
  private final Deque<Runnable> undo = new ArrayDeque<>();
  private MemConfig config;
  private Locks locks;
  private SharedPages pages;
  private Heaps heaps;
  private MpChannel channel;
  private ProcessTable processes;
  private StockProcesses stock;
  private final Queue<Runnable> closing = new ConcurrentLinkedQueue<>();
  private Claimants claimants;
  private Journal journal;
  private ObjectOwners owners;
  private Reaper reaper;
  private Adoption adoption;

  /** Whether the files end with this process; the pages and the config say so themselves. */
  private boolean own;

  private SharedMemory(EalOptions options, ProcType procType) {
    this.options = options;
    this.procType = procType;
    this.directory = RuntimeDirectory.of(options.filePrefix());
  }

  /**
   * The role that {@code --proc-type} asks for; {@code auto} is a secondary where the file prefix
   * has a live primary, else the primary, as {@code eal_proc_type_detect}.
   */
  public static ProcType roleOf(EalOptions options) {
    if (options.procType() != ProcType.AUTO) {
      return options.procType();
    }
    boolean hasPrimary = MemConfig.isPrimaryAlive(RuntimeDirectory.of(options.filePrefix()));
    return hasPrimary ? ProcType.SECONDARY : ProcType.PRIMARY;
  }

  /**
   * The dead primary whose memory a primary goes on with.
   *
   * @param pid of the one before
   * @param generation of the one before, in the process table
   * @param secondaries how many processes were attached and alive when all was done
   */
  public record Adoption(int pid, int generation, int secondaries) {}

  /**
   * Makes the shared memory as the primary of the options' file prefix. If processes that attached
   * to an earlier primary live, whatever became of that one, it adopts what they use in place of
   * that: they go on, and nothing in it is lost but what the dead one had in hand. The options then
   * say nothing about how much memory there is, but must not contradict what there is.
   *
   * @throws SluiceException EBUSY if the prefix has a primary, or if what processes of an earlier
   *     one use is no memory of Sluice's, of another version or garbage, or if a stopped process
   *     keeps the dead one from being recovered from for 20 seconds; EINVAL if the options ask for
   *     another base address or other pages than they use, or for a secondary; EEXIST if the
   *     addresses are taken; ENOMEM if there are not enough pages
   */
  public static SharedMemory create(EalOptions options) {
    options.requireProcType(ProcType.PRIMARY);
    SharedMemory memory = new SharedMemory(options, ProcType.PRIMARY);
    return memory.opened(memory::create);
  }

  private SharedMemory opened(Runnable open) {
    try {
      open.run();
      OPEN.add(this);
      return this;
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void create() {
    config = MemConfig.create(directory, options.baseVirtaddr());
    // Not before: another thread's attempt may be on its way to make the first file in it.
    undo.push(directory::deleteIfEmpty);
    undo.push(config::close);
    locks = Locks.of(config.address());
    if (config.isAdopted()) {
      adopt();
    } else {
      make();
    }
  }

  private void make() {
    openChannel();
    CpuTopology topology = CpuTopology.current();
    long address = config.address();
    Memory.putInt(address + MemConfigLayout.NCHANNEL, topology.memoryChannels());
    Memory.putInt(address + MemConfigLayout.NRANK, topology.memoryRanks());
    int[] sockets = sockets(topology);
    pages =
        SharedPages.create(config, directory.path(), options, sockets, megabytes(sockets.length));
    undo.push(pages::close);
    heaps = Heaps.forPrimary(config, pages, channel, locks);
    undo.push(heaps::close);
    setOwn(true);
    heaps.create(sockets);
    Tailq.createAll(address, options.tailqs());
    Memory.putLong(address + MemConfigLayout.TSC_HZ, Tsc.hz());
    makeZones();
    enterExisting();
    undo.push(heaps::close);
    reaper = new Reaper(this);
    work();
    directory.clean();
    processes.takeCharge();
    config.complete();
  }

  /**
   * The zones that Sluice adds to DPDK's, the locks' last: once that is set up all are. Beside a
   * stock primary two secondaries may do so at once: each takes what the other has made, and sets
   * up only what is not.
   */
  private void makeZones() {
    ProcessTable.init(zoneOf(ProcessTable.ZONE, ProcessTable.size()));
    Journal.init(zoneOf(Journal.ZONE, Journal.size()));
    zoneOf(ObjectOwners.ZONE, ObjectOwnersLayout.SIZEOF);
    Locks.init(zoneOf(Locks.ZONE, Locks.size()));
  }

  private long zoneOf(String name, long bytes) {
    return MemZone.lookupOrReserve(this, name, bytes, MemZone.SOCKET_ID_ANY, 0, 0).address();
  }

  private void openChannel() {
    channel = MpChannel.open(directory, true);
    undo.push(channel::close);
  }

  /**
   * Joins as a secondary does, and becomes the primary with the last steps: whatever ends this
   * before, the files stay, and what this process held is recovered as anybody's.
   */
  private void adopt() {
    pages = SharedPages.adopt(config, directory.path(), options);
    undo.push(pages::close);
    enterAdopted();
    int pid = processes.primaryPid();
    int generation = processes.primaryGeneration();
    requireLock("memory_hotplug_lock", Locks.HOTPLUG, MemConfigLayout.MEMORY_HOTPLUG_LOCK);
    try {
      // With growth's lock, what a dead primary had begun is undone, and nobody else begins.
      locks.lock(Locks.GROWTH);
      try {
        openChannel();
        pages.resync();
        pages.lead(options.filePrefix());
        heaps = Heaps.forPrimary(config, pages, channel, locks);
        undo.push(heaps::close);
      } finally {
        locks.unlock(Locks.GROWTH);
      }
    } finally {
      locks.unlock(Locks.HOTPLUG);
    }
    requireLock("mlock", Locks.MLOCK, MemConfigLayout.MLOCK);
    locks.unlock(Locks.MLOCK);
    reaper = new Reaper(this);
    awaitRecovery(processes::freeDead);
    heaps.reclaim();
    work();
    directory.clean();
    int[] secondaries = new int[1];
    processes.forEach(
        each ->
            secondaries[0] +=
                each.procType() == ProcType.SECONDARY && processes.isAlive(each) ? 1 : 0);
    adoption = new Adoption(pid, generation, secondaries[0]);
    processes.takeCharge();
    setOwn(true);
  }

  private void enterAdopted() {
    try {
      enterExisting();
    } catch (SluiceException e) {
      throw e.errno() != Errno.ENOENT
          ? e
          : new SluiceException(
              Errno.EBUSY,
              "secondaries of an earlier primary, which was not Sluice's, still use "
                  + directory.path()
                  + "; stop them or choose another --file-prefix");
    }
  }

  /** A primary must not give out what dead processes may still be found to have. */
  private void awaitRecovery(BooleanSupplier recovery) {
    long deadline = System.nanoTime() + LOCK_NANOS;
    while (!recovery.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new SluiceException(
            Errno.EBUSY,
            directory.path()
                + ": what a dead process left cannot be put right while another is stopped at it;"
                + " continue or end that one (sluice ps)");
      }
      LockSupport.parkNanos(RECOVERY_POLL_NANOS);
    }
  }

  /** Says whether the files end with this process. */
  private void setOwn(boolean own) {
    this.own = own;
    pages.setOwn(own);
    config.setOwn(own);
  }

  private static int[] sockets(CpuTopology topology) {
    int[] sockets = new int[topology.socketCount()];
    for (int i = 0; i < sockets.length; i++) {
      sockets[i] = i;
    }
    return sockets;
  }

  /** What to preallocate on each socket: as told by --socket-mem, or -m on the first. */
  private int[] megabytes(int socketCount) {
    int[] asked = options.socketMemMb();
    if (asked == null) {
      asked = new int[] {options.memoryMb()};
    }
    if (asked.length > socketCount) {
      throw new SluiceException(
          Errno.EINVAL,
          "--socket-mem names " + asked.length + " sockets, there are " + socketCount);
    }
    return Arrays.copyOf(asked, socketCount);
  }

  /** From here on this process holds its locks by name. */
  private void enterExisting() {
    MemZone table = require(ProcessTable.ZONE);
    MemZone journalZone = require(Journal.ZONE);
    MemZone ownersZone = require(ObjectOwners.ZONE);
    MemZone locksZone = require(Locks.ZONE);
    LivenessLocks liveness = LivenessLocks.open(directory);
    undo.push(
        () -> {
          if (own) {
            // Whoever still uses what this primary takes away has nothing to do with the next one.
            liveness.delete();
          }
          liveness.close();
        });
    processes = ProcessTable.at(table.address(), liveness);
    processes.requireVersion();
    processes.setStockPrimary(() -> MemConfig.isPrimaryAlive(directory));
    // What the dead have left is for those to put right that have attached already.
    processes.setRecoverer(dead -> false);
    stock = new StockProcesses(directory, processes, procType);
    journal = Journal.at(journalZone.address(), processes);
    claimants = new Claimants(processes, stock, journal);
    owners = new ObjectOwners(this, ownersZone.address());
    processes.claim(procType, procType == ProcType.PRIMARY ? "primary" : "secondary", List.of());
    undo.push(processes::release);
    undo.push(journal::release);
    owners.setGeneration(processes.generation());
    locks.open(locksZone.address(), processes);
  }

  private void work() {
    claimants.lookForStock();
    undo.push(this::runClosing);
    reaper.start();
    undo.push(reaper::close);
    if (procType != ProcType.PRIMARY) {
      undo.push(reaper::leave);
    }
    // Lcores that nobody asked for are DPDK's default of all; claiming those would shut others out.
    if (options.hasLcores()) {
      options.lcores().lcores().forEach(processes::claimLcore);
    }
  }

  /**
   * Joins the running primary of the options' file prefix as a secondary. That may be one of stock
   * DPDK, of any 22.11.x: then the first secondary of Sluice adds the zones that DPDK has not, for
   * itself and the next. Locks know their owner from then on, as far as it is of Sluice.
   *
   * @throws SluiceException ENOENT if there is no primary, EINVAL if its config is of another
   *     version or garbage or the options ask for a primary, EEXIST if the addresses are taken in
   *     this process, ENOMEM if a page cannot be mapped, EBUSY if an lcore id of the options is
   *     another process's or a lock is never freed
   */
  public static SharedMemory attach(EalOptions options) {
    options.requireProcType(ProcType.SECONDARY);
    SharedMemory memory = new SharedMemory(options, ProcType.SECONDARY);
    return memory.opened(memory::join);
  }

  private void join() {
    config = MemConfig.attach(directory);
    undo.push(config::close);
    locks = Locks.of(config.address());
    pages = SharedPages.attach(config, directory.path(), options);
    undo.push(pages::close);
    boolean isStock = MemZone.peek(this, Locks.ZONE) == null;
    if (!isStock) {
      enterExisting();
    }
    // No page comes or goes while this is held: none can be missed between mapping what is there
    // and being ready to follow.
    requireLock("memory_hotplug_lock", Locks.HOTPLUG, MemConfigLayout.MEMORY_HOTPLUG_LOCK);
    try {
      channel = MpChannel.open(directory, false);
      undo.push(channel::close);
      pages.resync();
      heaps = Heaps.forSecondary(config, pages, channel, locks);
      undo.push(heaps::close);
    } finally {
      locks.unlock(Locks.HOTPLUG);
    }
    requireLock("mlock", Locks.MLOCK, MemConfigLayout.MLOCK);
    locks.unlock(Locks.MLOCK);
    if (isStock) {
      makeZones();
      enterExisting();
    }
    reaper = new Reaper(this);
    work();
  }

  /** Takes a lock, but does not wait for one that nobody will ever free. */
  private void requireLock(String name, int lock, int field) {
    if (!locks.lock(lock, LOCK_NANOS)) {
      throw new SluiceException(
          Errno.EBUSY,
          directory.path()
              + "/config: its "
              + name
              + " (0x"
              + Integer.toHexString(Memory.getInt(config.address() + field))
              + ") is not freed; a process hangs with it, or it is garbage: restart the primary");
    }
  }

  private MemZone require(String name) {
    MemZone zone = MemZone.peek(this, name);
    if (zone == null) {
      throw new SluiceException(
          Errno.ENOENT, "the primary of " + directory.path() + " has no " + name);
    }
    if (memsegs().virt2memseg(zone.address()) == 0) {
      throw new SluiceException(
          Errno.EINVAL, directory.path() + "/fbarray_memzone is garbage; restart the primary");
    }
    return zone;
  }

  /**
   * Looks at the shared memory without joining: a private copy of the config, the pages for
   * reading. Takes no lock, is not seen by anybody, and cannot allocate. It shows what was there
   * when it was opened; what lies in the pages it shows live.
   */
  public static SharedMemory observe(EalOptions options) {
    SharedMemory memory = new SharedMemory(options, ProcType.SECONDARY);
    return memory.opened(memory::look);
  }

  private void look() {
    config = MemConfig.observe(directory);
    undo.push(config::close);
    pages = SharedPages.observe(config, directory.path(), options);
    undo.push(pages::close);
    heaps = Heaps.forObserver(config, pages);
    locks = Locks.forObserver();
    MemZone table = MemZone.lookup(this, ProcessTable.ZONE);
    if (table != null && memsegs().virt2memseg(table.address()) != 0) {
      LivenessLocks locks = LivenessLocks.observe(directory);
      if (locks != null) {
        undo.push(locks::close);
      }
      processes = ProcessTable.at(table.address(), locks);
      processes.requireVersion();
    }
    MemZone ownersZone = MemZone.lookup(this, ObjectOwners.ZONE);
    owners = ownersZone == null ? null : new ObjectOwners(this, ownersZone.address());
  }

  /** The memory of this process that an address lies in, or null. */
  public static SharedMemory containing(long address) {
    for (SharedMemory memory : OPEN) {
      if (memory.pages.lists().virt2memsegList(address) != 0) {
        return memory;
      }
    }
    return null;
  }

  /** Whether this process is primary or secondary; an observer counts as a secondary. */
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

  /** The config's locks, as this process takes them. */
  public Locks locks() {
    return locks;
  }

  /** What is freed when the process dies that has it. */
  Custody custody() {
    return heaps.custody();
  }

  /** The pages. */
  public MemsegLists memsegs() {
    return pages.lists();
  }

  Fbarray memzones() {
    return pages.memzones();
  }

  /** Messages between the processes; null in an observer. */
  public MpChannel mpChannel() {
    return channel;
  }

  public RuntimeDirectory runtimeDirectory() {
    return directory;
  }

  /** Who is attached; null when an observer looks at a primary that has no such table. */
  public ProcessTable processTable() {
    return processes;
  }

  /**
   * Whether a process of stock DPDK runs that uses this memory. What it takes from a ring or a pool
   * it has without being the owner in {@link #owners}. Takes system calls.
   */
  public boolean hasStockProcess() {
    return stock.isAnyAlive();
  }

  /** Which process has each object of the pools; an observer only asks. */
  public ObjectOwners owners() {
    return owners;
  }

  /** Who makes claims on rings; null in an observer. */
  public Claimants claimants() {
    return claimants;
  }

  /** What the threads of all processes are about to do; null in an observer. */
  public Journal journal() {
    return journal;
  }

  /**
   * The address of the tailq's head of that name.
   *
   * @throws SluiceException ENOENT if the primary made none of that name
   */
  public long tailq(String name) {
    return Tailq.lookup(config.address(), name);
  }

  /** Whether hugepages are behind it, or plain shared files. */
  public boolean isHugepageBacked() {
    return pages.isHugepageBacked();
  }

  /** What this primary goes on with; null if it began with nothing, and in a secondary. */
  public Adoption adoption() {
    return adoption;
  }

  /**
   * Ends a primary as its death would: what it holds is recovered, and the files stay for another
   * to adopt, as long as processes live that use them. None of its threads may use the memory any
   * more. For a primary that finds it cannot do its work.
   */
  public void leave() {
    setOwn(false);
    reaper.close();
    awaitRecovery(reaper::bury);
    close();
  }

  /** Has this done when the memory is closed, behind all that is done with it then. */
  public void onClose(Runnable action) {
    closing.add(action);
  }

  private void runClosing() {
    while (!closing.isEmpty()) {
      closing.remove().run();
    }
  }

  /** Detaches: unmaps everything; the primary also deletes its files. Idempotent. */
  @Override
  public void close() {
    OPEN.remove(this);
    while (!undo.isEmpty()) {
      undo.pop().run();
    }
  }
}
