package org.serverroster.outbox;

import static org.serverroster.roster.SubscriptionStanza.UNSUBSCRIBED;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.jivesoftware.smack.packet.Presence;
import org.jxmpp.stringprep.XmppStringprepException;
import org.serverroster.roster.Change;
import org.serverroster.roster.Peers;
import org.serverroster.roster.Subscription;

/**
 * The presence that is said to whoever may hear it: at the start, at the end, and to a probe (RFC
 * 6121, sections 4.2, 4.3 and 4.5). It is not kept anywhere, so it leaves only while the stream is
 * up.
 */
public final class Greetings {

  private static final int PAGE = 1000;

  /** So long a farewell goes on to further peers. */
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  /** Until then that of another replica is over, or what is said meanwhile is not heard last. */
  private static final Duration AFTER_A_FAREWELL = Duration.ofSeconds(8);

  private final List<String> domains;
  private final Stanzas stanzas;
  private final Disagreements disagreements;
  private final BooleanSupplier streamIsUp;
  private final Clock clock;

  /** How many farewells there had been when all peers were last told that we are here. */
  private volatile Long greetedAfter;

  /** How many there are now, and since when that is known. */
  private volatile long farewells;

  private volatile Instant noticedAt;

  private volatile Instant silentFrom = Instant.MAX;
  private volatile boolean begun;
  private volatile boolean broken;

  /**
   * @param disagreements who asks without being trusted
   * @param streamIsUp whether stanzas can leave from here
   * @param domains ours; nobody is told in the name of another one
   * @param clock now
   */
  public Greetings(
      Stanzas stanzas,
      Disagreements disagreements,
      BooleanSupplier streamIsUp,
      Collection<String> domains,
      Clock clock) {
    this.domains = List.copyOf(domains);
    this.stanzas = stanzas;
    this.disagreements = disagreements;
    this.streamIsUp = streamIsUp;
    this.clock = clock;
  }

  /** Whether anybody can be told anything from here. */
  public boolean mayGreet() {
    return streamIsUp.getAsBoolean();
  }

  /**
   * Takes note of how many farewells the peers have heard from any of the replicas.
   *
   * @param said so many, as the database has it
   */
  public void hear(@Body Number said) {
    if (noticedAt == null || said.longValue() != farewells) {
      farewells = said.longValue();
      noticedAt = clock.instant();
    }
  }

  /**
   * Whether the peers are still to be told that we are here: nobody has from here, or another
   * replica has told them since that we are not; its farewell is over before they hear otherwise.
   */
  public boolean mustGreet() {
    return streamIsUp.getAsBoolean()
        && (greetedAfter == null || (greetedAfter != farewells && isPast(noticedAt)));
  }

  /** By a clock that may have been set back meanwhile. */
  private boolean isPast(Instant farewell) {
    Instant now = clock.instant();
    return now.isBefore(farewell) || !now.isBefore(farewell.plus(AFTER_A_FAREWELL));
  }

  /** Whether it is the first time, when nobody knows yet who is there. */
  public boolean isFirst() {
    return greetedAfter == null;
  }

  /** Begins to tell all peers. */
  public void begin() {
    begun = true;
    broken = false;
  }

  /** One could not be told; when it is for the stream, all are told again. */
  public void missed() {
    broken = broken || !streamIsUp.getAsBoolean();
  }

  /** All peers were told, unless the stream broke meanwhile: then all are told again. */
  public void greeted() {
    if (streamIsUp.getAsBoolean() && !broken) {
      greetedAfter = farewells;
    }
  }

  /** Begins to tell them that we go; whom it has not come to soon is not told. */
  public void takeLeave() {
    silentFrom = clock.instant().plus(FAREWELL);
  }

  /** Whether to tell the peers that we go: from here some were told that we are here. */
  public boolean mustTakeLeave() {
    return begun && streamIsUp.getAsBoolean();
  }

  /**
   * Whether there is another page of peers to go through.
   *
   * @param page the last one, null before the first
   */
  public boolean mayGoOn(@ExchangeProperty("page") List<Map<String, Object>> page) {
    return streamIsUp.getAsBoolean()
        && clock.instant().isBefore(silentFrom)
        && (page == null || page.size() == PAGE);
  }

  /** In whose names peers are told, one after the other. */
  public List<String> domains() {
    return domains;
  }

  /**
   * Where the next page begins: behind the last one.
   *
   * @param domain whose peers they are
   * @param page the last one, null before the first
   */
  public Map<String, Object> nextPage(
      @ExchangeProperty("domain") String domain,
      @ExchangeProperty("page") List<Map<String, Object>> page) {
    return Map.of(
        "domain", domain, "peer", page == null ? "" : page.get(page.size() - 1).get("peer"));
  }

  /**
   * What the peers of a page are told.
   *
   * @param occasion {@code start}; {@code return}, when they were told that we are not here; {@code
   *     stop}
   */
  public List<Presence> of(
      @ExchangeProperty("page") List<Map<String, Object>> page,
      @ExchangeProperty("occasion") String occasion)
      throws XmppStringprepException {
    List<Presence> greetings = new ArrayList<>();
    for (Map<String, Object> peer : page) {
      Subscription state = Subscription.ofState((String) peer.get("state"));
      String address = (String) peer.get("address");
      if (state.from()) {
        String kind = occasion.equals("stop") ? Peers.UNAVAILABLE : Peers.AVAILABLE;
        greetings.add(presence(kind, peer, address));
      }
      if (state.to() && occasion.equals("start")) {
        greetings.add(presence(Peers.PROBE, peer, address));
      }
    }
    return greetings;
  }

  /**
   * The answer to a probe (RFC 6121, section 4.3.2).
   *
   * @param row what we keep of the peer, null when we have never heard of it
   * @return null when a blocked peer asks
   */
  public Presence answer(Change probe, Map<String, ?> row) throws XmppStringprepException {
    if (row != null && Boolean.TRUE.equals(row.get("blocked"))) {
      return null;
    }
    boolean trusted = row != null && Subscription.ofState((String) row.get("state")).from();
    if (!trusted) {
      disagreements.noticed(probe, row == null ? "unknown" : (String) row.get("state"));
    }
    return presence(trusted ? Peers.AVAILABLE : UNSUBSCRIBED.type(), probe, probe.text("address"));
  }

  private Presence presence(String kind, Map<String, ?> pair, String address)
      throws XmppStringprepException {
    return stanzas.write(
        Map.of(
            "kind",
            kind,
            "domain",
            pair.get("domain"),
            "recipient",
            address,
            "wire_id",
            UUID.randomUUID()));
  }
}
