package io.sluice.config;

/** The mp channel. */
public final class MpChannel {
  private MpChannel() {}
}
