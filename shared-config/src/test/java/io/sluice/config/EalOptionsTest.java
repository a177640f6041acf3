package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Errno;
import io.sluice.platform.LcoreMap;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What DPDK's eal_flags_autotest asserts of the options that Sluice has. */
class EalOptionsTest {
  @Test
  void shouldHaveDefaults() {
    EalOptions options = EalOptions.parse();
    assertEquals(ProcType.PRIMARY, options.procType());
    assertEquals("rte", options.filePrefix());
    assertFalse(options.hasLcores());
    assertEquals(options.lcores().lcores().get(0), options.mainLcore());
    assertEquals(0, options.memoryMb());
    assertNull(options.socketMemMb());
    assertNull(options.hugeDir());
    assertFalse(options.noHuge());
    assertFalse(options.singleFileSegments());
    assertEquals(0x200000000000L, options.baseVirtaddr());
    assertEquals(IovaMode.VA, options.iovaMode());
    assertEquals(List.of(), options.vdevs());
    assertEquals(7, options.logLevel("lib.eal"));
    assertEquals(List.of(), options.remaining());
  }

  @Test
  void shouldTakeEveryOptionInBothForms() {
    EalOptions options =
        EalOptions.parse(
            "-l",
            "1-3",
            "--main-lcore=2",
            "--proc-type",
            "secondary",
            "--file-prefix=x-1.y_2",
            "-m64",
            "--huge-dir",
            "/mnt/huge",
            "--single-file-segments",
            "--base-virtaddr",
            "0x300000000001",
            "--iova-mode=pa",
            "--mempool-ops-index=2",
            "--tailq=own",
            "--vdev=net_null0,size=64",
            "--vdev",
            "net_null1",
            "-a",
            "0000:02:00.0,arg=1",
            "--no-pci",
            "--log-level=notice",
            "--",
            "own",
            "-x");
    assertEquals(List.of(1, 2, 3), options.lcores().lcores());
    assertTrue(options.hasLcores());
    assertEquals(2, options.mainLcore());
    assertEquals(ProcType.SECONDARY, options.procType());
    assertEquals("x-1.y_2", options.filePrefix());
    assertEquals(64, options.memoryMb());
    assertEquals(Path.of("/mnt/huge"), options.hugeDir());
    assertTrue(options.singleFileSegments());
    assertEquals(0x300001000000L, options.baseVirtaddr(), "rounded up to 16 MB");
    assertEquals(IovaMode.PA, options.iovaMode());
    assertEquals(2, options.mempoolOpsIndex());
    assertEquals(List.of("own"), options.tailqs());
    assertEquals(List.of("net_null0,size=64", "net_null1"), options.vdevs());
    assertEquals(List.of("0000:02:00.0,arg=1"), options.allow());
    assertTrue(options.noPci());
    assertEquals(6, options.logLevel("lib.eal"));
    assertEquals(List.of("own", "-x"), options.remaining());
    assertArrayEquals(new int[] {2, 0, 4}, EalOptions.parse("--socket-mem=2,0,4").socketMemMb());
    assertEquals(List.of("FF:09:0B.3"), blockOf("FF:09:0B.3"));
    assertEquals(List.of("word"), EalOptions.parse("--no-huge", "word").remaining());
  }

  @Test
  void shouldTakeWhatDpdkTakes() {
    assertEquals(List.of("00FF:09:0B.3"), EalOptions.parse("-a", "00FF:09:0B.3").allow());
    assertEquals(
        List.of("09:0B.3,type=test", "08:00.1,type=normal"),
        EalOptions.parse("-a", "09:0B.3,type=test", "--allow=08:00.1,type=normal").allow());
    assertEquals(1, EalOptions.parse("--main-lcore", "1", "-l", "0-1").mainLcore());
    assertArrayEquals(new int[] {0, 0}, EalOptions.parse("--socket-mem", "0,0").socketMemMb());
    assertEquals(0x13000000L, EalOptions.parse("--base-virtaddr=0x12345678").baseVirtaddr());
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7), groups().lcores());
    assertEquals(Set.of(5, 6, 7), groups().cpusOf(2));
    assertEquals(Set.of(0, 2), groups().cpusOf(4));
    assertEquals(Set.of(0, 6), groups().cpusOf(6));
  }

  private static LcoreMap groups() {
    return EalOptions.parse("--lcores", "0-1,2@(5-7),(3-5)@(0,2),(0,6),7").lcores();
  }

  private static List<String> blockOf(String device) {
    return EalOptions.parse("-b", device).block();
  }

  @Test
  void shouldMapLcoresToCpus() {
    assertEquals(
        LcoreMap.of(
            java.util.Map.of(
                0,
                Set.of(2),
                1,
                Set.of(0, 1),
                3,
                Set.of(0, 1),
                4,
                Set.of(4),
                5,
                Set.of(5),
                6,
                Set.of(6, 7),
                7,
                Set.of(6, 7))),
        EalOptions.parse("--lcores", "0@2,(1,3)@(0-1),4-5,(6-7)").lcores());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "8 | 7",
        "debug | 7",
        "info | 7",
        "4 | 4",
        "error | 4",
        "err | 4",
        "e | 1",
        "lib.eal:debug | 8",
        "lib.eal:8 | 8",
        "lib.*:critical | 3",
        "*.eal:2 | 2",
        "lib.ea?:2 | 2",
        "lib:2 | 7",
        "libxeal:2 | 7",
        "pmd.*:2 | 7",
        "eal,2 | 2",
        "^lib[.],alert | 2",
        "^eal,2 | 7",
        "lib.eal:2 --log-level lib.*:5 | 5",
        "lib.eal:2 --log-level lib.ring:5 | 2",
        "lib.eal:debug --log-level 3 | 3",
        "3 --log-level debug | 7"
      })
  void shouldKnowUpToWhichLevelAComponentLogs(String options, int level) {
    EalOptions parsed = EalOptions.parse(("--log-level " + options).split(" "));
    assertEquals(level, parsed.logLevel("lib.eal"));
  }

  @Test
  void shouldLetAProcessBeOnlyWhatProcTypeAsksFor() {
    EalOptions primary = EalOptions.parse("--proc-type=primary");
    primary.requireProcType(ProcType.PRIMARY);
    EalOptionException refused =
        assertThrows(EalOptionException.class, () -> primary.requireProcType(ProcType.SECONDARY));
    assertEquals(
        "--proc-type=primary: this is a secondary, accepted are secondary and auto;"
            + " a primary is started as sluice primary (EINVAL)",
        refused.getMessage());
    EalOptions secondary = EalOptions.parse("--proc-type=secondary");
    secondary.requireProcType(ProcType.SECONDARY);
    assertThrows(EalOptionException.class, () -> secondary.requireProcType(ProcType.PRIMARY));
    for (EalOptions either : List.of(EalOptions.parse("--proc-type=auto"), EalOptions.parse())) {
      either.requireProcType(ProcType.PRIMARY);
      either.requireProcType(ProcType.SECONDARY);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-l",
        "-l ",
        "-l error",
        "-l 1-",
        "-l 1,",
        "-l 1#2",
        "-l -5",
        "-l -5-7",
        "-l 128",
        "-l 1-128",
        "--lcores",
        "--lcores 1-3-5",
        "--lcores 0-1,,2",
        "--lcores 0-,1",
        "--lcores (0-,2-4)",
        "--lcores (-1,2)",
        "--lcores (2-4)@(2-4-6)",
        "--lcores (a,2)",
        "--lcores 1-3@(1,3)",
        "--lcores 3@((1,3)",
        "--lcores (4-7)=(1,3)",
        "--lcores [4-7]@(1,3)",
        "--lcores 3@1024",
        "--main-lcore",
        "-l 0-1 --main-lcore -1",
        "-l 0-1 --main-lcore X",
        "-l 0-1 --main-lcore 2",
        "--proc-type",
        "--proc-type wrong",
        "--file-prefix",
        "--file-prefix a/b",
        "--file-prefix a%b",
        "--file-prefix .",
        "-m",
        "-m 0",
        "-m -1",
        "-m x",
        "--socket-mem",
        "--socket-mem 2,a",
        "--socket-mem 2,",
        "-l 0 -l 1",
        "-l 0 --lcores 1",
        "--socket-mem=",
        "--socket-mem 2,,2",
        "--socket-mem 2,2,Fred0",
        "--socket-mem -2",
        "-m 64 --socket-mem 64",
        "--huge-dir",
        "--no-huge=1",
        "--no-huge --huge-dir /mnt/huge",
        "--no-huge --socket-mem 64",
        "--no-huge --iova-mode pa",
        "--in-memory",
        "--base-virtaddr",
        "--base-virtaddr x",
        "--base-virtaddr 0",
        "--base-virtaddr 0x7fffffffffff",
        "--mempool-ops-index 11",
        "--tailq=",
        "--tailq a --tailq a",
        "--tailq a2345678901234567890123456789012",
        "--tailq a --tailq b --tailq c --tailq d --tailq e",
        "--iova-mode dc",
        "--vdev",
        "--vdev ,x",
        "--vdev net_null0 --vdev net_null0,size=1",
        "-a",
        "-a error",
        "-a 0:0:0",
        "-a 0:error:0.1",
        "-a 0:0:0.1error",
        "-a error0:0:0.1",
        "-a 0:0:0.1.2",
        "-b",
        "-b error",
        "-b 0:0:0",
        "-b 0:error:0.1",
        "-b 0:0:0.1error",
        "-b error0:0:0.1",
        "-b 0:0:0.1.2",
        "-a 02:00.0 -b 03:00.0",
        "--log-level",
        "--log-level 9",
        "--log-level loud",
        "--log-level 0",
        "--log-level=",
        "--log-level lib.eal:",
        "--log-level lib.eal:9",
        "--log-level lib.eal,loud",
        "--log-level lib.eal:debug:1",
        "--log-level (,debug",
        "--no-such",
        "-z",
        "-"
      })
  void shouldRefuseInOneLineWhatIsWrong(String line) {
    EalOptionException refused =
        assertThrows(EalOptionException.class, () -> EalOptions.parse(line.split(" ")));
    assertEquals(Errno.EINVAL, refused.errno());
    assertFalse(refused.getMessage().contains("\n"));
    assertTrue(refused.getMessage().length() > 15, refused.getMessage());
  }

  @Test
  void shouldSayWhatIsAccepted() {
    EalOptionException refused =
        assertThrows(EalOptionException.class, () -> EalOptions.parse("--proc-type=x"));
    assertEquals(
        "--proc-type 'x': accepted are primary, secondary and auto (EINVAL)", refused.getMessage());
  }
}
