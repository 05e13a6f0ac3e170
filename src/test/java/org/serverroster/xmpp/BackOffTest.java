package org.serverroster.xmpp;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Replicas that lost one server together do not come back together. */
class BackOffTest {

  private static final int DRAWS = 2000;

  private final BackOff backOff = new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(60));

  @ParameterizedTest
  @CsvSource({
    "0, 1000",
    "1, 1000",
    "2, 2000",
    "3, 4000",
    "6, 32000",
    "7, 60000",
    "30, 60000",
    "31, 60000",
    "2147483647, 60000"
  })
  void theUpperHalfOfATimeThatDoublesUpToItsLimit(int failures, long full) {
    Set<Long> waits = draw(backOff, failures, 1);
    waits.forEach(
        wait ->
            assertThat(wait, both(greaterThanOrEqualTo(full / 2)).and(lessThanOrEqualTo(full))));
    assertThat("all over it", waits.stream().min(Long::compare).get(), lessThan(full * 6 / 10));
    assertThat("all over it", waits.stream().max(Long::compare).get(), greaterThan(full * 9 / 10));
  }

  @Test
  void twoReplicasSeldomWaitEquallyLong() {
    Random one = new Random(1);
    Random other = new Random(2);
    long met =
        Stream.generate(() -> backOff.after(6, one).equals(backOff.after(6, other)))
            .limit(DRAWS)
            .filter(equal -> equal)
            .count();
    assertThat(met, lessThanOrEqualTo(10L));
  }

  @Test
  void theShortestTimesAreTimesToo() {
    BackOff shortest = new BackOff(Duration.ofNanos(1), Duration.ofMillis(1));
    assertThat(draw(shortest, 1, 1), equalTo(Set.of(0L)));
    assertThat(draw(backOff, 5, 1), hasSize(greaterThan(500)));
  }

  private static Set<Long> draw(BackOff backOff, int failures, long seed) {
    Random random = new Random(seed);
    return Stream.generate(() -> backOff.after(failures, random).toMillis())
        .limit(DRAWS)
        .collect(Collectors.toSet());
  }
}
