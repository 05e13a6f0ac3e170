package org.serverroster.xmpp;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.Stanza;
import org.serverroster.approval.Doorkeeper;
import org.serverroster.roster.Administrators;
import org.serverroster.roster.Change;
import org.serverroster.roster.Domain;
import org.serverroster.roster.LocalDomains;

/**
 * What {@code bin/fuzz handover} gives to a fuzzer: any bytes inside a hand-over, which is where
 * what a peer wrote stands. Whatever gets past the doorkeeper is a peer with a clean name and none
 * of ourselves.
 */
public final class HandoverFuzz {

  private static final Domain OURS = new Domain("capulet.lit");
  private static final byte[] BEFORE =
      (StreamFuzz.OPEN
              + "<iq type='set' from='capulet.lit' to='roster.capulet.lit' id='h'>"
              + "<handover xmlns='urn:server-roster:handover:0' seq='1'>")
          .getBytes(StandardCharsets.UTF_8);
  private static final byte[] AFTER = "</handover></iq>".getBytes(StandardCharsets.UTF_8);

  private static final Doorkeeper DOORKEEPER =
      new Doorkeeper(
          new LocalDomains(Map.of(OURS, new Administrators(List.of(), Set.of())), List.of()),
          Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));

  private HandoverFuzz() {}

  /** Called once by the fuzzer. */
  public static void fuzzerInitialize() {
    Smack.ready();
  }

  /** Called by the fuzzer for each input; what it throws is a finding. */
  public static void fuzzerTestOneInput(byte[] input) {
    for (Stanza stanza : StreamFuzz.read(List.of(BEFORE, input, AFTER))) {
      if (stanza instanceof Handover handover && handover.inner() instanceof Presence presence) {
        admit(presence, handover.seq());
      }
    }
  }

  private static void admit(Presence presence, String seq) {
    Change change =
        DOORKEEPER.admit(
            text(presence.getFrom()),
            text(presence.getTo()),
            presence.getType().toString(),
            presence.getStanzaId(),
            presence.getError() == null ? null : presence.getError().getCondition().toString(),
            seq,
            0L);
    if (change == null) {
      return;
    }
    Domain peer = new Domain(change.text("peer")); // or it throws
    if (peer.equals(OURS)
        || !peer.equals(Domain.of(change.text("address")))
        || !change.text("address").matches("[^\\p{Cntrl}\\p{Space}<>&'\"@/]+")) {
      throw new AssertionError("let in: " + change);
    }
  }

  private static String text(Object jid) {
    return jid == null ? null : jid.toString();
  }
}
