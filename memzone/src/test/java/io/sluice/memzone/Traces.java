package io.sluice.memzone;

import io.sluice.config.RuntimeDirectory;
import java.io.File;
import java.util.ArrayList;
import java.util.List;

/** What a prefix has left in the file systems. */
final class Traces {
  private Traces() {}

  /** Every file of the prefix: pages, runtime files and their directory. */
  static List<String> of(String prefix) {
    List<String> found = new ArrayList<>();
    for (String directory : List.of("/dev/shm", "/mnt/huge", "/mnt/huge1g")) {
      String[] names = new File(directory).list();
      for (String name : names == null ? new String[0] : names) {
        if (name.startsWith(prefix + "map_")) {
          found.add(directory + "/" + name);
        }
      }
    }
    File runtime = new File(RuntimeDirectory.of(prefix).path());
    String[] names = runtime.list();
    if (names != null) {
      found.add(runtime.getPath());
      found.addAll(List.of(names));
    }
    return found;
  }
}
