package io.sluice.cli.chaos;

/** What a member does over and over, on its lcore's thread. */
interface Actor {
  /**
   * One turn.
   *
   * @param taking whether it may begin something new; if not, it only gives away what it has
   * @return how many packets it has brought on their way; 0 if there was nothing to do
   */
  int turn(boolean taking);

  /** Whether it has nothing in hand. */
  boolean isEmptyHanded();

  /** How many turns in a row must find nothing before there is nothing for it. */
  int turnsToSeeAll();

  /** Does something that takes locks, where it has such things to do. */
  default void setUp() {}

  /** Gives back what it keeps. */
  default void finish() {}
}
