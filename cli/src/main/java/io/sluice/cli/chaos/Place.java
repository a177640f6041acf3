package io.sluice.cli.chaos;

/** The places of a run, each with one process at a time; its ordinal is its lcore id, too. */
enum Place {
  PRIMARY,
  GENERATOR,
  SINK,
  WORKER0,
  WORKER1,
  WORKER2,
  WORKER3;

  /** Of a worker, counted from 0. */
  int worker() {
    return ordinal() - WORKER0.ordinal();
  }

  boolean isWorker() {
    return ordinal() >= WORKER0.ordinal();
  }
}
