package io.sluice.samples;

import io.sluice.nic.EthDev;
import io.sluice.nic.EthDevs;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** The ports that {@code -p} enables: bit n for port n, in hexadecimal. */
public record PortMask(long bits) {
  /** Reads it, with or without {@code 0x}. */
  public static PortMask parse(String text) {
    String digits = text.toLowerCase().startsWith("0x") ? text.substring(2) : text;
    try {
      long bits = Long.parseUnsignedLong(digits, 16);
      if (bits != 0) {
        return new PortMask(bits);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new CommandLine.TypeConversionException(
        "'" + text + "' is not a port mask: a hexadecimal number with a bit for each port");
  }

  /** Whether the port is enabled. */
  public boolean has(int portId) {
    return portId < Long.SIZE && (bits >>> portId & 1) != 0;
  }

  /** The enabled ports, by id; a bit with no port behind it is an error. */
  public List<EthDev> ports(EthDevs devices) {
    List<EthDev> ports = new ArrayList<>();
    long left = bits;
    for (int id = 0; id < Long.SIZE; id++) {
      EthDev port = has(id) ? devices.get(id) : null;
      if (port != null) {
        ports.add(port);
        left &= ~(1L << id);
      }
    }
    if (left != 0) {
      throw new SluiceException(
          Errno.ENODEV,
          "port mask 0x%x names ports that are not there (0x%x); there are %d, see --vdev"
              .formatted(bits, left, devices.count()));
    }
    return ports;
  }

  /** The enabled ports, of which there must be an even number, as they are used in pairs. */
  public List<EthDev> pairs(EthDevs devices) {
    List<EthDev> ports = ports(devices);
    if (ports.size() % 2 != 0) {
      throw new SluiceException(
          Errno.EINVAL,
          "-p names an odd number of ports, %d; they are used in pairs".formatted(ports.size()));
    }
    return ports;
  }
}
