package org.serverroster.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.serverroster.approval.Decisions;
import org.serverroster.event.Signature;
import org.serverroster.roster.Account;
import org.serverroster.roster.Action;
import org.serverroster.roster.Change;
import org.serverroster.roster.Domain;
import org.serverroster.roster.Failures;
import org.serverroster.roster.InvalidDomainException;
import org.serverroster.roster.LocalDomains;

/**
 * Takes in what comes by {@code roster.commands.uri}: who vouches for it, what it says, and whether
 * the person in whose name it comes may ask for that. Whatever comes, it answers with a case; it
 * never throws what would bring the same message again.
 *
 * <p>A case has {@code id}, {@code digest}, {@code now}, {@code body}, {@code outcome} ({@code
 * done} until something forbids it), {@code reason}, and what could be read of {@code command},
 * {@code action}, {@code domain}, {@code peer}, {@code actor}, {@code change}. What came before
 * under its id is {@code before}: {@code parked}, which gives way, {@code settled}, which is the
 * same command and stays, or null.
 */
public final class Orders {

  private final OrderReader reader = new OrderReader();
  private final LocalDomains domains;
  private final Decisions decisions;
  private final Optional<Signature> signature;
  private final Clock clock;

  /**
   * @param signature who can sign as this may command; empty when the endpoint knows its senders
   * @param clock now
   */
  public Orders(
      LocalDomains domains, Decisions decisions, Optional<Signature> signature, Clock clock) {
    this.domains = domains;
    this.decisions = decisions;
    this.signature = signature;
    this.clock = clock;
  }

  /** Opens the case of a message. */
  public Map<String, Object> open(Exchange exchange) {
    Map<String, Object> order = new HashMap<>();
    for (String key :
        new String[] {
          "command", "action", "domain", "peer", "actor", "change", "reason", "state", "before"
        }) {
      order.put(key, null);
    }
    order.put("now", Change.utc(clock.instant()));
    order.put("outcome", "done");
    order.put("body", "");
    order.put("id", null);
    order.put("digest", "");
    try {
      byte[] bytes = OrderText.bytes(exchange.getMessage());
      order.put("digest", digest(bytes));
      String text = OrderText.of(bytes);
      order.put("body", text.replace('\0', ' '));
      vouch(exchange.getMessage(), text);
      JsonNode parsed = reader.parse(text);
      Map<String, String> names = reader.names(parsed);
      order.putAll(names);
      order.put("command", names.get("id"));
      order.put("change", change(reader.read(parsed), order));
    } catch (UnacceptableException e) {
      order.put("outcome", "parked");
      order.put("reason", e.getMessage());
    }
    if (order.get("id") == null) {
      order.put("id", "unreadable-" + named(order.get("digest"), order.get("reason")));
    }
    return order;
  }

  /** The case after it was carried out. */
  public Map<String, Object> done(@ExchangeProperty("order") Map<String, Object> order) {
    order.put("state", ((Change) order.get("change")).text("state"));
    return order;
  }

  /** The case when the roster forbids what was asked for. */
  public Map<String, Object> refused(
      @ExchangeProperty("order") Map<String, Object> order,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    order.put("outcome", "refused");
    order.put("reason", failure.getMessage());
    return order;
  }

  /**
   * The case of a command whose id was there before. One that was parked was never done, so it is
   * judged again; a repeat has nothing to do, and the answer of the first time; another one under
   * the same id is parked under one of ours.
   *
   * @param first {@code digest}, {@code outcome} and {@code reason} of what came first under that
   *     id, null when it was forgotten meanwhile
   */
  public Map<String, Object> compared(
      @ExchangeProperty("order") Map<String, Object> order, @Body Map<String, Object> first) {
    order.put("before", null);
    if (first == null) {
      return order;
    }
    boolean same = order.get("digest").equals(first.get("digest"));
    if ("parked".equals(first.get("outcome"))) {
      boolean told = same && isParked(order) && order.get("reason").equals(first.get("reason"));
      order.put("before", told ? "settled" : "parked");
    } else if (same) {
      order.put("before", "settled");
      order.put("outcome", first.get("outcome"));
      order.put("reason", first.get("reason"));
    } else {
      order.put("id", "reused-" + named(order.get("id"), order.get("digest")));
      if (!isParked(order)) {
        order.put("outcome", "parked");
        order.put("reason", "id: it was used for another command before");
      }
    }
    return order;
  }

  /**
   * What its answer is made of. The id of the answer is made from that of the command, but a parked
   * one may be answered otherwise later: its text and the reason are in the id too.
   */
  public Map<String, Object> answer(@ExchangeProperty("order") Map<String, Object> order) {
    Map<String, Object> answer = new HashMap<>(order);
    if (isParked(order)) {
      answer.put("id", named(order.get("id"), order.get("digest"), order.get("reason")));
    }
    return answer;
  }

  /** The case when all of it is kept; from here on a repeat is called one. */
  public Map<String, Object> settled(@ExchangeProperty("order") Map<String, Object> order) {
    if ("settled".equals(order.get("before"))) {
      order.put("outcome", "repeated");
    }
    return order;
  }

  /** Whether it fails again, maybe even to be parked: then it waits, nothing of it is kept. */
  public boolean failsAgain(@ExchangeProperty("order") Map<String, Object> order) {
    return isParked(order) || order.containsKey("failed");
  }

  /**
   * The case when something went wrong that would go wrong again. What the database does not let us
   * park is not done with: acknowledged, it would be lost. Anything else is not tried a third time.
   */
  public Map<String, Object> parked(
      @ExchangeProperty("order") Map<String, Object> order,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure,
      Exchange exchange) {
    if (failsAgain(order) && !isOfDatabase(failure)) {
      exchange.setProperty("settled", true);
    }
    order.put("failed", true);
    order.put("outcome", "parked");
    order.put("reason", "it could not be carried out: " + failure.getClass().getSimpleName());
    return order;
  }

  private static boolean isParked(Map<String, Object> order) {
    return "parked".equals(order.get("outcome"));
  }

  private static boolean isOfDatabase(Throwable failure) {
    return Failures.causes(failure).anyMatch(SQLException.class::isInstance);
  }

  private void vouch(Message message, String text) throws UnacceptableException {
    if (signature.isPresent()
        && !signature
            .get()
            .isValid(
                message.getHeader("webhook-id", String.class),
                message.getHeader("webhook-timestamp", String.class),
                message.getHeader("webhook-signature", String.class),
                text,
                clock.instant())) {
      throw new UnacceptableException(
          "not signed with roster.commands.secret, or more than five minutes ago");
    }
  }

  private Change change(Order read, Map<String, Object> order) throws UnacceptableException {
    Domain ours =
        domains
            .find(read.domain())
            .orElseThrow(() -> new UnacceptableException("domain: this roster is not kept here"));
    Domain peer = peer(read.peer());
    order.put("domain", ours.name());
    order.put("peer", peer.name());
    String actor =
        administrator(ours, read.actor())
            .orElseThrow(
                () ->
                    new UnacceptableException(
                        "actor: neither a mail address nor a JID of an administrator of this"
                            + " domain"));
    Change change =
        decisions
            .byAdministrator(
                Action.valueOf(read.action().toUpperCase(Locale.ROOT)),
                ours,
                peer,
                actor,
                "pipeline",
                read.id())
            .because(read.note());
    return change.choosing(read.preApprove(), read.subscribeBack(), read.block());
  }

  private Domain peer(String name) throws UnacceptableException {
    try {
      return domains.other(name);
    } catch (InvalidDomainException e) {
      throw new UnacceptableException("peer: not the name of another server");
    }
  }

  /** Who that is, as the settings write them: one person has one name in the trail. */
  private Optional<String> administrator(Domain domain, String actor) {
    return domains
        .voter(domain.name(), actor)
        .or(
            () ->
                account(actor)
                    .filter(account -> domains.isAdministrator(domain, account))
                    .map(Account::toString));
  }

  private static Optional<Account> account(String actor) {
    try {
      return Optional.of(Account.of(actor));
    } catch (InvalidDomainException e) {
      return Optional.empty();
    }
  }

  /** The same name for the same things. */
  private static String named(Object... things) {
    String all = Arrays.stream(things).map(String::valueOf).collect(Collectors.joining(" "));
    return UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
