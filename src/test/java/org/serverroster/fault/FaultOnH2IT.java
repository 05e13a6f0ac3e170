package org.serverroster.fault;

import org.junit.jupiter.api.Tag;

@Tag("servers")
class FaultOnH2IT extends Kills {

  FaultOnH2IT() {
    super(Ground.Store.H2, 8, Ground.Mails.MOSTLY_IN_DIGESTS);
  }
}
