package org.serverroster.command;

import io.quarkus.arc.Unremovable;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import org.serverroster.approval.Decisions;
import org.serverroster.roster.LocalDomains;

/** The beans that {@code routes/commands.yaml} names. */
@Unremovable
class Parlour {

  Parlour() {
    Trusted.register();
  }

  @Produces
  @Singleton
  @Named("commands")
  @Unremovable
  Commands commands(LocalDomains domains, Decisions decisions, SecureRandom random, Clock clock) {
    return new Commands(domains, decisions, random, clock);
  }

  @Produces
  @Singleton
  @Named("discovery")
  @Unremovable
  Discovery discovery(Commands commands) {
    return new Discovery(commands);
  }

  @Produces
  @Singleton
  @Named("trustQuestions")
  @Unremovable
  TrustQuestions trustQuestions(LocalDomains domains) {
    return new TrustQuestions(domains);
  }
}
