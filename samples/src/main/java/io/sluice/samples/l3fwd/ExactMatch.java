package io.sluice.samples.l3fwd;

/**
 * Exact match on the IPv4 five-tuple: an open-addressing table of two-word keys in process-local
 * memory, probed linearly and never more than half full.
 *
 * <p>One thread adds, then any number look up.
 */
public final class ExactMatch implements Lookup {
  private static final int FREE = -1;

  private long[] keys;
  private int[] ports;
  private int size;

  /** An empty table. */
  public ExactMatch() {
    allocate(16);
  }

  /**
   * Adds a flow, or changes its port. Addresses are in host byte order.
   *
   * @param port where the flow goes, 0 or more
   */
  public void add(
      int destination, int source, int destinationPort, int sourcePort, int protocol, int port) {
    if ((size + 1) * 2 > ports.length) {
      grow();
    }
    put(addresses(destination, source), rest(destinationPort, sourcePort, protocol), port);
  }

  /** The port of a flow, or {@link #MISS}. */
  public int port(int destination, int source, int destinationPort, int sourcePort, int protocol) {
    return find(addresses(destination, source), rest(destinationPort, sourcePort, protocol));
  }

  @Override
  public int port(long header) {
    if (!Ipv4.hasPorts(header)) {
      return port(Ipv4.destination(header), Ipv4.source(header), 0, 0, Ipv4.protocol(header));
    }
    return port(
        Ipv4.destination(header),
        Ipv4.source(header),
        Ipv4.destinationPort(header),
        Ipv4.sourcePort(header),
        Ipv4.protocol(header));
  }

  private static long addresses(int destination, int source) {
    return (long) destination << 32 | source & 0xffff_ffffL;
  }

  private static long rest(int destinationPort, int sourcePort, int protocol) {
    return (long) destinationPort << 32 | (long) sourcePort << 16 | protocol;
  }

  private int find(long addresses, long rest) {
    int slot = slotOf(addresses, rest);
    return ports[slot] == FREE ? MISS : ports[slot];
  }

  private void put(long addresses, long rest, int port) {
    int slot = slotOf(addresses, rest);
    if (ports[slot] == FREE) {
      size++;
    }
    keys[2 * slot] = addresses;
    keys[2 * slot + 1] = rest;
    ports[slot] = port;
  }

  /** The slot that holds the key, or the free one where it belongs. */
  private int slotOf(long addresses, long rest) {
    long hash = (addresses ^ rest * 0x9e37_79b9_7f4a_7c15L) * 0xbf58_476d_1ce4_e5b9L;
    int slot = (int) (hash >>> 32) & ports.length - 1;
    while (ports[slot] != FREE && (keys[2 * slot] != addresses || keys[2 * slot + 1] != rest)) {
      slot = slot + 1 & ports.length - 1;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldPorts = ports;
    allocate(oldPorts.length * 2);
    for (int slot = 0; slot < oldPorts.length; slot++) {
      if (oldPorts[slot] != FREE) {
        put(oldKeys[2 * slot], oldKeys[2 * slot + 1], oldPorts[slot]);
      }
    }
  }

  private void allocate(int slots) {
    keys = new long[2 * slots];
    ports = new int[slots];
    java.util.Arrays.fill(ports, FREE);
    size = 0;
  }
}
