package org.serverroster.approval;

import static org.serverroster.roster.SubscriptionStanza.SUBSCRIBE;

import java.time.Clock;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.Header;
import org.serverroster.roster.Change;
import org.serverroster.roster.Domain;
import org.serverroster.roster.InvalidDomainException;
import org.serverroster.roster.LocalDomains;
import org.serverroster.roster.Peers;
import org.serverroster.roster.SubscriptionStanza;

/**
 * Tells presence from server to server, which is ours to handle, from everything else that reaches
 * the stream. What it turns away changes nothing and is counted.
 */
public final class Doorkeeper {

  private static final Set<String> OTHER_TYPES =
      Set.of(Peers.AVAILABLE, Peers.UNAVAILABLE, Peers.PROBE, Peers.ERROR);

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
   * @param id the id of the stanza, which for an error is that of the one it answers; may be null
   * @param condition the condition of an error (RFC 6120, section 8.3.3); null without one
   * @param handover the number under which the server handed it over, the same each time; null if
   *     it did not, or gave it none
   * @param receivedAt when that was, by {@link System#nanoTime}; null if it was not handed over
   * @return what the peer asks for or says, or null when it is not for us: the sender is no server,
   *     is ourselves, or the addressee is none of our domains. {@code concern} is {@code
   *     subscription}, {@code error}, {@code probe} or {@code presence}
   */
  public Change admit(
      @Header("CamelXmppFrom") String from,
      @Header("CamelXmppTo") String to,
      @Header("CamelXmppPresenceType") String type,
      @Header("CamelXmppStanzaID") String id,
      @Header("CamelXmppErrorCondition") String condition,
      @Header("CamelXmppHandoverSeq") String handover,
      @Header("CamelXmppHandoverReceivedAt") Long receivedAt) {
    try {
      Domain peer = Domain.of(from);
      Domain ours = Domain.of(withoutResource(to));
      if (domains.has(ours) && !domains.has(peer) && isKnown(type)) {
        Change change = Change.fromPeer(ours, peer, peer.inTheFormOf(from), type, clock.instant());
        return switch (type) {
          case Peers.ERROR -> {
            change.put("aboutOurRequest", mayAnswerOurRequest(id));
            change.put("condition", condition == null ? "undefined-condition" : condition);
            yield concerning("error", change);
          }
          case Peers.PROBE -> concerning("probe", change);
          case Peers.AVAILABLE, Peers.UNAVAILABLE -> {
            change.put("here", type.equals(Peers.AVAILABLE));
            change.put("minuteAgo", change.now().minusMinutes(1));
            yield concerning("presence", change);
          }
          default -> {
            change.put("handover", number(handover));
            change.put("receivedAt", receivedAt);
            yield concerning("subscription", change);
          }
        };
      }
    } catch (InvalidDomainException e) {
      // counted below: a stranger may send this as often as it likes
    }
    turnedAway.increment();
    return null;
  }

  /** Our stanzas say in their id what they were; one that says nothing may have been any. */
  private static boolean mayAnswerOurRequest(String id) {
    return id == null || !id.startsWith("sr-") || id.startsWith("sr-" + SUBSCRIBE.type() + "-");
  }

  private static Long number(String text) {
    return text != null && text.matches("\\d{1,18}") ? Long.valueOf(text) : null;
  }

  private static boolean isKnown(String type) {
    return OTHER_TYPES.contains(String.valueOf(type))
        || SubscriptionStanza.ofType(type).isPresent();
  }

  private static Change concerning(String concern, Change change) {
    change.put("concern", concern);
    return change;
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
