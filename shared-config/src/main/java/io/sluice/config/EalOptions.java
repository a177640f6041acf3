package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.LcoreMap;
import io.sluice.platform.SluiceException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The EAL's options. */
public final class EalOptions {
  private String filePrefix = "rte";
  private int memoryMb;
  private Path hugeDir;
  private boolean noHuge;
  private boolean singleFileSegments;
  private long baseVirtaddr = 0x200000000000L;
  private IovaMode iovaMode = IovaMode.VA;
  private ProcType procType = ProcType.PRIMARY;

  private LcoreMap lcores;

  private EalOptions() {}

  private static LcoreMap parseLcores(String list) {
    List<Integer> cpus = new ArrayList<>();
    for (String part : list.split(",")) {
      String[] ends = part.split("-");
      int last = Integer.parseInt(ends[ends.length - 1]);
      for (int cpu = Integer.parseInt(ends[0]); cpu <= last; cpu++) {
        cpus.add(cpu);
      }
    }
    return LcoreMap.onePerCpu(cpus);
  }

  /** The lcores asked for, or null. */
  public LcoreMap lcores() {
    return lcores;
  }

  /** Parses DPDK's options. */
  public static EalOptions parse(String... args) {
    EalOptions o = new EalOptions();
    int i = 0;
    while (i < args.length && !args[i].equals("--")) {
      int equals = args[i].indexOf('=');
      String name = equals < 0 ? args[i] : args[i].substring(0, equals);
      boolean flag = name.startsWith("--no-") || name.equals("--single-file-segments");
      String value = flag ? "" : equals < 0 ? args[++i] : args[i].substring(equals + 1);
      switch (name) {
        case "--file-prefix" -> o.filePrefix = value;
        case "-m" -> o.memoryMb = Integer.parseInt(value);
        case "--huge-dir" -> o.hugeDir = Path.of(value);
        case "--no-huge" -> o.noHuge = true;
        case "--single-file-segments" -> o.singleFileSegments = true;
        case "--base-virtaddr" -> o.baseVirtaddr = Long.decode(value);
        case "--iova-mode" -> o.iovaMode = IovaMode.valueOf(value.toUpperCase());
        case "--proc-type" -> o.procType = ProcType.valueOf(value.toUpperCase());
        case "-l", "--lcores" -> o.lcores = parseLcores(value);
        case "--no-pci" -> {}
        default -> throw new SluiceException(Errno.EINVAL, "unknown option " + args[i]);
      }
      i++;
    }
    return o;
  }

  public ProcType procType() {
    return procType;
  }

  public String filePrefix() {
    return filePrefix;
  }

  public int memoryMb() {
    return memoryMb;
  }

  public Path hugeDir() {
    return hugeDir;
  }

  public boolean noHuge() {
    return noHuge;
  }

  public boolean singleFileSegments() {
    return singleFileSegments;
  }

  public long baseVirtaddr() {
    return baseVirtaddr;
  }

  public IovaMode iovaMode() {
    return iovaMode;
  }
}
