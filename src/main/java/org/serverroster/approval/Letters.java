package org.serverroster.approval;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.net.URI;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.serverroster.roster.Change;
import org.serverroster.roster.Domain;

/** Writes the mails that ask administrators. */
public final class Letters {

  /**
   * A mail, ready to be handed over.
   *
   * @param link the row to keep of its link: {@code tokenHash}, {@code request}, {@code
   *     administrator}, {@code now}
   */
  public record Letter(
      String from,
      String to,
      String subject,
      String messageId,
      String text,
      String html,
      Map<String, Object> link) {

    /** Without what the mail says: the link in it is a secret. */
    @Override
    public String toString() {
      return "Letter " + messageId;
    }
  }

  /**
   * What a mail about a request says.
   *
   * @param approve the link that leads to approving; {@code deny} to denying
   */
  public record RequestLetter(
      Domain domain, Domain peer, String received, String expires, String approve, String deny) {}

  @CheckedTemplate(defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
  static final class Templates {
    static native TemplateInstance requestText(RequestLetter letter);

    static native TemplateInstance requestHtml(RequestLetter letter);

    private Templates() {}
  }

  private final Links links;
  private final Clock clock;
  private final URI baseUrl;
  private final String from;

  /**
   * @param baseUrl where links lead: from the settings, never from a request
   * @param from the sender's address
   */
  public Letters(Links links, Clock clock, URI baseUrl, String from) {
    this.links = links;
    this.clock = clock;
    this.baseUrl = baseUrl;
    this.from = from;
  }

  /**
   * The mail that asks one administrator about one request. Every call makes a new link; the
   * Message-ID stays that of the outbox row, so a repeated mail can be recognised.
   *
   * @param request the row of the request
   * @param departure the row of the outbox
   */
  public Letter request(
      @Body Map<String, Object> request,
      @ExchangeProperty("departure") Map<String, Object> departure) {
    String token = links.newToken();
    String administrator = (String) departure.get("recipient");
    RequestLetter letter =
        new RequestLetter(
            new Domain((String) request.get("domain")),
            new Domain((String) request.get("peer")),
            Moments.written(request.get("received_at")),
            Moments.written(request.get("expires_at")),
            approvalUrl(token, "approve"),
            approvalUrl(token, "deny"));
    Map<String, Object> link = new HashMap<>();
    link.put("tokenHash", links.hash(token));
    link.put("request", (UUID) request.get("request"));
    link.put("administrator", administrator);
    link.put("now", Change.utc(clock.instant()));
    return new Letter(
        from,
        administrator,
        letter.peer() + " asks to be trusted by " + letter.domain(),
        "<" + departure.get("wire_id") + "@" + from.substring(from.indexOf('@') + 1) + ">",
        Templates.requestText(letter).render(),
        Templates.requestHtml(letter).render(),
        link);
  }

  private String approvalUrl(String token, String decision) {
    String base = baseUrl.toString();
    String root = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    return root + "/approval/" + token + "?decision=" + decision;
  }
}
