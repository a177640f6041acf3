package io.sluice.config;

/**
 * Offsets of a datagram of the mp channel: {@code struct mp_msg_internal} of 22.11 ({@code
 * eal_common_proc.c}) without its descriptors, which travel as SCM_RIGHTS.
 *
 * <pre>
 *   offset  bytes  field
 *        0  4      type: 0 message, 1 request, 2 reply, 3 ignore me
 *        4  64     name
 *       68  4      len_param
 *       72  4      num_fds
 *       76  256    param
 *      332         end
 * </pre>
 */
public final class MpMessageLayout {
  public static final int TYPE = 0;
  public static final int NAME = 4;
  public static final int NAME_LENGTH = 64;
  public static final int LEN_PARAM = 68;
  public static final int NUM_FDS = 72;
  public static final int PARAM = 76;
  public static final int PARAM_LENGTH = 256;

  /** Bytes of every datagram. */
  public static final int SIZEOF = 332;

  private MpMessageLayout() {}
}
