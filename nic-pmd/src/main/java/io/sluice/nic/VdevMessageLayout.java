package io.sluice.nic;

/** {@code struct vdev_param} of {@code drivers/bus/vdev/vdev.c}, 22.11. */
final class VdevMessageLayout {
  static final int TYPE = 0;
  static final int NUM = 4;
  static final int NAME = 8;
  static final int NAME_LENGTH = 64;
  static final int SIZEOF = 72;

  private VdevMessageLayout() {}
}
