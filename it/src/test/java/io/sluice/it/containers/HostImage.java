package io.sluice.it.containers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.images.builder.Transferable;

/**
 * An image with nothing in it but folders and links: programs, libraries and the JDK are this
 * machine's own, whose {@code /usr} a container has read-only. So no registry is needed.
 */
final class HostImage {
  static final String NAME = "sluice-it-host:1";

  private static final List<String> FOLDERS =
      List.of(
          "usr", "etc", "proc", "sys", "dev", "run", "tmp", "var", "root", "mnt", "opt", "work");
  private static final List<String> LINKS = List.of("bin", "sbin", "lib", "lib64");

  private HostImage() {}

  /** Has the engine make the image. */
  static void load() {
    new ImageFromDockerfile(NAME, false)
        .withFileFromTransferable("root.tar", Transferable.of(tar()))
        .withDockerfileFromBuilder(image -> image.from("scratch").add("root.tar", "/").build())
        .get();
  }

  private static byte[] tar() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (String folder : FOLDERS) {
        TarArchiveEntry entry = new TarArchiveEntry(folder + "/");
        entry.setMode(folder.equals("tmp") ? 01777 : 0755);
        put(tar, entry);
      }
      for (String link : LINKS) {
        TarArchiveEntry entry = new TarArchiveEntry(link, TarConstants.LF_SYMLINK);
        entry.setLinkName("usr/" + link);
        put(tar, entry);
      }
      TarArchiveEntry run = new TarArchiveEntry("var/run", TarConstants.LF_SYMLINK);
      run.setLinkName("../run");
      put(tar, run);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry) throws IOException {
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }
}
