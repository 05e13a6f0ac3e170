package org.serverroster.approval;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.serverroster.roster.Domain;

/** Writes the mails that tell administrators what happened, and ask nothing. */
public final class Notices {

  /**
   * What such a mail says.
   *
   * @param said what happened, in one sentence
   * @param meaning what it means for the trust, and what can be done
   */
  public record NoticeLetter(
      Domain domain, Domain peer, String subject, String said, String meaning, String console) {}

  @CheckedTemplate(defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
  static final class Templates {
    static native TemplateInstance noticeText(NoticeLetter letter);

    static native TemplateInstance noticeHtml(NoticeLetter letter);

    private Templates() {}
  }

  private final Correspondence correspondence;

  /**
   * @param correspondence who writes, and where links lead
   */
  public Notices(Correspondence correspondence) {
    this.correspondence = correspondence;
  }

  /**
   * The mail about something that happened.
   *
   * @param departure the row of the outbox
   * @param peer what is known about the peer: {@code state}, {@code supports_server_presence}
   */
  public Letter write(
      @ExchangeProperty("departure") Map<String, Object> departure, @Body Map<String, ?> peer) {
    Sentence sentence = Sentence.about(departure, peer);
    Domain server = new Domain((String) departure.get("peer"));
    Domain domain = new Domain((String) departure.get("domain"));
    Object request = departure.get("request_id");
    String administrator = (String) departure.get("recipient");
    String subject =
        request == null
            ? sentence.said().replaceFirst("\\.$", "")
            : "Re: " + Letters.subject(server, domain);
    NoticeLetter letter =
        new NoticeLetter(
            domain, server, subject, sentence.said(), sentence.meaning(), correspondence.console());
    return new Letter(
        correspondence.from(),
        administrator,
        subject,
        correspondence.id(departure.get("wire_id")),
        request == null ? null : correspondence.first(request, administrator),
        Templates.noticeText(letter).render(),
        Templates.noticeHtml(letter).render(),
        List.of());
  }
}
