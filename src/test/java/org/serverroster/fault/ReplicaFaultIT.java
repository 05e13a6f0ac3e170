package org.serverroster.fault;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.not;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two instances, of which the one that holds the stream is killed. */
@Tag("servers")
class ReplicaFaultIT {

  @Test
  void nothingIsLostOrDoubledWhenWhoHoldsTheStreamIsKilled() throws Exception {
    Path folder = Faults.folder("replicas");
    Slice slice =
        Slice.run(
            folder,
            new Slice.Plan(
                Faults.SEED,
                3,
                2,
                false,
                Ground.Kind.PROSODY,
                Ground.Store.POSTGRESQL,
                true,
                Ground.Mails.SINGLE));
    Faults.holds(slice.findings(), folder);
    assertThat("the other instance took over", slice.takeovers(), not(empty()));
  }
}
