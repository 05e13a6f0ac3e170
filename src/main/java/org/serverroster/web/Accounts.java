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
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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

  private final Settings settings;
  private final Clock clock;
  private final SecretKeySpec key;
  private final String nobodysHash = BcryptUtil.bcryptHash("nobody");
  private final Map<String, Instant> confirmed = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<Boolean>> underWay = new ConcurrentHashMap<>();

  Accounts(Settings settings, Clock clock, SecureRandom random) {
    this.settings = settings;
    this.clock = clock;
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    this.key = new SecretKeySpec(bytes, "HmacSHA256");
  }

  @Override
  public Class<UsernamePasswordAuthenticationRequest> getRequestType() {
    return UsernamePasswordAuthenticationRequest.class;
  }

  @Override
  public Uni<SecurityIdentity> authenticate(
      UsernamePasswordAuthenticationRequest request, AuthenticationRequestContext context) {
    String password = new String(request.getPassword().getPassword());
    return context.runBlocking(() -> identify(request.getUsername(), password));
  }

  private SecurityIdentity identify(String name, String password) {
    Settings.User user = settings.users().get(name);
    boolean right =
        name.equals(ADMIN) && user == null
            ? equal(password, settings.admin().password())
            : matches(name, password, user == null ? nobodysHash : user.passwordHash())
                && user != null;
    if (!right) {
      throw new AuthenticationFailedException("wrong user or password");
    }
    Set<String> roles = user == null ? Set.of(ADMIN) : Set.copyOf(user.roles());
    return QuarkusSecurityIdentity.builder()
        .setPrincipal(new QuarkusPrincipal(name))
        .addRoles(roles)
        .build();
  }

  private boolean matches(String name, String password, String hash) {
    String known = code(name + "\n" + password + "\n" + hash);
    Instant now = clock.instant();
    Instant until = confirmed.get(known);
    if (until != null && until.isAfter(now)) {
      return true;
    }
    // Many connections of one program log in at the same moment: one of them computes.
    CompletableFuture<Boolean> mine = new CompletableFuture<>();
    CompletableFuture<Boolean> another = underWay.putIfAbsent(known, mine);
    if (another != null) {
      return another.join();
    }
    boolean right = false;
    try {
      right = BcryptUtil.matches(password, hash);
      if (right && !hash.equals(nobodysHash)) {
        if (confirmed.size() >= MOST_REMEMBERED) {
          confirmed.clear();
        }
        confirmed.put(known, clock.instant().plus(REMEMBERED));
      }
      return right;
    } finally {
      underWay.remove(known, mine);
      mine.complete(right);
    }
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
