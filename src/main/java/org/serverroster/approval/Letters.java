package org.serverroster.approval;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.serverroster.dossier.Dossier;
import org.serverroster.roster.Domain;
import org.serverroster.roster.Moments;

/** Writes the mails that ask administrators for a decision. */
public final class Letters {

  /** The kinds of mail that ask; all others tell. */
  private static final Set<String> ASKING = Set.of("request", "reminder", "escalation", "review");

  /**
   * What a mail about a request says.
   *
   * @param kind {@code request}, {@code reminder}, {@code escalation} or {@code review}
   * @param review whether an approval that was given is to be confirmed
   * @param dossier what is known about the peer
   * @param approve the link that leads to approving; {@code deny} to denying
   */
  public record RequestLetter(
      String kind,
      boolean review,
      String subject,
      Domain domain,
      Domain peer,
      String received,
      String expires,
      List<Dossier.Line> dossier,
      String approve,
      String deny) {

    /** Whether the administrators were asked before. */
    public boolean again() {
      return kind.equals("reminder");
    }

    /** Whether the administrators were asked, and did not decide, so that somebody else is. */
    public boolean escalation() {
      return kind.equals("escalation");
    }
  }

  @CheckedTemplate(defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
  static final class Templates {
    static native TemplateInstance requestText(RequestLetter letter);

    static native TemplateInstance requestHtml(RequestLetter letter);

    private Templates() {}
  }

  private final Links links;
  private final Clock clock;
  private final Correspondence correspondence;
  private final Addressees addressees;

  /**
   * @param addressees who is written to
   * @param correspondence who writes, and where links lead
   */
  public Letters(Links links, Clock clock, Correspondence correspondence, Addressees addressees) {
    this.links = links;
    this.clock = clock;
    this.correspondence = correspondence;
    this.addressees = addressees;
  }

  /** Whether the mail of this row of the outbox asks for a decision. */
  public static boolean asks(@ExchangeProperty("departure") Map<String, Object> departure) {
    return ASKING.contains(departure.get("kind"));
  }

  /**
   * Whether the mail need not leave any more: it asks about a request that has ended, or its
   * addressee is named by no setting any more, perhaps since the address was wrong.
   *
   * @param request the row of the request, null when the mail is about none
   */
  public boolean isMoot(
      @ExchangeProperty("departure") Map<String, Object> departure,
      @Body Map<String, Object> request) {
    return asks(departure) && (request == null || !"open".equals(request.get("outcome")))
        || addressees.areGone(departure);
  }

  /** Why it need not: how its request has ended, or that nobody is to be asked there any more. */
  public String because(
      @ExchangeProperty("departure") Map<String, Object> departure,
      @Body Map<String, Object> request) {
    if (addressees.areGone(departure)) {
      return "no-administrator-any-more";
    }
    return request == null ? "gone" : (String) request.get("outcome");
  }

  /**
   * The mail that asks one administrator about one request. Every call makes a new link; the
   * Message-ID stays, so a repeated mail can be recognised.
   *
   * @param request the row of the request
   * @param departure the row of the outbox
   * @param dossier what is known about the peer
   */
  public Letter request(
      @Body Map<String, Object> request,
      @ExchangeProperty("departure") Map<String, Object> departure,
      @ExchangeProperty("dossier") Dossier dossier) {
    String token = links.newToken();
    String administrator = (String) departure.get("recipient");
    Domain domain = new Domain((String) request.get("domain"));
    Domain peer = new Domain((String) request.get("peer"));
    String kind = (String) departure.get("kind");
    boolean review = "review".equals(request.get("kind"));
    String subject =
        review ? "Is " + peer + " still to be trusted by " + domain + "?" : subject(peer, domain);
    RequestLetter letter =
        new RequestLetter(
            kind,
            review,
            kind.equals("reminder") ? "Re: " + subject : subject,
            domain,
            peer,
            Moments.written(request.get("received_at")),
            Moments.written(request.get("expires_at")),
            dossier.lines(),
            correspondence.approval(token, "approve"),
            correspondence.approval(token, "deny"));
    String first = correspondence.first(request.get("request"), administrator);
    boolean followUp = kind.equals("reminder");
    boolean own =
        followUp || kind.equals("escalation"); // whom that asks may have been asked before
    return new Letter(
        correspondence.from(),
        administrator,
        letter.subject(),
        own ? correspondence.id(departure.get("wire_id")) : first,
        followUp ? first : null,
        Templates.requestText(letter).render(),
        Templates.requestHtml(letter).render(),
        List.of(links.row(token, request.get("request"), administrator, clock.instant())));
  }

  /** The subject of the first mail about a request. */
  static String subject(Domain peer, Domain domain) {
    return peer + " asks to be trusted by " + domain;
  }
}
