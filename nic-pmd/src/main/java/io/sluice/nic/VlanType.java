package io.sluice.nic;

/** {@code enum rte_vlan_type}: which of two tags. */
public enum VlanType {
  /** The tag nearer to the payload. */
  INNER,
  /** The only tag, or the outer of two. */
  OUTER
}
