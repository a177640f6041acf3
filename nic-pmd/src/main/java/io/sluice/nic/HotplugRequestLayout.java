package io.sluice.nic;

/**
 * {@code struct eal_dev_mp_req} of 22.11 ({@code hotplug_mp.h}): the param of {@code
 * eal_dev_mp_request} messages.
 *
 * <pre>
 *    0 t i32: 0 attach, 1 detach, 2 attach rollback, 3 detach rollback
 *    4 devargs char[128]
 *  132 result i32: 0 or -errno
 *  136 end
 * </pre>
 */
final class HotplugRequestLayout {
  static final int TYPE = 0;
  static final int DEVARGS = 4;
  static final int DEVARGS_LENGTH = 128;
  static final int RESULT = 132;
  static final int SIZEOF = 136;

  private HotplugRequestLayout() {}
}
