package io.sluice.config;

/** A device behind {@code -a} or {@code -b}: {@code [domain:]bus:device.function[,arguments]}. */
final class PciAddress {
  private static final int[][] FIELDS = {{4, ':'}, {2, ':'}, {2, '.'}, {1, 0}};

  private PciAddress() {}

  static String check(String option, String device) {
    String address = device.split(",", 2)[0];
    int colon = address.indexOf(':');
    boolean withDomain = colon >= 0 && address.indexOf(':', colon + 1) >= 0;
    if (!matches(address, withDomain ? 0 : 1)) {
      throw new EalOptionException(
          option + " '" + device + "': accepted are PCI addresses as in 0000:02:00.0");
    }
    return device;
  }

  /** Whether the fields from that one on are hexadecimal numbers with their separators. */
  private static boolean matches(String address, int firstField) {
    int at = 0;
    for (int i = firstField; i < FIELDS.length; i++) {
      int start = at;
      while (at < address.length() && Character.digit(address.charAt(at), 16) >= 0) {
        at++;
      }
      if (at == start || at - start > FIELDS[i][0]) {
        return false;
      }
      if (FIELDS[i][1] == 0) {
        return at == address.length() && address.charAt(start) < '8';
      }
      if (at == address.length() || address.charAt(at) != FIELDS[i][1]) {
        return false;
      }
      at++;
    }
    return false;
  }
}
