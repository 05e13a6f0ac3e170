package org.serverroster.xmpp;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jivesoftware.smack.packet.IQ;
import org.jxmpp.jid.Jid;

/**
 * Our questions that wait for an answer. An answer counts only if both its id and its sender are
 * those of the question, because ids can be guessed (RFC 6120, 8.1.3).
 */
final class PendingAnswers {

  private record Question(String from, String id) {}

  private final Map<Question, CompletableFuture<IQ>> waiting = new ConcurrentHashMap<>();

  /**
   * Remembers a question that is about to be sent.
   *
   * @return completes with the answer, which may be an error, or with {@link
   *     AcknowledgementMissingException} after {@code timeoutMillis}
   */
  CompletableFuture<IQ> expect(Jid from, String id, long timeoutMillis) {
    Question question = new Question(from.toString(), id);
    CompletableFuture<IQ> answer = new CompletableFuture<>();
    if (waiting.putIfAbsent(question, answer) != null) {
      throw new IllegalStateException("a question with this id is already under way");
    }
    return answer
        .orTimeout(timeoutMillis, TimeUnit.MILLISECONDS)
        .whenComplete((iq, problem) -> waiting.remove(question, answer))
        .exceptionallyCompose(
            problem ->
                CompletableFuture.failedFuture(
                    unwrap(problem) instanceof TimeoutException
                        ? new AcknowledgementMissingException(question.from(), timeoutMillis)
                        : unwrap(problem)));
  }

  /**
   * Takes an answer.
   *
   * @return false if nobody waits for it
   */
  boolean complete(IQ answer) {
    if (answer.getFrom() == null || answer.getStanzaId() == null) {
      return false;
    }
    CompletableFuture<IQ> waiter =
        waiting.get(new Question(answer.getFrom().toString(), answer.getStanzaId()));
    return waiter != null && waiter.complete(answer);
  }

  private static Throwable unwrap(Throwable problem) {
    return problem instanceof CompletionException ? problem.getCause() : problem;
  }

  /** Answers one question with {@code problem}, because it was not asked after all. */
  void forget(Jid from, String id, Exception problem) {
    CompletableFuture<IQ> answer = waiting.get(new Question(from.toString(), id));
    if (answer != null) {
      answer.completeExceptionally(problem);
    }
  }

  /** Answers all questions with {@code problem}: no other answer can come. */
  void failAll(Exception problem) {
    waiting.values().forEach(answer -> answer.completeExceptionally(problem));
  }
}
