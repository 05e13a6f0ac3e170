package org.serverroster.command;

import java.util.Map;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.StanzaError.Condition;
import org.jxmpp.jid.DomainBareJid;
import org.jxmpp.jid.Jid;
import org.serverroster.roster.Domain;
import org.serverroster.roster.InvalidDomainException;
import org.serverroster.roster.LocalDomains;
import org.serverroster.roster.Subscription;

/**
 * Answers our hosts, and nobody else, whether they trust a peer. A host's shim asks in its name
 * over the component stream; no other server can send in the name of a host that it shares.
 */
public final class TrustQuestions {

  private final LocalDomains domains;

  TrustQuestions(LocalDomains domains) {
    this.domains = domains;
  }

  /**
   * Whom a question is about.
   *
   * @throws Refusal when it does not come from one of our domains, or is about no server
   */
  public Map<String, Object> parameters(IQ query) {
    Jid from = query.getFrom();
    Domain host = from instanceof DomainBareJid ? domains.find(from.toString()).orElse(null) : null;
    if (host == null) {
      throw Refusal.of(Condition.forbidden, "only a host whose roster is kept here may ask");
    }
    try {
      Domain peer = Domain.of(((Trusted) query).peer());
      return Map.of("domain", host.name(), "peer", peer.name());
    } catch (InvalidDomainException e) {
      throw Refusal.of(Condition.bad_request, e.getMessage());
    }
  }

  /**
   * The answer.
   *
   * @param row what is kept of the peer, null when it is unknown
   */
  public IQ answer(Map<String, Object> parameters, Map<String, Object> row) {
    Subscription state =
        row == null ? Subscription.NONE : Subscription.ofState((String) row.get("state"));
    return Trusted.answer((String) parameters.get("peer"), state.state(), state.from());
  }
}
