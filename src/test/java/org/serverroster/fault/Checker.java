package org.serverroster.fault;

import java.util.List;

/**
 * Holds what every party saw against what the database has kept. Knows the promises and RFC 6121,
 * and nothing of our code.
 */
final class Checker {

  private Checker() {}

  /**
   * All promises that were not kept, empty when all were.
   *
   * @param administrators the mail addresses of those who are asked about each request
   */
  static List<Finding> check(List<Event> events, Books books, List<String> administrators) {
    Evidence evidence = Evidence.of(events, books, administrators);
    Findings findings = new Findings();
    AuditRules.check(evidence, findings);
    IntakeRules.check(evidence, findings);
    StanzaRules.check(evidence, findings);
    MailRules.check(evidence, findings);
    EventRules.check(evidence, findings);
    CalmRules.check(evidence, findings);
    AuditRules.checkRest(evidence, findings);
    return findings.all();
  }
}
