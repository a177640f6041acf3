package io.sluice.nic;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A device's name and arguments, as {@code --vdev} has them: {@code net_pcap0,rx_pcap=a,tx_pcap=b}.
 */
public final class DeviceArguments {
  private final String device;
  private final List<Map.Entry<String, String>> values = new ArrayList<>();

  private DeviceArguments(String device) {
    this.device = device;
  }

  /**
   * Takes a device's text apart.
   *
   * @throws SluiceException EINVAL for an argument without a value
   */
  public static DeviceArguments parse(String text) {
    String[] parts = text.split(",", -1);
    DeviceArguments arguments = new DeviceArguments(parts[0]);
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      if (equals <= 0 || equals == parts[i].length() - 1) {
        throw arguments.invalid("'" + parts[i] + "' is no key=value");
      }
      String key = parts[i].substring(0, equals);
      arguments.values.add(Map.entry(key, parts[i].substring(equals + 1)));
    }
    return arguments;
  }

  /** The device's name, {@code net_pcap0}. */
  public String device() {
    return device;
  }

  /** Refuses arguments that a driver does not know. */
  public void accept(Set<String> known) {
    for (Map.Entry<String, String> each : values) {
      String key = each.getKey();
      if (!known.contains(key)) {
        throw invalid(
            "'"
                + key
                + "' is unknown; accepted are "
                + String.join(", ", known.stream().sorted().toList()));
      }
    }
  }

  /** All values of an argument that may be given several times, in order. */
  public List<String> all(String key) {
    return inOrder(Set.of(key)).stream().map(Map.Entry::getValue).toList();
  }

  /** All keys and values of some arguments, in order. */
  public List<Map.Entry<String, String>> inOrder(Set<String> keys) {
    return values.stream().filter(each -> keys.contains(each.getKey())).toList();
  }

  /**
   * An argument's value, or null.
   *
   * @throws SluiceException EINVAL if it is given twice
   */
  public String get(String key) {
    List<String> all = all(key);
    if (all.size() > 1) {
      throw invalid("'" + key + "' is given twice");
    }
    return all.isEmpty() ? null : all.get(0);
  }

  /** An argument that must be there. */
  public String require(String key) {
    String value = get(key);
    if (value == null) {
      throw invalid("'" + key + "=' is missing");
    }
    return value;
  }

  /** A number between two others. */
  public int number(String key, int otherwise, int least, int most) {
    String value = get(key);
    if (value == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw outside(key, value, least, most);
    }
    throw outside(key, value, least, most);
  }

  private SluiceException outside(String key, String value, int least, int most) {
    return invalid(key + "=" + value + ", it takes a number from " + least + " to " + most);
  }

  /** An error of this device's arguments. */
  public SluiceException invalid(String what) {
    return new SluiceException(Errno.EINVAL, "device '" + device + "': " + what);
  }
}
