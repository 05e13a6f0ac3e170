package org.serverroster.web;

import io.quarkus.elytron.security.common.BcryptUtil;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.UsernamePasswordAuthenticationRequest;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.serverroster.config.Settings;

/**
 * Who may log in: the user {@code admin} and those under {@code roster.users}. What a bcrypt hash
 * has confirmed is remembered for a minute under a keyed hash, so that no password hash is computed
 * for every request.
 */
@Singleton
class Accounts implements IdentityProvider<UsernamePasswordAuthenticationRequest> {

  static final String CHALLENGE = "Basic realm=\"Server Roster\", charset=\"UTF-8\"";

  private static final String ADMIN = "admin";
  private static final Duration REMEMBERED = Duration.ofMinutes(1);
  private static final int MOST_REMEMBERED = 1000;

  /** Where a hash says, in two digits, how often it was computed: after "$2y$". */
  private static final int COST = 4;

  private final Settings settings;
  private final Clock clock;
  private final PasswordChecks checks;
  private final SecretKeySpec key;
  private final String nobodysHash;
  private final Map<String, Instant> confirmed = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<Boolean>> underWay = new ConcurrentHashMap<>();

  Accounts(Settings settings, Clock clock, SecureRandom random, PasswordChecks checks) {
    this.settings = settings;
    this.clock = clock;
    this.checks = checks;
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    this.key = new SecretKeySpec(bytes, "HmacSHA256");
    this.nobodysHash = nobodysHash();
  }

  /** The library does not know $2b$, which is another name of $2y$. */
  private static String known(String hash) {
    return hash.startsWith("$2b$") ? "$2y$" + hash.substring(COST) : hash;
  }

  /**
   * Nobody's password is as much work as that of whoever has the most, so that no time tells a
   * name; unless all have chosen less than what is usual.
   */
  private String nobodysHash() {
    StringBuilder hash = new StringBuilder(BcryptUtil.bcryptHash("nobody"));
    String most =
        Stream.concat(
                Stream.of(hash.toString()),
                settings.users().values().stream().map(Settings.User::passwordHash))
            .map(any -> any.substring(COST, COST + 2))
            .max(Comparator.naturalOrder())
            .orElseThrow();
    return hash.replace(COST, COST + 2, most).toString();
  }

  @Override
  public Class<UsernamePasswordAuthenticationRequest> getRequestType() {
    return UsernamePasswordAuthenticationRequest.class;
  }

  @Override
  public Uni<SecurityIdentity> authenticate(
      UsernamePasswordAuthenticationRequest request, AuthenticationRequestContext context) {
    String password = new String(request.getPassword().getPassword());
    return verify(request.getUsername(), password)
        .map(right -> identity(request.getUsername(), right));
  }

  private Uni<Boolean> verify(String name, String password) {
    Settings.User user = settings.users().get(name);
    return name.equals(ADMIN) && user == null
        ? Uni.createFrom().item(() -> equal(password, settings.admin().password()))
        : matches(name, password, user == null ? nobodysHash : known(user.passwordHash()));
  }

  private SecurityIdentity identity(String name, boolean right) {
    Settings.User user = settings.users().get(name);
    if (!right || (user == null && !name.equals(ADMIN))) {
      throw new AuthenticationFailedException("wrong user or password");
    }
    Set<String> roles = user == null ? Set.of(ADMIN) : Set.copyOf(user.roles());
    return QuarkusSecurityIdentity.builder()
        .setPrincipal(new QuarkusPrincipal(name))
        .addRoles(roles)
        .build();
  }

  private Uni<Boolean> matches(String name, String password, String hash) {
    String known = code(name + "\n" + password + "\n" + hash);
    Instant until = confirmed.get(known);
    if (until != null && until.isAfter(clock.instant())) {
      return Uni.createFrom().item(true);
    }
    // Many connections of one program log in at the same moment: one of them computes.
    CompletableFuture<Boolean> mine = new CompletableFuture<>();
    CompletableFuture<Boolean> another = underWay.putIfAbsent(known, mine);
    if (another != null) {
      return comesBack(another);
    }
    checks
        .later(() -> compare(known, password, hash))
        .whenComplete(
            (right, failure) -> {
              underWay.remove(known, mine);
              if (failure == null) {
                mine.complete(right);
              } else {
                mine.completeExceptionally(failure);
              }
            });
    return comesBack(mine);
  }

  private boolean compare(String known, String password, String hash) {
    boolean right = BcryptUtil.matches(password, hash);
    if (right && !hash.equals(nobodysHash)) {
      if (confirmed.size() >= MOST_REMEMBERED) {
        confirmed.clear();
      }
      confirmed.put(known, clock.instant().plus(REMEMBERED));
    }
    return right;
  }

  /** The request goes on where it has come from, not on the thread that has compared. */
  private static Uni<Boolean> comesBack(CompletableFuture<Boolean> answer) {
    Context request = Vertx.currentContext();
    Uni<Boolean> later = Uni.createFrom().completionStage(answer);
    return request == null
        ? later
        : later.emitOn(task -> request.runOnContext(nothing -> task.run()));
  }

  private boolean equal(String one, String other) {
    return MessageDigest.isEqual(
        code(one).getBytes(StandardCharsets.US_ASCII),
        code(other).getBytes(StandardCharsets.US_ASCII));
  }

  private String code(String text) {
    try {
      Mac mac = Mac.getInstance(key.getAlgorithm());
      mac.init(key);
      return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
