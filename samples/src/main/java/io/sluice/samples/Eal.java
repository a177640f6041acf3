package io.sluice.samples;

import io.sluice.config.EalOptions;
import io.sluice.config.ProcType;
import io.sluice.memzone.SharedMemory;
import io.sluice.nic.EthDevs;
import io.sluice.nic.Hotplug;
import io.sluice.platform.Errno;
import io.sluice.platform.Lcores;
import io.sluice.platform.SluiceException;
import io.sluice.primary.Primary;
import io.sluice.secondary.Secondary;

/** A sample's process, primary or secondary as its EAL options say, with what both kinds have. */
public final class Eal implements AutoCloseable {
  private final EalOptions options;
  private final Primary primary;
  private final Secondary secondary;

  private Eal(EalOptions options) {
    this.options = options;
    boolean first = SharedMemory.roleOf(options) == ProcType.PRIMARY;
    this.primary = first ? Primary.start(options) : null;
    this.secondary = first ? null : Secondary.attach(options);
  }

  /** Starts by the EAL options in front of {@code --}. */
  public static Eal init(String... args) {
    return new Eal(EalOptions.parse(args));
  }

  /** The sample's own options, those behind {@code --}. */
  public String[] appArguments() {
    return options.remaining().toArray(String[]::new);
  }

  public boolean isPrimary() {
    return primary != null;
  }

  public SharedMemory memory() {
    return primary != null ? primary.memory() : secondary.memory();
  }

  public EthDevs ports() {
    return primary != null ? primary.ports() : secondary.ports();
  }

  public Hotplug hotplug() {
    return primary != null ? primary.hotplug() : secondary.hotplug();
  }

  public Lcores lcores() {
    return primary != null ? primary.lcores() : secondary.lcores();
  }

  /** Where new objects go: any socket. */
  public int socket() {
    return -1;
  }

  /** What a look-up found; an error that names the object where it found nothing. */
  public static <T> T found(T object, String kind, String name) {
    if (object == null) {
      throw new SluiceException(
          Errno.ENOENT, "no " + kind + " '" + name + "': does the primary run the same sample?");
    }
    return object;
  }

  @Override
  public void close() {
    if (primary != null) {
      primary.close();
    } else {
      secondary.close();
    }
  }
}
