package io.sluice.cli.chaos;

import io.sluice.cli.processes.ParentWatch;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Processes;

/** What a member does once the command is gone that has started it, and may have stopped others. */
final class Orphans {
  private static final int SIGCONT = 18;

  private Orphans() {}

  /** Has every member of the run go on then, to find the same, and this one end. */
  static void endOnceCommandIsGone(SharedMemory memory, Runnable end) {
    ParentWatch.start(
        () -> {
          memory.processTable().forEach(member -> Processes.signal(member.pid(), SIGCONT));
          end.run();
        });
  }
}
