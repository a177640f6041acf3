package io.sluice.it;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Finds every {@code *Layout} class of {@code io.sluice} on the class path, and its constants. */
final class LayoutClasses {
  private LayoutClasses() {}

  /** {@code ClassName.CONSTANT} to value, for every numeric constant of every Layout class. */
  static Map<String, Long> constants() throws IOException {
    Map<String, Long> constants = new TreeMap<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path)) {
        collect(path, constants);
      } else if (path.getFileName().toString().startsWith("sluice-") && Files.exists(path)) {
        try (FileSystem jar =
            FileSystems.newFileSystem(URI.create("jar:" + path.toUri()), Map.of())) {
          collect(jar.getPath("/"), constants);
        }
      }
    }
    return constants;
  }

  private static void collect(Path root, Map<String, Long> constants) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      files
          .map(file -> root.relativize(file).toString())
          .filter(name -> name.startsWith("io/sluice/") && name.endsWith("Layout.class"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .forEach(name -> constantsOf(name, constants));
    }
  }

  private static void constantsOf(String className, Map<String, Long> constants) {
    try {
      Class<?> type = Class.forName(className);
      for (Field field : type.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
          field.setAccessible(true);
          if (field.get(null) instanceof Number value) {
            constants.put(type.getSimpleName() + "." + field.getName(), value.longValue());
          }
        }
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(className, e);
    }
  }
}
