package io.sluice.memseg;

/** What a process does with the shared pages. */
enum Role {
  /** Makes them and takes them away. */
  PRIMARY,
  /** Maps what the primary made. */
  SECONDARY,
  /** Reads what is there, without a lock on anything. */
  OBSERVER
}
