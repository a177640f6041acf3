package io.sluice.platform;

import java.util.List;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntSupplier;

/**
 * This process's lcores ({@code rte_launch.h}, {@code rte_lcore.h}): one {@link LcoreThread} for
 * each, started and pinned to its CPUs when it first gets something to run, so that a process which
 * only attaches pays nothing. Its methods are for control threads; any thread may call them.
 */
public final class Lcores implements AutoCloseable {
  private final LcoreMap map;
  private final int mainLcore;
  private final SortedMap<Integer, LcoreWorker> workers = new TreeMap<>();

  /**
   * Takes the lcores of a map; starts no thread yet.
   *
   * @throws SluiceException EINVAL if the main lcore is not in the map, or an lcore has a CPU that
   *     is offline or not allowed to this process
   */
  public Lcores(LcoreMap map, int mainLcore) {
    if (!map.contains(mainLcore)) {
      throw new SluiceException(
          Errno.EINVAL, "main lcore " + mainLcore + " is not among the lcores " + map.lcores());
    }
    NavigableSet<Integer> allowed = CpuTopology.current().allowed();
    for (int lcore : map.lcores()) {
      if (!allowed.containsAll(map.cpusOf(lcore))) {
        throw new SluiceException(
            Errno.EINVAL,
            "lcore "
                + lcore
                + " needs CPUs "
                + map.cpusOf(lcore)
                + ", this process may use "
                + allowed
                + "; choose others with --lcores");
      }
      workers.put(lcore, new LcoreWorker(lcore, map.cpusOf(lcore)));
    }
    this.map = map;
    this.mainLcore = mainLcore;
  }

  /**
   * Has the main lcore's thread started and pinned while the caller goes on, which spares what
   * {@link #runOnMain} would take for it: OpenHFT Affinity's own start is half of an attach.
   */
  public void startMain() {
    worker(mainLcore).start();
  }

  /** The main lcore's id. */
  public int mainLcore() {
    return mainLcore;
  }

  /** All lcore ids, the main one included, ascending. */
  public List<Integer> enabledLcores() {
    return map.lcores();
  }

  /** All lcore ids but the main one, ascending. */
  public List<Integer> workerLcores() {
    return map.lcores().stream().filter(lcore -> lcore != mainLcore).toList();
  }

  /**
   * Runs a function on an lcore that waits; returns at once.
   *
   * @throws SluiceException EINVAL for an lcore that is not enabled, EBUSY for one that runs
   *     something
   */
  public void remoteLaunch(int lcore, IntSupplier function) {
    worker(lcore).launch(function);
  }

  /**
   * Runs a function on every worker lcore, and on the main one if {@code callMain}; waits for the
   * main one only.
   *
   * @throws SluiceException EBUSY if one of them runs something; then none was started
   */
  public void mpRemoteLaunch(IntSupplier function, boolean callMain) {
    for (int lcore : workerLcores()) {
      worker(lcore).requireWaiting();
    }
    workerLcores().forEach(lcore -> remoteLaunch(lcore, function));
    if (callMain) {
      runOnMain(function);
    }
  }

  /** Runs a function on the main lcore, waits for its end and gives its result. */
  public int runOnMain(IntSupplier function) {
    if (Lcore.id() == mainLcore && worker(mainLcore).isCurrentThread()) {
      return function.getAsInt();
    }
    remoteLaunch(mainLcore, function);
    return waitLcore(mainLcore);
  }

  /**
   * Waits until an lcore has nothing to run and gives what its last function returned, 0 if there
   * was none.
   *
   * @throws SluiceException EINVAL on that very lcore, and for one that is not enabled
   * @throws java.util.concurrent.CompletionException with the exception that ended its function
   */
  public int waitLcore(int lcore) {
    return worker(lcore).await();
  }

  /** Waits for every worker lcore, as {@link #waitLcore}. */
  public void mpWaitLcore() {
    workerLcores().forEach(this::waitLcore);
  }

  /** What an lcore does now. */
  public LcoreState state(int lcore) {
    return worker(lcore).state();
  }

  private LcoreWorker worker(int lcore) {
    LcoreWorker worker = workers.get(lcore);
    if (worker == null) {
      throw new SluiceException(
          Errno.EINVAL, "lcore " + lcore + " is not among the lcores " + map.lcores());
    }
    return worker;
  }

  /** Whether no lcore's thread runs, as it should be after {@link #close}. */
  public boolean haveEnded() {
    return workers.values().stream().noneMatch(LcoreWorker::isRunning);
  }

  /**
   * Ends the lcores' threads. A function that still runs is interrupted, and waited for two
   * seconds; an lcore thread that goes on all the same ({@link #haveEnded}) is a daemon and ends
   * with the JVM.
   */
  @Override
  public void close() {
    workers.values().forEach(LcoreWorker::stop);
    workers.values().forEach(LcoreWorker::join);
  }
}
