package io.sluice.memzone;

import io.sluice.config.RuntimeDirectory;
import io.sluice.platform.HugepagePools;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a prefix has left in the file systems. */
final class Traces {
  private Traces() {}

  /** Every file of the prefix: pages, runtime files and their directory. */
  static List<String> of(String prefix) {
    List<String> found = new ArrayList<>();
    List<Path> directories = new ArrayList<>(List.of(Path.of("/dev/shm")));
    HugepagePools.current().forEach(pool -> directories.addAll(pool.mountPoints()));
    for (Path directory : directories) {
      String[] names = directory.toFile().list();
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
