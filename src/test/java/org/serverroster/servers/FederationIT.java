package org.serverroster.servers;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.serverroster.lab.Estate.patiently;
import static org.serverroster.lab.Side.Kind.EJABBERD_ALONE;
import static org.serverroster.lab.Side.Kind.EJABBERD_COMPONENT;
import static org.serverroster.lab.Side.Kind.EJABBERD_WITH_SHIM;
import static org.serverroster.lab.Side.Kind.PROSODY_ALONE;
import static org.serverroster.lab.Side.Kind.PROSODY_COMPONENT;
import static org.serverroster.lab.Side.Kind.PROSODY_WITH_SHIM;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.serverroster.lab.Authority;
import org.serverroster.lab.Dns;
import org.serverroster.lab.Side;
import org.serverroster.lab.Side.Kind;
import org.serverroster.lab.SmtpCatcher;

/**
 * Two servers over real s2s, each with a Server Roster of its own, go through the life of a trust.
 * At the end of every flow both rosters agree with each other, and each with the table of RFC 6121
 * replayed over what went over its component's stream.
 */
@Tag("servers")
class FederationIT {
  @TempDir Path folder;

  static Stream<Arguments> pairs() {
    return Stream.of(
        Arguments.of(PROSODY_WITH_SHIM, PROSODY_WITH_SHIM, false),
        Arguments.of(PROSODY_WITH_SHIM, EJABBERD_WITH_SHIM, true),
        Arguments.of(EJABBERD_WITH_SHIM, PROSODY_WITH_SHIM, false),
        Arguments.of(EJABBERD_WITH_SHIM, EJABBERD_WITH_SHIM, true),
        Arguments.of(PROSODY_WITH_SHIM, EJABBERD_COMPONENT, false),
        Arguments.of(EJABBERD_WITH_SHIM, PROSODY_COMPONENT, true));
  }

  @ParameterizedTest(name = "{0} and {1}, TLS required: {2}")
  @MethodSource("pairs")
  void theLifeOfATrust(Kind leftKind, Kind rightKind, boolean tls) throws Exception {
    var authority = tls ? Authority.in(folder.resolve("authority")) : null;
    try (var dns = Dns.start();
        var smtp = SmtpCatcher.start();
        var left =
            Side.start(folder.resolve("left"), dns, smtp, authority, leftKind, "capulet.lit");
        var right =
            Side.start(folder.resolve("right"), dns, smtp, authority, rightKind, "montague.lit")) {
      live(left, right);
    }
  }

  private static void live(Side left, Side right) throws Exception {
    try {
      requestAndApprove(left, right);
      revoke(right, left);
      requestAndApprove(right, left);
      revoke(right, left);
      requestAndDeny(left, right);
      bothAskAtOnce(left, right);
      ourSideRestartsWhileBothTrust(left, right);
      revoke(left, right);
      withdraw(left, right);
      theirServerIsDownAndComesBack(left, right);
      ourSideDiesWhilePending(left, right);
    } catch (Exception | AssertionError failure) {
      failure.addSuppressed(new AssertionError(left.warnings() + "\n" + right.warnings()));
      throw failure;
    }
  }

  @ParameterizedTest(name = "{0} and {1}")
  @MethodSource("stock")
  void aServerWithoutServerRosterProvesNothing(Kind leftKind, Kind rightKind) throws Exception {
    try (var dns = Dns.start();
        var smtp = SmtpCatcher.start();
        var left = Side.start(folder.resolve("left"), dns, smtp, null, leftKind, "capulet.lit");
        var right =
            Side.start(folder.resolve("right"), dns, smtp, null, rightKind, "montague.lit")) {
      left.asks(right);
      if (rightKind == PROSODY_ALONE) {
        left.awaits("to", right);
        patiently().until(() -> left.knows(right).get("mayAnswerEverybody").asBoolean());
        patiently()
            .until(
                () ->
                    smtp.mails().stream()
                        .anyMatch(mail -> mail.text().contains("may answer everybody")));
      } else {
        // It says nothing, so we ask again.
        patiently()
            .until(
                () ->
                    left.history(right).stream()
                            .filter(step -> !step.inbound() && step.type().equals("subscribe"))
                            .count()
                        >= 2);
        left.awaits("none+pending-out", right);
      }
      assertThat(
          left.roster().visitor().trusted(left.entity(), right.entity()).statusCode(), is(404));
      assertThat(left.history(right).toString(), left.replayed(right), is(left.state(right)));
    }
  }

  static Stream<Arguments> stock() {
    return Stream.of(
        Arguments.of(PROSODY_WITH_SHIM, EJABBERD_ALONE),
        Arguments.of(EJABBERD_WITH_SHIM, PROSODY_ALONE),
        Arguments.of(EJABBERD_COMPONENT, PROSODY_ALONE));
  }

  private static void requestAndApprove(Side asking, Side asked) {
    asking.asks(asked);
    asked.awaits("none+pending-in", asking);
    asking.awaits("none+pending-out", asked);
    asked.decides("approve", asking);
    agree(asking, asked, "both");
    patiently().until(() -> asking.knows(asked).get("online").asBoolean());
    asked.forgetMails();
  }

  private static void requestAndDeny(Side asking, Side asked) {
    asking.asks(asked);
    asked.awaits("none+pending-in", asking);
    asked.decides("deny", asking);
    agree(asking, asked, "none");
    asked.forgetMails();
    asked.does("allow-again", asking);
  }

  private static void revoke(Side revoking, Side other) {
    revoking.does("revoke", other);
    agree(revoking, other, "none");
  }

  private static void withdraw(Side asking, Side asked) {
    asking.asks(asked);
    asked.awaits("none+pending-in", asking);
    asking.does("unsubscribe", asked);
    agree(asking, asked, "none");
    asked.forgetMails();
  }

  private static void bothAskAtOnce(Side one, Side other) {
    CompletableFuture.allOf(
            CompletableFuture.runAsync(() -> one.asks(other)),
            CompletableFuture.runAsync(() -> other.asks(one)))
        .join();
    agree(one, other, "both");
    one.forgetMails();
  }

  private static void ourSideRestartsWhileBothTrust(Side one, Side other) throws Exception {
    patiently().until(() -> other.knows(one).get("online").asBoolean());
    one.roster().stop();
    patiently().until(() -> !other.knows(one).get("online").asBoolean());
    one.roster().start();
    patiently().until(() -> other.knows(one).get("online").asBoolean());
    patiently().until(() -> one.knows(other).get("online").asBoolean());
    one.roster().kill9();
    one.roster().start();
    patiently().until(() -> one.knows(other).get("online").asBoolean());
    agree(one, other, "both");
  }

  private static void theirServerIsDownAndComesBack(Side one, Side other) throws Exception {
    other.server().kill9();
    one.asks(other);
    patiently().until(() -> !one.knows(other).get("lastError").isNull());
    one.awaits("none+pending-out", other);
    other.server().start();
    other.roster().awaitReady();
    other.awaits("none+pending-in", one);
    other.decides("deny", one);
    agree(one, other, "none");
    other.does("allow-again", one);
    other.forgetMails();
  }

  private static void ourSideDiesWhilePending(Side one, Side other) throws Exception {
    one.asks(other);
    other.awaits("none+pending-in", one);
    one.roster().kill9();
    other.roster().kill9();
    other.roster().start();
    other.decides("approve", one);
    one.roster().start();
    agree(one, other, "both");
  }

  /**
   * Both have this state, it stays, and each is what the RFC says of what it has heard and said.
   */
  private static void agree(Side one, Side other, String state) {
    one.awaits(state, other);
    other.awaits(state, one);
    for (List<Side> pair : List.of(List.of(one, other), List.of(other, one))) {
      Side here = pair.get(0);
      Side there = pair.get(1);
      patiently()
          .untilAsserted(
              () ->
                  assertThat(
                      here.entity() + " heard and said " + here.history(there),
                      here.replayed(there),
                      is(state)));
      assertThat(here.state(there), is(state));
    }
  }
}
