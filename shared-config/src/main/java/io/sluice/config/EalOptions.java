package io.sluice.config;

import io.sluice.platform.CpuTopology;
import io.sluice.platform.LcoreMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The EAL's options, under DPDK's names; immutable. Made from a command line ({@link #parse}) or by
 * code ({@link #builder}), with the same checks.
 */
public final class EalOptions {
  /** Where shared addresses begin unless told otherwise: free in every JVM tried. */
  public static final long DEFAULT_BASE_VIRTADDR = 0x200000000000L;

  private final Builder values;
  private final LcoreMap lcores;

  private EalOptions(Builder values) {
    this.values = values;
    this.lcores = values.lcores;
  }

  /**
   * Parses DPDK's options up to {@code --} or the end; the first word that is no option and what
   * follows {@code --} are the program's, see {@link #remaining}.
   *
   * @throws EalOptionException in one line, for what is not an option or has no such value
   */
  public static EalOptions parse(String... args) {
    return EalArguments.parse(args);
  }

  /** Starts with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** {@code --proc-type}; a primary unless it was given. */
  public ProcType procType() {
    return values.procType == null ? ProcType.PRIMARY : values.procType;
  }

  /**
   * Checks that a {@code --proc-type} that was given lets this process be of that kind; {@code
   * auto} lets it be either.
   *
   * @param kind what this process is about to become
   * @throws EalOptionException if the other kind was asked for
   */
  public void requireProcType(ProcType kind) {
    ProcType asked = values.procType;
    if (asked != null && asked != ProcType.AUTO && asked != kind) {
      String accepted = kind.name().toLowerCase(Locale.ROOT);
      String refused = asked.name().toLowerCase(Locale.ROOT);
      throw new EalOptionException(
          "--proc-type=%1$s: this is a %2$s, accepted are %2$s and auto; a %1$s is started as sluice %1$s"
              .formatted(refused, accepted));
    }
  }

  /** {@code --file-prefix}: which primary and secondaries belong together. */
  public String filePrefix() {
    return values.filePrefix;
  }

  /** Whether {@code -l} or {@code --lcores} was given; otherwise {@link #lcores} is the default. */
  public boolean hasLcores() {
    return lcores != null;
  }

  /** The lcores given; by default one for each CPU that this process may use, as in DPDK. */
  public LcoreMap lcores() {
    return lcores != null ? lcores : LcoreMap.onePerCpu(CpuTopology.current().allowed());
  }

  /** {@code --main-lcore}; by default the lowest lcore. */
  public int mainLcore() {
    return values.mainLcore >= 0 ? values.mainLcore : lcores().lcores().get(0);
  }

  /** {@code -m}: megabytes to preallocate on all sockets together; 0 for none. */
  public int memoryMb() {
    return values.memoryMb;
  }

  /** {@code --socket-mem}: megabytes to preallocate by socket; null if not given. */
  public int[] socketMemMb() {
    return values.socketMemMb == null ? null : values.socketMemMb.clone();
  }

  /** {@code --huge-dir}, or null. */
  public Path hugeDir() {
    return values.hugeDir;
  }

  public boolean noHuge() {
    return values.noHuge;
  }

  public boolean singleFileSegments() {
    return values.singleFileSegments;
  }

  /**
   * {@code --mempool-ops-index}: the index of the backend {@code ring_mp_mc} in the C processes
   * that share this primary's pools; those of the other rings follow it. It depends on the order in
   * which a C program's libraries are loaded.
   */
  public int mempoolOpsIndex() {
    return values.mempoolOpsIndex;
  }

  /**
   * {@code --tailq}: lists that C programs of these pages register ({@code EAL_REGISTER_TAILQ})
   * beside those of DPDK's libraries; a secondary that misses one does not start.
   */
  public List<String> tailqs() {
    return List.copyOf(values.tailqs);
  }

  public long baseVirtaddr() {
    return values.baseVirtaddr;
  }

  public IovaMode iovaMode() {
    return values.iovaMode;
  }

  /** {@code --vdev}, each as given: driver name, number and arguments. */
  public List<String> vdevs() {
    return List.copyOf(values.vdevs);
  }

  /** {@code -a}: the only devices to use; empty for all. */
  public List<String> allow() {
    return List.copyOf(values.allow);
  }

  /** {@code -b}: devices not to use. */
  public List<String> block() {
    return List.copyOf(values.block);
  }

  public boolean noPci() {
    return values.noPci;
  }

  /**
   * {@code --log-level}: up to which level a component logs, 1 (emergency) to 8 (debug); 7 (info)
   * by default.
   *
   * @param component as DPDK names it, such as {@code lib.eal}
   */
  public int logLevel(String component) {
    return values.logLevels.of(component);
  }

  /** The program's own arguments. */
  public List<String> remaining() {
    return List.copyOf(values.remaining);
  }

  /** Collects options; each method checks its value, {@link #build} what they mean together. */
  public static final class Builder {
    private static final int MAX_PREFIX = 50;
    private static final int MAX_SOCKETS = 32;

    /** Behind it there must be room for six in {@code RTE_MEMPOOL_MAX_OPS_IDX}. */
    private static final int MAX_OPS_INDEX = 10;

    private static final long ALIGN = 16L << 20;
    private static final long LOWEST = 64 << 10;
    private static final long HIGHEST = 0x7e0000000000L;

    private ProcType procType;
    private String filePrefix = "rte";
    private LcoreMap lcores;
    private int mainLcore = -1;
    private int memoryMb;
    private int[] socketMemMb;
    private Path hugeDir;
    private boolean noHuge;
    private boolean inMemory;
    private boolean singleFileSegments;
    private long baseVirtaddr = DEFAULT_BASE_VIRTADDR;
    private int mempoolOpsIndex;
    private final List<String> tailqs = new ArrayList<>();
    private IovaMode iovaMode = IovaMode.VA;
    private final List<String> vdevs = new ArrayList<>();
    private final List<String> allow = new ArrayList<>();
    private final List<String> block = new ArrayList<>();
    private boolean noPci;
    private LogLevels logLevels = LogLevels.DEFAULT;
    private List<String> remaining = List.of();

    private Builder() {}

    public Builder procType(ProcType type) {
      this.procType = type;
      return this;
    }

    /** At most 50 of letters, digits, dot, dash and underscore: it is part of file names. */
    public Builder filePrefix(String prefix) {
      boolean valid = !prefix.isEmpty() && prefix.length() <= MAX_PREFIX && prefix.charAt(0) != '.';
      for (int i = 0; i < prefix.length(); i++) {
        char c = prefix.charAt(i);
        valid &= c < 128 && (Character.isLetterOrDigit(c) || "._-".indexOf(c) >= 0);
      }
      if (!valid) {
        throw new EalOptionException(
            "--file-prefix '"
                + prefix
                + "': accepted are 1 to "
                + MAX_PREFIX
                + " letters, digits, '.', '-' and '_'");
      }
      this.filePrefix = prefix;
      return this;
    }

    /** Which lcores this process has, and the CPUs each may run on. */
    public Builder lcores(LcoreMap map) {
      this.lcores = map;
      return this;
    }

    /** In the syntax of {@code --lcores}. */
    public Builder lcores(String text) {
      return lcores(LcoresSyntax.parse("--lcores", text));
    }

    public Builder mainLcore(int lcore) {
      this.mainLcore = lcore;
      return this;
    }

    /** From 1. */
    public Builder memoryMb(int megabytes) {
      if (megabytes <= 0) {
        throw new EalOptionException("-m " + megabytes + ": accepted are megabytes from 1");
      }
      this.memoryMb = megabytes;
      return this;
    }

    /** Megabytes by socket; 0 for none, as DPDK takes it. */
    public Builder socketMemMb(int... megabytes) {
      boolean valid = megabytes.length > 0 && megabytes.length <= MAX_SOCKETS;
      for (int each : megabytes) {
        valid &= each >= 0;
      }
      if (!valid) {
        throw new EalOptionException(
            "--socket-mem "
                + Arrays.toString(megabytes)
                + ": accepted are megabytes from 0 for 1 to 32 sockets, as in 64,64");
      }
      this.socketMemMb = megabytes.clone();
      return this;
    }

    public Builder hugeDir(Path directory) {
      this.hugeDir = directory;
      return this;
    }

    public Builder noHuge(boolean without) {
      this.noHuge = without;
      return this;
    }

    /** Refused by {@link #build}: no secondary could ever attach. */
    public Builder inMemory(boolean only) {
      this.inMemory = only;
      return this;
    }

    public Builder singleFileSegments(boolean single) {
      this.singleFileSegments = single;
      return this;
    }

    /** Rounded up to 16 MB, as DPDK does. */
    public Builder baseVirtaddr(long address) {
      if (address < LOWEST || address > HIGHEST) {
        throw new EalOptionException(
            "--base-virtaddr 0x"
                + Long.toHexString(address)
                + ": accepted are addresses from 0x10000 to 0x7e0000000000");
      }
      this.baseVirtaddr = address + ALIGN - 1 & -ALIGN;
      return this;
    }

    /** From 0 to 10. */
    public Builder mempoolOpsIndex(int index) {
      if (index < 0 || index > MAX_OPS_INDEX) {
        throw new EalOptionException(
            "--mempool-ops-index " + index + ": accepted are 0 to " + MAX_OPS_INDEX);
      }
      this.mempoolOpsIndex = index;
      return this;
    }

    /** At most 31 bytes, each once, as many as the config has room for. */
    public Builder tailq(String name) {
      if (name.isEmpty() || name.length() >= TailqHeadLayout.NAMESIZE || tailqs.contains(name)) {
        throw new EalOptionException(
            "--tailq '" + name + "': accepted are names of 1 to 31 characters, each once");
      }
      if (tailqs.size() == Tailq.MAX_MORE) {
        throw new EalOptionException(
            "--tailq '" + name + "': accepted are " + Tailq.MAX_MORE + " at most");
      }
      tailqs.add(name);
      return this;
    }

    public Builder iovaMode(IovaMode mode) {
      this.iovaMode = mode;
      return this;
    }

    /** A device, such as {@code net_pcap0,rx_pcap=in.pcap}; each name once. */
    public Builder vdev(String device) {
      String name = device.split(",", 2)[0];
      if (name.isEmpty()) {
        throw new EalOptionException(
            "--vdev '"
                + device
                + "': accepted is a driver's name, a number and arguments,"
                + " as in net_null0,size=64");
      }
      for (String other : vdevs) {
        if (other.split(",", 2)[0].equals(name)) {
          throw new EalOptionException("--vdev '" + name + "' is given twice; number them");
        }
      }
      vdevs.add(device);
      return this;
    }

    public Builder allow(String device) {
      allow.add(PciAddress.check("-a", device));
      return this;
    }

    public Builder block(String device) {
      block.add(PciAddress.check("-b", device));
      return this;
    }

    public Builder noPci(boolean without) {
      this.noPci = without;
      return this;
    }

    /**
     * In the syntax of {@code --log-level}: {@code LEVEL} for all components, {@code PATTERN:LEVEL}
     * for those that a shell pattern matches, {@code REGEX,LEVEL} for those in which a regular
     * expression is found. Of several that are about the same component the last one holds.
     */
    public Builder logLevel(String text) {
      this.logLevels = logLevels.with(text);
      return this;
    }

    Builder remaining(List<String> arguments) {
      this.remaining = arguments;
      return this;
    }

    /** Checks the options against each other and makes the object. */
    public EalOptions build() {
      if (inMemory) {
        throw new EalOptionException(
            "--in-memory is not accepted: no secondary can attach to it; leave it out");
      }
      if (memoryMb > 0 && socketMemMb != null) {
        throw new EalOptionException("-m and --socket-mem exclude each other; give one of them");
      }
      if (noHuge && hugeDir != null) {
        throw new EalOptionException("--no-huge and --huge-dir exclude each other; give one");
      }
      if (noHuge && socketMemMb != null) {
        throw new EalOptionException("--socket-mem needs hugepages; with --no-huge use -m");
      }
      if (noHuge && iovaMode == IovaMode.PA) {
        throw new EalOptionException("--iova-mode=pa needs hugepages; with --no-huge use va");
      }
      if (!allow.isEmpty() && !block.isEmpty()) {
        throw new EalOptionException("-a and -b exclude each other; give one of them");
      }
      EalOptions options = new EalOptions(copy());
      if (mainLcore >= 0 && !options.lcores().contains(mainLcore)) {
        throw new EalOptionException(
            "--main-lcore " + mainLcore + ": accepted are the lcores " + options.lcores().lcores());
      }
      return options;
    }

    private Builder copy() {
      Builder copy = new Builder();
      copy.procType = procType;
      copy.filePrefix = filePrefix;
      copy.lcores = lcores;
      copy.mainLcore = mainLcore;
      copy.memoryMb = memoryMb;
      copy.socketMemMb = socketMemMb;
      copy.hugeDir = hugeDir;
      copy.noHuge = noHuge;
      copy.singleFileSegments = singleFileSegments;
      copy.baseVirtaddr = baseVirtaddr;
      copy.mempoolOpsIndex = mempoolOpsIndex;
      copy.tailqs.addAll(tailqs);
      copy.iovaMode = iovaMode;
      copy.vdevs.addAll(vdevs);
      copy.allow.addAll(allow);
      copy.block.addAll(block);
      copy.noPci = noPci;
      copy.logLevels = logLevels;
      copy.remaining = List.copyOf(remaining);
      return copy;
    }
  }
}
