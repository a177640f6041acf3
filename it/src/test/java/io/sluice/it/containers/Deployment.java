package io.sluice.it.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.it.BuiltHome;
import io.sluice.testing.HugepageMounts;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.testcontainers.containers.BindMode;

/**
 * Containers that share a hugetlbfs mount and a runtime directory, and what they leave behind:
 * nothing, which {@link #close} sees to and asserts.
 */
final class Deployment implements AutoCloseable {
  static final String RUNTIME_DIRECTORY = "/run/dpdk";

  final String prefix = UniquePrefix.next();
  final Path pages = mount();
  final Path runtime;
  private final Path folder;
  private final Path home;
  private final List<SluiceContainer> containers = new ArrayList<>();
  private Path owned;

  Deployment() {
    this(null);
  }

  /** Another one in the same runtime directory and on the same pages. */
  Deployment beside() {
    return new Deployment(runtime);
  }

  private Deployment(Path shared) {
    try {
      folder = Files.createTempDirectory("sluice-it-");
      runtime = shared == null ? Files.createDirectory(folder.resolve("run")) : shared;
      home = Files.createDirectory(folder.resolve("home"));
      BuiltHome.make(home);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    HostImage.load();
  }

  private static Path mount() {
    try {
      return HugepageMounts.of(2048).orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A container with these arguments of the command that shares all there is; not started. */
  SluiceContainer container(String... arguments) {
    return share(alone(arguments));
  }

  private SluiceContainer share(SluiceContainer container) {
    return container.sharing(pages, pages.toString()).sharing(runtime, RUNTIME_DIRECTORY);
  }

  /** A container with these arguments of the command that shares nothing as yet; not started. */
  SluiceContainer alone(String... arguments) {
    return add(home, arguments);
  }

  private SluiceContainer add(Path ofCommand, String... arguments) {
    SluiceContainer container = new SluiceContainer(ofCommand, List.of(arguments));
    containers.add(container);
    return container;
  }

  /**
   * Gives the runtime directory to a user, and a folder of the mount, in which the primary's pages
   * are to be.
   */
  Path giveTo(int user) {
    try {
      Path own = Files.createDirectory(pages.resolve(prefix + "-own"));
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
      for (Path path : List.of(own, runtime)) {
        Files.setAttribute(path, "unix:uid", user);
      }
      owned = own;
      return own;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@link #container}, of another release of Sluice; not started. */
  SluiceContainer ofAnotherRelease(String... arguments) {
    try {
      Path other = Files.createDirectory(folder.resolve("other"));
      OtherRelease.make(other, Files.createDirectory(folder.resolve("classes")));
      return share(add(other, arguments));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A program of the tests with these arguments that shares all there is; not started. */
  SluiceContainer program(Class<?> main, String... arguments) {
    Path classes = Path.of("target", "test-classes").toAbsolutePath();
    List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
    command.addAll(List.of("-Xmx128m", "-cp", home.resolve(BuiltHome.JAR) + ":" + classes));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    SluiceContainer container = container();
    container.withFileSystemBind(classes.toString(), classes.toString(), BindMode.READ_ONLY);
    container.withCommand(command.toArray(String[]::new));
    return container;
  }

  /** {@code sluice primary} with EAL options, and its own behind {@code --}; not started. */
  SluiceContainer primary(String options) {
    Path folderOfPages = owned == null ? pages : owned;
    String eal = "--file-prefix " + prefix + " --huge-dir " + folderOfPages + " -m 64 --no-pci ";
    return container(("primary " + eal + options).split(" +"));
  }

  /** One that does nothing but have a network, which others can be given; running. */
  SluiceContainer network() {
    SluiceContainer container = alone();
    container.withCommand("sleep", "infinity");
    container.start();
    return container;
  }

  /** {@code sluice secondary worker} that is this lcore, running and ready. */
  SluiceContainer worker(int lcore) {
    SluiceContainer worker = container(workerArguments(lcore));
    worker.start();
    worker.awaitLine("^worker \\d+: ready");
    return worker;
  }

  String[] workerArguments(int lcore) {
    return ("secondary worker --file-prefix " + prefix + " --lcores " + lcore + "@0").split(" ");
  }

  /** Page files and whatever else has the prefix. */
  List<String> traces() {
    List<String> found = new ArrayList<>();
    if (Files.exists(runtime.resolve(prefix))) {
      found.add(runtime.resolve(prefix).toString());
    }
    try (Stream<Path> files = Files.list(pages)) {
      files.map(Path::toString).filter(file -> file.contains(prefix + "map_")).forEach(found::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  /** Ends all containers and removes all files; fails if those that ended had left some. */
  @Override
  public void close() {
    containers.forEach(SluiceContainer::stop);
    List<String> left = traces();
    try {
      for (String trace : left) {
        delete(Path.of(trace));
      }
      delete(folder);
      if (owned != null) {
        Files.delete(owned);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertEquals(List.of(), left);
  }

  private static void delete(Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
