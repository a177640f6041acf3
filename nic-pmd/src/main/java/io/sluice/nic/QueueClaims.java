package io.sluice.nic;

import io.sluice.config.ProcessTable;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * Who polls which queue of one direction of a port ({@link EthQueueLayout}). The owner word is a
 * lock that one compare-and-set takes, from 0 or from a process found dead; taking it acquires and
 * giving it back releases what is written in the queue's line. A generation is never used twice, so
 * that whoever finds a dead owner late cannot take the queue from a newcomer.
 */
final class QueueClaims {
  private final String port;
  private final boolean tx;
  private final long lines;
  private final ProcessTable processes;

  QueueClaims(String port, boolean tx, long lines, ProcessTable processes) {
    this.port = port;
    this.tx = tx;
    this.lines = lines;
    this.processes = processes;
  }

  private long line(int queue) {
    return lines + (long) queue * EthQueueLayout.LINE;
  }

  private long owner(int queue) {
    return line(queue) + EthQueueLayout.OWNER;
  }

  boolean isMine(int queue) {
    int generation = processes.generation();
    return generation != 0 && Memory.getIntVolatile(owner(queue)) == generation;
  }

  /** Takes a queue that is nobody's; whether it is this process's now. Allocates nothing. */
  boolean tryTake(int queue) {
    return isMine(queue) || Memory.compareAndSetInt(owner(queue), 0, processes.generation());
  }

  /**
   * Takes a queue that is nobody's or a dead process's.
   *
   * @throws SluiceException EBUSY if a running process has it, EPERM for an onlooker
   */
  void take(int queue) {
    if (processes.generation() == 0) {
      throw new SluiceException(
          Errno.EPERM, "port " + port + ": this process only looks on; attach as a secondary");
    }
    move(queue, processes.generation());
  }

  private void move(int queue, int to) {
    while (!Memory.compareAndSetInt(owner(queue), 0, to)) {
      int holder = Memory.getIntVolatile(owner(queue));
      if (holder == to) {
        return;
      }
      ProcessTable.Entry entry = processes.find(holder);
      if (holder != 0 && entry != null && processes.isAlive(entry)) {
        throw new SluiceException(
            Errno.EBUSY,
            "port "
                + port
                + ": "
                + side()
                + " queue "
                + queue
                + " is polled by "
                + entry.role()
                + " (pid "
                + entry.pid()
                + "); release it there, or end that process");
      }
      if (holder != 0 && Memory.compareAndSetInt(owner(queue), holder, to)) {
        return;
      }
    }
  }

  /**
   * Gives a queue to another process.
   *
   * @throws SluiceException ESRCH if no such process is attached, EBUSY if a third one has it
   */
  void assign(int queue, int pid) {
    int[] generation = new int[1];
    processes.forEach(
        entry -> {
          if (entry.pid() == pid && processes.isAlive(entry)) {
            generation[0] = entry.generation();
          }
        });
    if (generation[0] == 0) {
      throw new SluiceException(
          Errno.ESRCH, "port " + port + ": pid " + pid + " is not attached to this memory");
    }
    release(queue);
    move(queue, generation[0]);
  }

  /** Gives a queue of this process's back; of another's it does nothing. */
  void release(int queue) {
    if (isMine(queue)) {
      // Only then: an onlooker's memory is read-only, and a compare-and-set that fails writes too.
      Memory.compareAndSetInt(owner(queue), processes.generation(), 0);
    }
  }

  /** Pid of the running process that has the queue, or 0. */
  int holder(int queue) {
    ProcessTable.Entry entry = processes.find(Memory.getIntVolatile(owner(queue)));
    return entry == null || !processes.isAlive(entry) ? 0 : entry.pid();
  }

  /** Whether another process that runs has the queue. */
  boolean isOthers(int queue) {
    return !isMine(queue) && processes.isAlive(Memory.getIntVolatile(owner(queue)));
  }

  /** Says how the queue, which is this process's, is set up. */
  void setReady(int queue, long mempool, int descriptors) {
    Memory.putLong(line(queue) + EthQueueLayout.MEMPOOL, mempool);
    Memory.putInt(line(queue) + EthQueueLayout.DESCRIPTORS, descriptors);
    Memory.putIntVolatile(line(queue) + EthQueueLayout.READY, 1);
  }

  void clearReady(int queue) {
    Memory.putIntVolatile(line(queue) + EthQueueLayout.READY, 0);
  }

  boolean isReady(int queue) {
    return Memory.getIntVolatile(line(queue) + EthQueueLayout.READY) == 1;
  }

  long mempool(int queue) {
    return Memory.getLong(line(queue) + EthQueueLayout.MEMPOOL);
  }

  int descriptors(int queue) {
    return Memory.getInt(line(queue) + EthQueueLayout.DESCRIPTORS);
  }

  String side() {
    return tx ? "send" : "receive";
  }

  String port() {
    return port;
  }
}
