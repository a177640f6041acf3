package io.sluice.it.containers;

import io.sluice.it.BuiltHome;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import javax.tools.ToolProvider;

/**
 * The command as a release would be that keeps Sluice's zones in another version: this one, with
 * the class that holds the version compiled anew.
 */
final class OtherRelease {
  static final int VERSION = 4711;

  private static final Path TABLE =
      Path.of("../shared-config/src/main/java/io/sluice/config/ProcessTable.java");

  private OtherRelease() {}

  /**
   * Needs a JDK.
   *
   * @param home an empty folder, which it fills
   * @param classes an empty folder for the compiler, not in it: where there is a source, the
   *     command would be built anew
   */
  static void make(Path home, Path classes) throws IOException {
    BuiltHome.make(home);
    Path jar = home.resolve(BuiltHome.JAR);
    Path source = classes.resolve(TABLE.getFileName());
    String text = Files.readString(TABLE);
    String changed = text.replaceFirst("int VERSION = \\d+;", "int VERSION = " + VERSION + ";");
    if (changed.equals(text)) {
      throw new AssertionError("no version in " + TABLE);
    }
    Files.writeString(source, changed);
    List<String> call = List.of("-cp", jar.toString(), "-d", classes.toString(), source.toString());
    int code =
        ToolProvider.getSystemJavaCompiler().run(null, null, null, call.toArray(String[]::new));
    if (code != 0) {
      throw new AssertionError("cannot compile " + source);
    }
    Path folder = Path.of("io", "sluice", "config");
    try (FileSystem inside = FileSystems.newFileSystem(jar);
        var compiled = Files.newDirectoryStream(classes.resolve(folder))) {
      for (Path file : compiled) {
        Path place = inside.getPath(folder.resolve(file.getFileName()).toString());
        Files.copy(file, place, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
