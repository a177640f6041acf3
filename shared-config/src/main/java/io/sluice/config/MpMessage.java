package io.sluice.config;

import java.util.Arrays;

/**
 * {@code struct rte_mp_msg}: what processes of one prefix say to each other.
 *
 * @param name the action it is for, at most 63 bytes
 * @param param at most 256 bytes
 * @param fds at most 8 descriptors; those received belong to the receiver
 */
public record MpMessage(String name, byte[] param, int[] fds) {
  /** A message without descriptors. */
  public MpMessage(String name, byte[] param) {
    this(name, param, new int[0]);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MpMessage message
        && name.equals(message.name)
        && Arrays.equals(param, message.param)
        && Arrays.equals(fds, message.fds);
  }

  @Override
  public int hashCode() {
    return name.hashCode() * 31 + Arrays.hashCode(param);
  }

  @Override
  public String toString() {
    return name + " with " + param.length + " bytes and " + fds.length + " descriptors";
  }
}
