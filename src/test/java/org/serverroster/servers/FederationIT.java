package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.serverroster.lab.Estate.patiently;
import static org.serverroster.lab.HostServer.Kind.EJABBERD;
import static org.serverroster.lab.HostServer.Kind.PROSODY;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.serverroster.lab.Authority;
import org.serverroster.lab.Dns;
import org.serverroster.lab.Entity;
import org.serverroster.lab.HostServer;
import org.serverroster.lab.Lab;
import org.serverroster.lab.Side;
import org.serverroster.lab.SmtpCatcher;

/**
 * The federated matrix: two servers over real s2s, each with a Server Roster of its own that keeps
 * the rosters of two entities, the host's (by the shim) and the component's own domain.
 *
 * <ul>
 *   <li>Each of the four pairs of servers goes through everyday life twice, with TLS required and
 *       without, in each of these three ways: host with host, component with component, host with
 *       component.
 *   <li>Each of the four pairs goes through hard times once, alternately with TLS and without.
 *   <li>Each of the two servers, with both its entities, meets a stock Prosody and a stock
 *       ejabberd, with TLS required and without.
 * </ul>
 *
 * At the end of every flow both rosters agree with each other, and each with the table of RFC 6121
 * replayed over what went over its component's stream. A component on a server that has no shim at
 * all is in {@link ComponentDomainIT}; a restart in each of the nine states in {@code RestartIT}.
 */
@Tag("servers")
class FederationIT {
  @TempDir Path folder;

  @ParameterizedTest(name = "{0} and {1}, TLS required: {2}, hard times: {3}")
  @CsvSource({
    "PROSODY, PROSODY, false, true",
    "PROSODY, PROSODY, true, false",
    "PROSODY, EJABBERD, false, false",
    "PROSODY, EJABBERD, true, true",
    "EJABBERD, PROSODY, false, true",
    "EJABBERD, PROSODY, true, false",
    "EJABBERD, EJABBERD, false, false",
    "EJABBERD, EJABBERD, true, true"
  })
  void theLifeOfATrust(HostServer.Kind one, HostServer.Kind other, boolean tls, boolean hardTimes)
      throws Exception {
    var authority = tls ? Authority.in(folder.resolve("authority")) : null;
    try (var dns = Dns.start();
        var smtp = SmtpCatcher.start()) {
      var starting =
          soon(() -> Side.start(folder.resolve("left"), dns, smtp, authority, one, "capulet.lit"));
      try (var right =
              Side.start(folder.resolve("right"), dns, smtp, authority, other, "montague.lit");
          var left = starting.join()) {
        live(left, right, hardTimes);
      }
    }
  }

  private static void live(Side left, Side right, boolean hardTimes) throws Exception {
    try {
      everyday(left.host(), right.component());
      revoke(left.host(), right.component());
      everyday(left.component(), right.component());
      everyday(left.host(), right.host());
      if (hardTimes) {
        ourSideRestartsWhileBothTrust(left, right);
        revoke(left.host(), right.host());
        theirServerIsDownAndComesBack(left, right);
        ourSideDiesWhilePending(left, right);
      }
    } catch (Exception | AssertionError failure) {
      failure.addSuppressed(new AssertionError(left.warnings() + "\n" + right.warnings()));
      throw failure;
    }
  }

  @ParameterizedTest(name = "{0}, TLS required: {1}")
  @CsvSource({"PROSODY, true", "PROSODY, false", "EJABBERD, true", "EJABBERD, false"})
  void aServerWithoutServerRosterProvesNothing(HostServer.Kind ours, boolean tls) throws Exception {
    var authority = tls ? Authority.in(folder.resolve("authority")) : null;
    try (var dns = Dns.start();
        var smtp = SmtpCatcher.start();
        var eager = stock(PROSODY, "montague.lit", dns, authority);
        var deaf = stock(EJABBERD, "verona.lit", dns, authority);
        var left = Side.start(folder.resolve("left"), dns, smtp, authority, ours, "capulet.lit")) {
      eager.start();
      deaf.start();
      var answersEverybody = Entity.withoutRoster("montague.lit");
      var saysNothing = Entity.withoutRoster("verona.lit");
      for (Entity entity : List.of(left.host(), left.component())) {
        entity.asks(answersEverybody);
        entity.asks(saysNothing);
      }
      for (Entity entity : List.of(left.host(), left.component())) {
        entity.awaits("to", answersEverybody);
        patiently()
            .until(() -> entity.knows(answersEverybody).get("mayAnswerEverybody").asBoolean());
        patiently()
            .until(
                () ->
                    entity.mailsAbout(answersEverybody).stream()
                        .anyMatch(mail -> mail.text().contains("may answer everybody")));
        entity.does("unsubscribe", answersEverybody);
        patiently().until(() -> said(entity, answersEverybody).contains("unsubscribe"));

        patiently().until(() -> said(entity, saysNothing).startsWith("subscribe subscribe"));
        assertThat(entity.state(saysNothing), is("none+pending-out"));
        for (Entity other : List.of(answersEverybody, saysNothing)) {
          assertThat(entity.trusts(other), is(false));
          assertThat(
              entity.history(other).toString(), entity.replayed(other), is(entity.state(other)));
        }
      }
    }
  }

  /** A server that has never heard of us, as it is shipped; some component makes it listen. */
  private HostServer stock(HostServer.Kind kind, String domain, Dns dns, Authority authority)
      throws IOException {
    HostServer server = kind.in(folder.resolve(domain), dns);
    server.host(domain).component("gateway." + domain, Lab.SECRET);
    if (authority != null) {
      server.federateOverTls(authority, authority);
    }
    return server;
  }

  private static String said(Entity one, Entity other) {
    return one.history(other).stream()
        .filter(step -> !step.inbound())
        .map(step -> step.type())
        .reduce((first, second) -> first + " " + second)
        .orElse("");
  }

  /** What happens while all servers are up; ends in trust both ways. */
  private static void everyday(Entity one, Entity other) {
    requestAndApprove(one, other);
    revoke(other, one);
    requestAndApprove(other, one);
    revoke(other, one);
    requestAndDeny(one, other);
    withdraw(one, other);
    bothAskAtOnce(one, other);
  }

  private static void requestAndApprove(Entity asking, Entity asked) {
    asking.asks(asked);
    asked.awaits("none+pending-in", asking);
    asking.awaits("none+pending-out", asked);
    asked.decides("approve", asking);
    agree(asking, asked, "both");
    patiently().until(() -> asking.sees(asked));
    asked.forgetMails();
  }

  private static void requestAndDeny(Entity asking, Entity asked) {
    asking.asks(asked);
    asked.awaits("none+pending-in", asking);
    asked.decides("deny", asking);
    agree(asking, asked, "none");
    asked.forgetMails();
    asked.does("allow-again", asking);
  }

  private static void revoke(Entity revoking, Entity other) {
    revoking.does("revoke", other);
    agree(revoking, other, "none");
    assertThat(revoking.trusts(other) || other.trusts(revoking), is(false));
  }

  private static void withdraw(Entity asking, Entity asked) {
    asking.asks(asked);
    asked.awaits("none+pending-in", asking);
    asking.does("unsubscribe", asked);
    agree(asking, asked, "none");
    asked.forgetMails();
  }

  private static void bothAskAtOnce(Entity one, Entity other) {
    CompletableFuture.allOf(
            CompletableFuture.runAsync(() -> one.asks(other)),
            CompletableFuture.runAsync(() -> other.asks(one)))
        .join();
    agree(one, other, "both");
    one.forgetMails();
  }

  private static void ourSideRestartsWhileBothTrust(Side one, Side other) throws Exception {
    patiently().until(() -> other.host().sees(one.host()));
    patiently().until(() -> other.component().sees(one.component()));
    one.roster().stop();
    patiently().until(() -> !other.host().sees(one.host()));
    patiently().until(() -> !other.component().sees(one.component()));
    one.roster().start();
    patiently().until(() -> other.host().sees(one.host()));
    patiently().until(() -> other.component().sees(one.component()));
    patiently().until(() -> one.host().sees(other.host()));
    one.roster().kill9();
    one.roster().start();
    patiently().until(() -> one.host().sees(other.host()));
    patiently().until(() -> one.component().sees(other.component()));
    agree(one.host(), other.host(), "both");
    agree(one.component(), other.component(), "both");
  }

  private static void theirServerIsDownAndComesBack(Side one, Side other) throws Exception {
    Entity ours = one.host();
    Entity theirs = other.host();
    other.server().kill9();
    ours.asks(theirs);
    patiently().until(() -> !ours.knows(theirs).get("lastError").isNull());
    ours.awaits("none+pending-out", theirs);
    other.server().start();
    other.roster().awaitReady();
    theirs.awaits("none+pending-in", ours);
    theirs.decides("deny", ours);
    agree(ours, theirs, "none");
    theirs.does("allow-again", ours);
    theirs.forgetMails();
  }

  private static void ourSideDiesWhilePending(Side one, Side other) throws Exception {
    one.host().asks(other.host());
    other.host().awaits("none+pending-in", one.host());
    one.roster().kill9();
    other.roster().kill9();
    other.roster().start();
    other.host().decides("approve", one.host());
    one.roster().start();
    agree(one.host(), other.host(), "both");
  }

  /**
   * Both have this state, it stays, and each is what the RFC says of what it has heard and said.
   */
  private static void agree(Entity one, Entity other, String state) {
    one.awaits(state, other);
    other.awaits(state, one);
    for (List<Entity> pair : List.of(List.of(one, other), List.of(other, one))) {
      Entity here = pair.get(0);
      Entity there = pair.get(1);
      patiently()
          .untilAsserted(
              () ->
                  assertThat(
                      here + " heard and said " + here.history(there),
                      here.replayed(there),
                      is(state)));
      assertThat(here.state(there), is(state));
    }
  }

  private static CompletableFuture<Side> soon(Callable<Side> start) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return start.call();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
