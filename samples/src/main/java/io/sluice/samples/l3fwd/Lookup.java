package io.sluice.samples.l3fwd;

/** Where an IPv4 packet goes. Called per packet: allocates nothing, throws nothing. */
public interface Lookup {
  /** No route. */
  int MISS = -1;

  /**
   * The port to send a packet to, or {@link #MISS}.
   *
   * @param ipv4Header address of a valid IPv4 header with its layer-4 ports behind it
   */
  int port(long ipv4Header);
}
