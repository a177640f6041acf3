package io.sluice.cli.soak;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.processes.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The container engine that answers the {@code docker} command. */
final class Engine {
  private static final String DOCKER = "docker";

  private Engine() {}

  /** Throws unless there is an engine. */
  static void require() {
    try {
      run("version");
    } catch (CommandFailure e) {
      throw new CommandFailure(
          "no container engine answers; install one (Debian: apt-get install docker.io) and try"
              + " again ("
              + e.getMessage()
              + ")");
    }
  }

  /**
   * The words of a {@code docker} command, for a {@link io.sluice.cli.processes.Child} to start.
   */
  static List<String> words(String verb, List<String> arguments) {
    List<String> words = new ArrayList<>(List.of(DOCKER, verb));
    words.addAll(arguments);
    return words;
  }

  /** Whether it knows an image of that name. */
  static boolean hasImage(String image) {
    return !run("image", "ls", "--quiet", image).isEmpty();
  }

  /** The pid of a running container's first process, as this machine sees it. */
  static int pid(String container) {
    return Integer.parseInt(run("inspect", "--format", "{{.State.Pid}}", container));
  }

  /** Sends a signal, by its name, to a container's first process. */
  static void signal(String container, String signal) {
    run("kill", "--signal", signal, container);
  }

  /** Makes an image of a folder. */
  static void load(Path folder, String image) {
    String tar = "tar --create --directory '" + folder + "' .";
    run(List.of("sh", "-c", tar + " | " + DOCKER + " import - " + image));
  }

  /** Removes a container, running or not; one that is gone does not mind. */
  static void remove(String container) {
    run("rm", "--force", container);
  }

  /** What it says to {@code docker} with these words. */
  static String run(String... words) {
    return run(words(words[0], List.of(words).subList(1, words.length)));
  }

  private static String run(List<String> command) {
    return Program.run(command, "apt-get install docker.io");
  }
}
