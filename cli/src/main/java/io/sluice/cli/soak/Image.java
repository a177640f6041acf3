package io.sluice.cli.soak;

import io.sluice.cli.CommandFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the containers are made of: an image with the {@code sluice} command as its entry point, or
 * one with nothing in it but folders and links, where programs, the JDK and the command are this
 * machine's own, read-only, so that no registry is needed.
 *
 * @param name as the engine knows it
 * @param options of {@code docker run} that it needs
 */
record Image(String name, List<String> options) {
  private static final String OF_THIS_MACHINE = "sluice-soak-host:1";
  private static final List<String> FOLDERS =
      List.of("usr", "etc", "proc", "sys", "dev", "run", "tmp", "var", "root");
  private static final List<String> LINKS = List.of("bin", "sbin", "lib", "lib64");
  private static final List<String> SHARED =
      List.of("/usr", "/etc/alternatives", "/etc/ld.so.cache", "/etc/java-17-openjdk");

  /** One that the engine has. */
  static Image named(String name) {
    if (!Engine.hasImage(name)) {
      throw new CommandFailure(
          "no image " + name + "; build it: docker build --tag " + name + " .");
    }
    return new Image(name, List.of());
  }

  /**
   * Makes one of this machine.
   *
   * @param folder an empty one, for the image's folders
   */
  static Image ofThisMachine(Path folder) {
    String home = System.getProperty("sluice.home");
    if (home == null) {
      throw new CommandFailure("the folder of the sluice command is not known; run it by ./sluice");
    }
    try {
      for (String name : FOLDERS) {
        Files.createDirectory(folder.resolve(name));
      }
      for (String name : LINKS) {
        Files.createSymbolicLink(folder.resolve(name), Path.of("usr", name));
      }
      Files.createSymbolicLink(folder.resolve("var/run"), Path.of("../run"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Engine.load(folder, OF_THIS_MACHINE);
    String java = System.getProperty("java.home");
    List<String> options = new ArrayList<>();
    SHARED.forEach(path -> share(path, options));
    share(home, options);
    if (!java.startsWith("/usr/")) {
      share(java, options);
    }
    options.addAll(List.of("--env", "JAVA_HOME=" + java, "--env", "PATH=/usr/sbin:/usr/bin"));
    options.addAll(List.of("--entrypoint", home + "/sluice"));
    return new Image(OF_THIS_MACHINE, options);
  }

  private static void share(String path, List<String> options) {
    if (Files.exists(Path.of(path))) {
      options.addAll(List.of("--volume", path + ":" + path + ":ro"));
    }
  }
}
