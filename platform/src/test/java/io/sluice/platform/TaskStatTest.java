package io.sluice.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskStatTest {
  private static final String REST =
      " 10906 10906 10124 0 -1 4194368 52 0 0 0 40 0 0 0 20 0 7 0 5681112 4730880 412\n";

  @TempDir private Path task;

  private TaskStat of(String commandAndState) throws IOException {
    Files.writeString(task.resolve("stat"), "10917 " + commandAndState + REST);
    return TaskStat.of(task);
  }

  @Test
  void shouldReadPastACommandWithBlanksAndParentheses() throws IOException {
    TaskStat stat = of("(a) Z (b c) S");
    assertFalse(stat.hasEnded());
    assertEquals(7, stat.threads());
    assertEquals(5681112, stat.startTime());
  }

  @Test
  void shouldTellWhatHasEndedFromWhatIsStopped() throws IOException {
    assertTrue(of("(java) Z").hasEnded());
    assertTrue(of("(java) X").hasEnded());
    assertFalse(of("(java) T").hasEnded());
    assertFalse(of("(java) D").hasEnded());
  }

  @Test
  void shouldSayThatATaskIsNotThere() {
    assertThrows(NoSuchFileException.class, () -> TaskStat.of(task.resolve("none")));
  }

  @Test
  void shouldReadItsOwn() throws IOException {
    assertEquals(
        Processes.startTime(Libc.getpid()), TaskStat.of(Path.of("/proc/self")).startTime());
  }
}
