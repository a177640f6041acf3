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
      for (String name : MachineRoot.FOLDERS) {
        Files.createDirectory(folder.resolve(name));
      }
      for (String name : MachineRoot.LINKS) {
        Files.createSymbolicLink(folder.resolve(name), Path.of("usr", name));
      }
      Files.createSymbolicLink(folder.resolve("var/run"), Path.of("../run"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Engine.load(folder, OF_THIS_MACHINE);
    List<String> options = new ArrayList<>();
    MachineRoot.shared().forEach(path -> share(path, options));
    share(home, options);
    options.addAll(List.of("--env", "JAVA_HOME=" + MachineRoot.java()));
    options.addAll(List.of("--env", "PATH=/usr/sbin:/usr/bin"));
    options.addAll(List.of("--entrypoint", home + "/sluice"));
    return new Image(OF_THIS_MACHINE, options);
  }

  private static void share(String path, List<String> options) {
    options.addAll(List.of("--volume", path + ":" + path + ":ro"));
  }
}
