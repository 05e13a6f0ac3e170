package org.serverroster.dossier;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.camel.Body;
import org.apache.camel.ProducerTemplate;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smackx.disco.packet.DiscoverInfo;
import org.jivesoftware.smackx.iqversion.packet.Version;
import org.jivesoftware.smackx.ping.packet.Ping;
import org.jxmpp.jid.impl.JidCreate;
import org.jxmpp.stringprep.XmppStringprepException;
import org.serverroster.roster.Moments;

/**
 * Asks a peer's server about itself, all questions at once, and waits no longer than a few seconds:
 * what has not come by then is not known. What came is good for an hour; who did not answer is
 * asked again after five minutes.
 */
public final class DossierGatherer {

  private static final Duration MOST = Duration.ofSeconds(3);
  private static final Duration FRESH = Duration.ofHours(1);

  /** So soon a server that did not answer is asked again. */
  private static final Duration SILENT = Duration.ofMinutes(5);

  private final ProducerTemplate template;
  private final BooleanSupplier streamIsUp;
  private final Clock clock;
  private final Map<String, CompletableFuture<Map<String, Object>>> underWay =
      new ConcurrentHashMap<>();

  /**
   * @param template sends to {@code direct:ask-peer}
   * @param streamIsUp whether anybody can be asked from here
   * @param clock now
   */
  public DossierGatherer(ProducerTemplate template, BooleanSupplier streamIsUp, Clock clock) {
    this.template = template;
    this.streamIsUp = streamIsUp;
    this.clock = clock;
  }

  /**
   * Whether to ask: it can be done from here, and nobody has within the last hour, or, when the
   * server did not answer, within the last five minutes. Whether somebody is just doing so {@link
   * #gather} sees.
   *
   * @param row {@code fetched_at}, {@code reachability}; null when nobody ever has
   */
  public boolean isDue(@Body Map<String, Object> row) {
    if (!streamIsUp.getAsBoolean()) {
      return false; // what was known is worth more than that nobody answered
    }
    if (row == null) {
      return true;
    }
    Instant fetched = Moments.instant(row.get("fetched_at"));
    Duration good = "answers".equals(row.get("reachability")) ? FRESH : SILENT;
    return fetched.plus(good).isBefore(clock.instant());
  }

  /**
   * Asks and waits; whoever comes while somebody else is asking the same waits with them.
   *
   * @param pair {@code domain}: in whose name; {@code peer}: whom
   * @return the row to keep; null when those who asked have failed, as when the stream has broken
   */
  public Map<String, Object> gather(Map<String, ?> pair) throws InterruptedException {
    String domain = (String) pair.get("domain");
    String peer = (String) pair.get("peer");
    CompletableFuture<Map<String, Object>> mine = new CompletableFuture<>();
    CompletableFuture<Map<String, Object>> theirs = underWay.putIfAbsent(domain + " " + peer, mine);
    if (theirs != null) {
      return await(theirs, System.nanoTime() + 2 * MOST.toNanos());
    }
    try {
      mine.complete(interview(domain, peer));
    } finally {
      underWay.remove(domain + " " + peer);
      mine.complete(null);
    }
    return mine.join();
  }

  private Map<String, Object> interview(String domain, String peer) throws InterruptedException {
    List<CompletableFuture<IQ>> asked =
        List.of(
            ask(new DiscoverInfo(), domain, peer),
            ask(new Version(), domain, peer),
            ask(new Ping(), domain, peer));
    long deadline = System.nanoTime() + MOST.toNanos();
    Answers answers =
        new Answers(
            await(asked.get(0), deadline),
            await(asked.get(1), deadline),
            await(asked.get(2), deadline));
    if (!streamIsUp.getAsBoolean()) {
      return null;
    }
    Map<String, Object> row = new HashMap<>();
    row.put("domain", domain);
    row.put("peer", peer);
    row.put("now", clock.instant().atOffset(java.time.ZoneOffset.UTC));
    row.put("reachability", answers.reachability());
    row.put("supportsServerPresence", answers.supportsServerPresence());
    row.put("software", answers.software());
    row.put("identities", answers.identities());
    row.put("contacts", answers.contacts());
    return row;
  }

  private CompletableFuture<IQ> ask(IQ question, String domain, String peer) {
    try {
      question.setType(IQ.Type.get);
      question.setFrom(JidCreate.domainBareFrom(domain));
      question.setTo(JidCreate.domainBareFrom(peer));
    } catch (XmppStringprepException e) {
      return CompletableFuture.completedFuture(null);
    }
    return template.asyncRequestBody("direct:ask-peer", question, IQ.class);
  }

  private static <T> T await(CompletableFuture<T> answer, long deadline)
      throws InterruptedException {
    try {
      return answer.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return null; // not known, which is said
    }
  }
}
