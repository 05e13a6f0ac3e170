package org.serverroster.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.serverroster.fault.FaultRun.Arguments;
import org.serverroster.fault.FaultRun.UsageException;

class ArgumentsTest {

  @Test
  void saysWhatIsToBeDone() throws UsageException {
    Arguments arguments = Arguments.of("--kills", "7", "--seed", "-3", "--database", "h2");
    assertEquals(7, arguments.kills());
    assertEquals(-3, arguments.seed());
    assertEquals(Ground.Store.H2, arguments.store());
    assertEquals(40, Arguments.of().kills());
    assertEquals(Duration.ofSeconds(5), Arguments.of("--away", "smtp", "--for", "PT5S").time());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--slice 0",
        "--kills 0",
        "--kills -1",
        "--kills many",
        "--slices 0",
        "--instances 0",
        "1000",
        "--kills",
        "--kills --seed 1",
        "--kills 1 --kills 2",
        "--seed one",
        "--away smpt",
        "--away smtp --for ten",
        "--away smtp --for PT0S",
        "--server openfire",
        "--database oracle",
        "--full-disk maybe",
        "--database h2 --instances 2",
        "--check",
        "--odd 1"
      })
  void refusesWhatMeansNothing(String words) {
    assertThrows(UsageException.class, () -> Arguments.of(words.split(" ")));
  }
}
