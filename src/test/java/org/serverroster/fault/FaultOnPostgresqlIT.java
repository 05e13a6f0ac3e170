package org.serverroster.fault;

import org.junit.jupiter.api.Tag;

@Tag("servers")
class FaultOnPostgresqlIT extends Kills {

  FaultOnPostgresqlIT() {
    super(Ground.Store.POSTGRESQL, 15, Ground.Mails.SINGLE);
  }
}
