package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.config.RuntimeDirectory;
import io.sluice.secondary.Secondary;
import io.sluice.secondary.SecondaryApp;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands, each in a process of its own, beside a primary that forwards and a worker. */
class CommandsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String PREFIX = UniquePrefix.next();

  private static JavaProcess primary;
  private static JavaProcess worker;

  @BeforeAll
  static void startPrimaryAndWorker() {
    primary =
        CliProcess.start(
            ("primary --file-prefix "
                    + PREFIX
                    + " --no-huge -m 32 --no-pci"
                    + " --vdev net_null0,size=100 --vdev net_null1,no-rx=1"
                    + " -- --workers 1 --ring-size 64 --mbufs 2047 --idle park")
                .split(" "));
    primary.awaitLine("primary: ready, prefix " + PREFIX + ", plain shared files, 2 ports", LIMIT);
    worker = CliProcess.start("secondary", "worker", "--file-prefix", PREFIX, "--lcores", "3@0");
    worker.awaitLine("worker 0: ready", LIMIT);
  }

  @AfterAll
  static void endThemInOrder() {
    worker.signal("TERM");
    worker.awaitExit(LIMIT);
    primary.signal("TERM");
    primary.awaitExit(LIMIT);
    assertTrue(
        primary.stdout().stream().anyMatch(line -> line.startsWith("report pool leaked=0 ")),
        () -> String.join("\n", primary.stdout()));
    assertEquals(List.of(), Leftovers.of(PREFIX));
  }

  private static List<String> run(int code, String... arguments) {
    try (JavaProcess process = CliProcess.start(arguments)) {
      assertEquals(code, process.awaitExit(LIMIT), () -> String.join("\n", process.stdout()));
      return process.stdout();
    }
  }

  private static JsonNode json(String command) throws IOException {
    String[] arguments = (command + " --json --file-prefix " + PREFIX).split(" ");
    return new ObjectMapper().readTree(String.join("\n", run(0, arguments)));
  }

  private static JsonNode row(String command, String key, String value) throws IOException {
    for (JsonNode row : json(command)) {
      if (row.get(key).asText().equals(value)) {
        return row;
      }
    }
    throw new AssertionError(command + " has no row with " + key + "=" + value);
  }

  @Test
  void shouldListTheRings() throws IOException {
    JsonNode ring = row("ring list", "name", "worker_0_in");
    assertEquals(64, ring.get("size").asInt());
    assertEquals("ST", ring.get("producer").asText());
    assertTrue(ring.get("count").asInt() + ring.get("free").asInt() <= 63, ring::toString);
  }

  @Test
  void shouldListThePoolWithItsMbufs() throws IOException {
    JsonNode pool = row("mempool list", "name", "packets");
    assertEquals(2047, pool.get("size").asInt());
  }

  @Test
  void shouldAccountForEveryMbufWhileItIsUnderLoad() throws IOException {
    JsonNode pool = row("audit", "pool", "packets");
    int somewhere = 0;
    for (String place : List.of("free", "cached", "in_rings", "in_packets", "held")) {
      somewhere += pool.get(place).asInt();
    }
    assertEquals(2047, somewhere, pool::toString);
    assertEquals(0, pool.get("lost").asInt(), pool::toString);
    List<String> printed = run(0, "audit", "--file-prefix", PREFIX);
    assertEquals("audit: objects=2047 lost=0 stuck=0", printed.get(printed.size() - 1));
  }

  @Test
  void shouldListMemzonesAndMemsegs() throws IOException {
    assertTrue(row("memzone list", "name", "RG_worker_0_in").get("length").asLong() > 64 * 8);
    assertFalse(json("memseg list").isEmpty());
  }

  @Test
  void shouldShowAMemzoneAsTheListHasIt() throws IOException {
    JsonNode zone = json("memzone show RG_worker_0_in").get(0);
    assertEquals(row("memzone list", "name", "RG_worker_0_in"), zone);
    List<String> printed = run(0, "memzone", "show", "RG_worker_0_in", "--file-prefix", PREFIX);
    assertEquals(2, printed.size(), printed::toString);
    assertTrue(
        printed.get(1).matches("RG_worker_0_in +" + zone.get("length").asText() + " .*"),
        printed::toString);
  }

  @Test
  void shouldShowThePagesOfOneMemsegList() throws IOException {
    JsonNode all = json("memseg list");
    int list = all.get(0).get("list").asInt();
    List<JsonNode> ofList = new ArrayList<>();
    all.forEach(
        page -> {
          if (page.get("list").asInt() == list) {
            ofList.add(page);
          }
        });
    List<JsonNode> shown = new ArrayList<>();
    json("memseg show " + list).forEach(shown::add);
    assertEquals(ofList, shown);
    assertEquals(2 << 20, shown.get(0).get("length").asInt());
    assertEquals(
        List.of("sluice: no pages in list 99; see sluice memseg list"),
        run(1, "memseg", "show", "99", "--file-prefix", PREFIX));
  }

  @Test
  void shouldCountWhatWentThroughThePorts() throws IOException {
    Await.until(
        "packets through net_null1",
        LIMIT,
        () -> portCount("net_null1", "tx_packets") > 0,
        () -> String.join("\n", primary.stdout()));
    long sent = portCount("net_null1", "tx_packets");
    assertTrue(portCount("net_null0", "rx_packets") >= sent);
  }

  private static long portCount(String name, String counter) {
    try {
      return row("port list", "name", name).get(counter).asLong();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"net_null1", "1"})
  void shouldShowAPortByNameAndNumber(String port) throws IOException {
    JsonNode facts = json("port show " + port);
    assertEquals("net_null1", facts.get("name").asText());
    assertEquals("started", facts.get("state").asText());
    assertEquals("02:00:00:00:00:01", facts.get("MAC_address").asText());
    assertEquals(0, facts.get("rx_packets").asLong());
    assertEquals(0, facts.get("rx_q0_packets").asLong());
  }

  @Test
  void shouldShowARingAndAPoolAsTheListHasThem() throws IOException {
    assertEquals(64, json("ring show worker_0_in").get("size").asInt());
    JsonNode pool = json("mempool show packets");
    assertEquals(2047, pool.get("size").asInt());
    assertEquals("packets", pool.get("name").asText());
  }

  @Test
  void shouldListTheSamplesAsJson() throws IOException {
    JsonNode samples = new ObjectMapper().readTree(String.join("\n", run(0, "sample", "--json")));
    // The samples are a module above this one.
    assertTrue(samples.isArray(), samples::toString);
  }

  @Test
  void shouldShowWhatTheUserTypedNotTheFlagsOfTheJvm() throws IOException {
    String command = row("ps", "pid", "" + worker.pid()).get("command").asText();
    assertTrue(command.startsWith("sluice secondary worker --file-prefix " + PREFIX), command);
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../x", "a/b", "/"})
  void shouldCleanNoFolderButAPrefixs(String prefix) {
    for (String command : List.of("clean", "ps")) {
      List<String> output = run(2, command, "--file-prefix", prefix);
      assertEquals(1, output.size(), output::toString);
      String start = "sluice " + command + ": --file-prefix '" + prefix + "'";
      assertTrue(output.get(0).startsWith(start), output.get(0));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "-5", "0"})
  void shouldRefuseAMonitorsIntervalInOneLine(String interval) {
    List<String> output = run(1, "secondary", "monitor", "--file-prefix", PREFIX, "--", interval);
    assertEquals(
        List.of(
            "sluice: monitor's interval '"
                + interval
                + "'; accepted: 1-999999999 milliseconds (EINVAL)"),
        output);
  }

  @Test
  void shouldListBothProcessesWithTheirLcores() throws IOException {
    JsonNode processes = json("ps");
    assertEquals(2, processes.size(), processes::toString);
    assertEquals("secondary", row("ps", "pid", "" + worker.pid()).get("type").asText());
    assertEquals("3", row("ps", "pid", "" + worker.pid()).get("lcores").asText());
    assertEquals("primary", row("ps", "pid", "" + primary.pid()).get("type").asText());
  }

  @ParameterizedTest
  @CsvSource({
    "ring show none, no ring 'none'; see sluice ring list",
    "mempool show none, no mempool 'none'; see sluice mempool list",
    "memzone show none, no memzone 'none'; see sluice memzone list",
    "port show 7, no port '7'; see sluice port list"
  })
  void shouldSayThatThereIsNoSuchThing(String command, String message) {
    String[] arguments = (command + " --file-prefix " + PREFIX).split(" ");
    assertEquals(List.of("sluice: " + message), run(1, arguments));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ring list", "mempool list", "memzone list", "memseg list", "port list"})
  void shouldSayThatThereIsNoPrimary(String command) {
    List<String> output = run(1, (command + " --file-prefix none-" + PREFIX).split(" "));
    assertEquals(1, output.size(), output::toString);
    assertTrue(output.get(0).contains("none-" + PREFIX), output::toString);
  }

  @Test
  void shouldRefuseASecondPrimaryAndAWorkerTooMany() {
    for (String type : List.of("primary", "auto")) {
      List<String> second =
          run(1, "primary", "--file-prefix", PREFIX, "--no-huge", "--proc-type", type);
      String last = second.get(second.size() - 1);
      assertTrue(last.startsWith("sluice: a primary already runs on "), second::toString);
      assertTrue(last.contains(PREFIX) && last.endsWith("(EBUSY)"), second::toString);
    }
    List<String> worker = run(1, "secondary", "worker", "--file-prefix", PREFIX);
    assertTrue(worker.get(0).contains("all 1 workers' places are taken"), worker::toString);
  }

  /** A class of the user's. */
  public static final class CountsPorts implements SecondaryApp {
    @Override
    public void run(Secondary secondary, String[] arguments) {
      System.out.println(secondary.ports().count() + " ports, " + String.join("+", arguments));
    }
  }

  @Test
  void shouldRunTheUsersClassWithItsArguments() {
    String name = CountsPorts.class.getName();
    assertEquals(
        List.of("2 ports, a+--b"),
        run(0, "secondary", name, "--file-prefix", PREFIX, "--", "a", "--b"));
  }

  @ParameterizedTest
  @CsvSource({
    "no.such.Class, no class 'no.such.Class' on the class path; add its jar with SLUICE_CLASSPATH",
    "java.lang.String, java.lang.String does not implement io.sluice.secondary.SecondaryApp"
  })
  void shouldRefuseAClassThatIsNone(String name, String message) {
    assertEquals(List.of("sluice: " + message), run(1, "secondary", name));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--vdev net_nul0 | device 'net_nul0': no driver of that name",
        "--vdev net_null0,sise=3 | device 'net_null0': 'sise' is unknown; accepted are",
        "--vdev net_null0,size=x | device 'net_null0': size=x, it takes a number from 0 to 16384",
        "--vdev net_af_packet0,iface=nosuch0 | nosuch0",
        "--vdev net_pcap0,rx_pcap=/no/such.pcap | /no/such.pcap",
        "--vdev net_pcap0,rx_pcap=/etc/hostname | /etc/hostname",
        "--vdev net_null0 -- --workers 77 | 77 workers; accepted: 1-16",
        "--vdev net_null0 -- --ring-size 100 | 100",
        "--vdev net_null0 -- --mbufs 0 | packets",
        "--vdev net_null0 -- --wrokers 1 | '--wrokers'",
        "--proc-type secondary | --proc-type=secondary: this is a primary, accepted are primary and auto"
      })
  void shouldRefuseAPrimaryInOneLineAndLeaveNothing(String options, String message) {
    String prefix = UniquePrefix.next();
    List<String> output =
        run(
            1,
            ("primary --file-prefix " + prefix + " --no-huge -m 32 --no-pci " + options)
                .split(" "));
    List<String> errors = output.stream().filter(line -> line.startsWith("sluice: ")).toList();
    assertEquals(1, errors.size(), output::toString);
    assertTrue(errors.get(0).contains(message), output::toString);
    assertFalse(output.stream().anyMatch(line -> line.contains("\tat ")), output::toString);
    assertEquals(List.of(), Leftovers.of(prefix));
  }

  @Test
  void shouldAttachASecondaryOnlyWhereTheProcTypeLetsIt() {
    assertEquals(
        List.of(
            "sluice: --proc-type=primary: this is a secondary, accepted are secondary and auto;"
                + " a primary is started as sluice primary (EINVAL)"),
        run(1, "secondary", "worker", "--file-prefix", PREFIX, "--proc-type=primary"));
    assertEquals(
        List.of("2 ports, "),
        run(
            0,
            "secondary",
            CountsPorts.class.getName(),
            "--file-prefix",
            PREFIX,
            "--proc-type=auto"));
  }

  @Test
  @RequiresRoot
  @RequiresCommand("setpriv")
  void shouldRefuseACaptureThatTheUserMayNotRead(@TempDir Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path file = Files.write(directory.resolve("secret.pcap"), new byte[64]);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Path home = Files.createDirectory(directory.resolve("home"));
    String options =
        "primary --no-huge -m 32 --no-pci --file-prefix %s --vdev net_pcap0,rx_pcap=%s"
            .formatted(UniquePrefix.next(), file);
    try (JavaProcess primary = CliProcess.startWithoutRights(home, options.split(" "))) {
      assertEquals(1, primary.awaitExit(LIMIT), () -> String.join("\n", primary.stdout()));
      List<String> errors =
          primary.stdout().stream().filter(line -> line.startsWith("sluice: ")).toList();
      assertEquals(1, errors.size(), () -> String.join("\n", primary.stdout()));
      assertTrue(
          errors
              .get(0)
              .contains("'" + file + "' cannot be read; check its name and rights (EACCES)"),
          errors.get(0));
    }
  }

  @Test
  void shouldRefuseATruncatedCapture() throws IOException {
    Path file = Files.createTempFile("cut", ".pcap");
    try {
      Files.write(file, new byte[] {(byte) 0xd4, (byte) 0xc3, (byte) 0xb2, (byte) 0xa1, 2});
      List<String> output =
          run(
              1,
              "primary",
              "--file-prefix",
              UniquePrefix.next(),
              "--no-huge",
              "-m",
              "32",
              "--no-pci",
              "--vdev",
              "net_pcap0,rx_pcap=" + file);
      assertTrue(output.get(output.size() - 1).contains(file.toString()), output::toString);
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void shouldRemoveWhatADeadPrimaryLeft() {
    String prefix = UniquePrefix.next();
    try (JavaProcess dead =
        CliProcess.start("primary", "--file-prefix", prefix, "--no-huge", "-m", "32", "--no-pci")) {
      dead.awaitLine("primary: ready.*", LIMIT);
      dead.kill();
    }
    List<Path> left = Leftovers.of(prefix);
    assertTrue(left.stream().anyMatch(file -> file.startsWith("/dev/shm")), left::toString);
    assertTrue(left.stream().anyMatch(file -> file.endsWith("config")), left::toString);
    assertEquals(
        cleaned("would remove ", left), run(0, "clean", "--dry-run", "--file-prefix", prefix));
    assertEquals(left, Leftovers.of(prefix));
    assertEquals(cleaned("removed ", left), run(0, "clean", "--file-prefix", prefix));
    assertEquals(List.of(), Leftovers.of(prefix));
    left.forEach(
        file -> assertFalse(Files.exists(file, LinkOption.NOFOLLOW_LINKS), file::toString));
    assertFalse(Files.exists(Path.of(RuntimeDirectory.of(prefix).path())));
    assertEquals(List.of("removed 0 files"), run(0, "clean", "--file-prefix", prefix));
  }

  private static List<String> cleaned(String did, List<Path> files) {
    List<String> lines = new ArrayList<>();
    files.forEach(file -> lines.add(did + file));
    lines.add(did + files.size() + " files");
    return lines;
  }

  @Test
  void shouldCleanNothingThatRuns() {
    assertEquals(
        List.of("in use: " + PREFIX + "; see sluice ps", "removed 0 files"),
        run(0, "clean", "--file-prefix", PREFIX));
  }
}
