package io.sluice.cli.soak;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The root of containers whose programs, libraries and JDK are this machine's own, seen read-only:
 * what an image for them has, which is nothing but folders and links, and what they share.
 */
public final class MachineRoot {
  /** Its folders. */
  public static final List<String> FOLDERS =
      List.of(
          "usr", "etc", "proc", "sys", "dev", "run", "tmp", "var", "root", "mnt", "opt", "work");

  /** Its links, each to the folder of that name in {@code usr}. */
  public static final List<String> LINKS = List.of("bin", "sbin", "lib", "lib64");

  private static final List<String> SHARED =
      List.of("/usr", "/etc/alternatives", "/etc/ld.so.cache", "/etc/java-17-openjdk");

  private MachineRoot() {}

  /** What of this machine each container sees, at the same path: programs and the JDK in use. */
  public static List<String> shared() {
    String java = java();
    Stream<String> jdk = java.startsWith("/usr/") ? Stream.of() : Stream.of(java);
    return Stream.concat(SHARED.stream().filter(path -> Files.exists(Path.of(path))), jdk).toList();
  }

  /** The home of the JDK in use. */
  public static String java() {
    return System.getProperty("java.home");
  }
}
