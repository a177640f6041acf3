package io.sluice.config;

/** How IO addresses are made. */
public enum IovaMode {
  VA,
  PA
}
