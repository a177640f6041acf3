package io.sluice.config;

/** What kind of process this is. */
public enum ProcType {
  PRIMARY,
  SECONDARY,
  AUTO
}
