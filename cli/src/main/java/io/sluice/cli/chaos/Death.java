package io.sluice.cli.chaos;

/** The ways in which a process is made to die. */
enum Death {
  /** SIGKILL, whatever it is doing. */
  SIGNAL(0),
  /** Two processes by SIGKILL at once. */
  PAIR(0),
  /** Ahead of a store while it passes packets. */
  TURN(2000),
  /** Ahead of a store while it reserves or frees memory or a ring. */
  SET_UP(400),
  /** Ahead of a store while it attaches. */
  ATTACH(60),
  /** Ahead of a store while it detaches in order. */
  LEAVE(60),
  /** Ahead of a store while it recovers from another's death, for which another is killed. */
  REAPER(300);

  /** Of the stores to die ahead of, the highest; 0 where it dies by a signal. */
  final int maxStore;

  Death(int maxStore) {
    this.maxStore = maxStore;
  }
}
