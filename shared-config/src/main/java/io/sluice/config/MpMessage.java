package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * {@code struct rte_mp_msg}: what processes of one prefix say to each other. One that does not fit
 * a datagram cannot be made.
 *
 * @param name the action it is for, at most 63 bytes
 * @param param at most 256 bytes
 * @param fds at most 8 descriptors; those received belong to the receiver
 */
public record MpMessage(String name, byte[] param, int[] fds) {
  /** {@code RTE_MP_MAX_FD_NUM}. */
  public static final int MAX_FDS = 8;

  /**
   * Makes a message.
   *
   * @throws SluiceException EINVAL for an empty name, E2BIG for a name, param or number of
   *     descriptors that does not fit
   */
  public MpMessage {
    requireName(name);
    if (param.length > MpMessageLayout.PARAM_LENGTH) {
      throw new SluiceException(
          Errno.E2BIG,
          "message '" + name + "': a param of " + param.length + " bytes, at most 256 fit");
    }
    if (fds.length > MAX_FDS) {
      throw new SluiceException(
          Errno.E2BIG,
          "message '" + name + "': " + fds.length + " descriptors, at most " + MAX_FDS + " fit");
    }
  }

  /** {@code validate_action_name}. */
  static void requireName(String name) {
    int length = name.getBytes(StandardCharsets.ISO_8859_1).length;
    if (length == 0 || length >= MpMessageLayout.NAME_LENGTH) {
      throw new SluiceException(
          length == 0 ? Errno.EINVAL : Errno.E2BIG,
          "no action name: '" + name + "' has " + length + " bytes, accepted are 1 to 63");
    }
  }

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
