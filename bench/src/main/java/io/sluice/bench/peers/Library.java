package io.sluice.bench.peers;

import java.nio.file.Path;

/** The libraries, each with a way to open one end of a channel. */
public enum Library {
  /** Agrona's ring buffer over a mapped file. */
  AGRONA(true) {
    @Override
    Channel open(Path folder, String name, boolean first) {
      return new AgronaChannel(folder.resolve(name), first);
    }
  },
  /** Aeron's IPC publication, with the media driver in the measured process. */
  AERON(true) {
    @Override
    Channel open(Path folder, String name, boolean first) {
      return new AeronChannel(folder, name, first);
    }
  },
  /** Chronicle Queue on tmpfs. */
  CHRONICLE_QUEUE(true) {
    @Override
    Channel open(Path folder, String name, boolean first) {
      return new ChronicleQueueChannel(folder.resolve(name));
    }
  },
  /** The queue of JCTools for one producer and one consumer. */
  JCTOOLS(false) {
    @Override
    Channel open(Path folder, String name, boolean first) {
      return new JctoolsChannel();
    }
  },
  /** The Disruptor's ring buffer, polled. */
  DISRUPTOR(false) {
    @Override
    Channel open(Path folder, String name, boolean first) {
      return new DisruptorChannel();
    }
  };

  /** Messages that fit into a channel, where that can be chosen. */
  static final int CAPACITY = 4096;

  private final boolean crossesProcesses;

  Library(boolean crossesProcesses) {
    this.crossesProcesses = crossesProcesses;
  }

  /** Whether the two ends may be in two processes. */
  boolean crossesProcesses() {
    return crossesProcesses;
  }

  /**
   * Opens an end.
   *
   * @param folder for files, of this run alone
   * @param first whether this process makes what both use
   */
  abstract Channel open(Path folder, String name, boolean first);
}
