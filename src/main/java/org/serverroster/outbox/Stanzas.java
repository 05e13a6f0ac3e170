package org.serverroster.outbox;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Map;
import org.jivesoftware.smack.packet.Presence;
import org.jxmpp.jid.impl.JidCreate;
import org.jxmpp.stringprep.XmppStringprepException;
import org.serverroster.roster.Peers;

/** Writes the presence that a row of the outbox stands for. */
public final class Stanzas {

  private final Clock clock;

  /**
   * @param clock now
   */
  public Stanzas(Clock clock) {
    this.clock = clock;
  }

  /**
   * The stanza, with the row's stable id: a peer that gets it twice can tell, and we can when it
   * comes back as an error. Replies never carry the id of the request (RFC 6121, section 3.1.4).
   *
   * @param row {@code kind}: a presence type; {@code domain}, {@code recipient}: from and to, bare
   *     domains; {@code wire_id}
   * @throws XmppStringprepException when the recipient is no JID, which intake has ruled out
   * @throws IllegalStateException when the lease of the row is over: this process stood still, and
   *     another one may have sent the row and what comes after it
   */
  public Presence write(Map<String, Object> row) throws XmppStringprepException {
    if (row.get("leasedUntil") instanceof OffsetDateTime end
        && !clock.instant().isBefore(end.toInstant())) {
      throw new IllegalStateException("The lease of this row is over");
    }
    String kind = (String) row.get("kind");
    Presence presence = new Presence(Presence.Type.available);
    if (!kind.equals(Peers.AVAILABLE)) {
      presence.setType(Presence.Type.valueOf(kind));
    }
    presence.setStanzaId("sr-" + kind + "-" + row.get("wire_id"));
    presence.setFrom(JidCreate.domainBareFrom((String) row.get("domain")));
    presence.setTo(JidCreate.domainBareFrom((String) row.get("recipient")));
    return presence;
  }
}
