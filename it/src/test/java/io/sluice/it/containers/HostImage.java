package io.sluice.it.containers;

import io.sluice.cli.soak.MachineRoot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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
      for (String folder : MachineRoot.FOLDERS) {
        TarArchiveEntry entry = new TarArchiveEntry(folder + "/");
        entry.setMode(folder.equals("tmp") ? 01777 : 0755);
        put(tar, entry);
      }
      for (String link : MachineRoot.LINKS) {
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
