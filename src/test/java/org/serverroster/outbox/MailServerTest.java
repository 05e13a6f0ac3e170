package org.serverroster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.AddressException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.util.MailConnectException;
import org.eclipse.angus.mail.util.SocketConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MailServerTest {

  private static final Instant NOW = Instant.parse("2026-11-25T09:00:00Z");

  private final MailServer server = new MailServer(Clock.fixed(NOW, ZoneOffset.UTC));

  @Test
  void aServerThatCannotBeReachedIsAwayUntilItTakesAMail() {
    SocketConnectException refused =
        new SocketConnectException("refused", null, "127.0.0.1", 25, 1000);
    assertTrue(
        isAway(new RuntimeException(new NotConnectedException(new MailConnectException(refused)))));
    assertEquals(Optional.of(NOW), server.absence().since());
    assertTrue(server.absence().reason().isPresent());
    server.cameBack();
    assertEquals(Optional.empty(), server.absence().since());
    assertEquals(Optional.empty(), server.absence().reason());
  }

  @Test
  void soIsOneThatIsSilentOrCloses() {
    assertTrue(isAway(new MessagingException("", new SocketTimeoutException("silent"))));
    for (int code : new int[] {421, 452, 454}) {
      server.cameBack();
      assertTrue(isAway(answer(code)), "" + code);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {450, 451, 550, 554})
  void oneThatDoesNotWantThisMailIsThere(int code) {
    assertFalse(isAway(answer(code)));
    assertEquals(Optional.empty(), server.absence().since());
  }

  @Test
  void whatIsNotAboutMailSaysNothingOfIt() {
    assertFalse(isAway(new SQLException("away", "08006")));
    assertFalse(isAway(new IllegalStateException()));
    assertFalse(isAway(new RuntimeException(new AddressException("no address"))));
  }

  private boolean isAway(Exception failure) {
    Map<String, Object> row = Map.of("attempts", 1);
    Map<String, Object> judged = server.judged(row, failure);
    assertEquals(1, judged.get("attempts"));
    return Boolean.TRUE.equals(judged.get("away"));
  }

  private static SMTPSendFailedException answer(int code) {
    return new SMTPSendFailedException("DATA", code, "no", null, null, null, null);
  }
}
