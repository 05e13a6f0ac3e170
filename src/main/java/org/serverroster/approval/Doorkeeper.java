package org.serverroster.approval;

import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.Header;
import org.serverroster.roster.Change;
import org.serverroster.roster.Domain;
import org.serverroster.roster.InvalidDomainException;
import org.serverroster.roster.LocalDomains;
import org.serverroster.roster.SubscriptionStanza;

/**
 * Tells presence from server to server, which is ours to handle, from everything else that reaches
 * the stream. What it turns away changes nothing and is counted.
 */
public final class Doorkeeper {

  private final LocalDomains domains;
  private final Clock clock;
  private final LongAdder turnedAway = new LongAdder();

  /**
   * @param domains the entities that peers may speak to
   * @param clock now
   */
  public Doorkeeper(LocalDomains domains, Clock clock) {
    this.domains = domains;
    this.clock = clock;
  }

  /**
   * Reads who says what to whom.
   *
   * @param from the sender's JID as it was received, may be anything
   * @param to the addressee's JID; a resource on it is dropped
   * @param type the presence type, {@code available} when there was none
   * @return what the peer asks for, or null when it is not for us: the sender is no server, is
   *     ourselves, the addressee is none of our domains, or the type does not manage a subscription
   */
  public Change admit(
      @Header("CamelXmppFrom") String from,
      @Header("CamelXmppTo") String to,
      @Header("CamelXmppPresenceType") String type) {
    try {
      Domain peer = Domain.of(from);
      Domain ours = Domain.of(withoutResource(to));
      if (domains.has(ours) && !domains.has(peer)) {
        Optional<SubscriptionStanza> stanza = SubscriptionStanza.ofType(type);
        if (stanza.isPresent()) {
          return Change.fromPeer(ours, peer, peer.inTheFormOf(from), stanza.get(), clock.instant());
        }
      }
    } catch (InvalidDomainException e) {
      // counted below: a stranger may send this as often as it likes
    }
    turnedAway.increment();
    return null;
  }

  /** How many stanzas were not admitted, since the start. */
  public long turnedAway() {
    return turnedAway.sum();
  }

  private static String withoutResource(String jid) {
    int slash = jid == null ? -1 : jid.indexOf('/');
    return slash < 0 ? jid : jid.substring(0, slash);
  }
}
