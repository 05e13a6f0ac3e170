package org.serverroster.approval;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.serverroster.roster.Domain;
import org.serverroster.roster.Moments;

/** Writes the one mail that stands for many, once an administrator has had enough in an hour. */
public final class Digests {

  private static final int MOST_REQUESTS = 50;
  private static final int MOST_NOTICES = 50;

  /** A request as a digest lists it. */
  public record Item(Domain peer, String received, String approve, String deny) {}

  /**
   * What a digest says.
   *
   * @param waiting how many requests it is about
   * @param more how many of them it does not list
   */
  public record DigestLetter(
      Domain domain,
      String subject,
      int waiting,
      List<Item> requests,
      int more,
      List<String> notices,
      int moreNotices,
      String console) {}

  @CheckedTemplate(defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
  static final class Templates {
    static native TemplateInstance digestText(DigestLetter letter);

    static native TemplateInstance digestHtml(DigestLetter letter);

    private Templates() {}
  }

  private final Links links;
  private final Clock clock;
  private final Correspondence correspondence;
  private final Addressees addressees;

  /**
   * @param correspondence who writes, and where links lead
   */
  public Digests(Links links, Clock clock, Correspondence correspondence, Addressees addressees) {
    this.links = links;
    this.clock = clock;
    this.correspondence = correspondence;
    this.addressees = addressees;
  }

  /**
   * The digest of these mails, all to one administrator about one domain.
   *
   * @param rows the rows of the outbox, oldest first, each with the state of its request ({@code
   *     outcome}, {@code received_at}) and of its peer
   * @param told those of them that are {@linkplain #worthTelling worth telling}
   */
  public Letter write(
      @Body List<Map<String, Object>> rows,
      @ExchangeProperty("digested") List<Map<String, Object>> told) {
    Map<String, Object> first = rows.get(0);
    Domain domain = new Domain((String) first.get("domain"));
    String administrator = (String) first.get("recipient");
    List<Item> items = new ArrayList<>();
    List<Map<String, Object>> made = new ArrayList<>();
    List<Object> asked = new ArrayList<>();
    List<String> notices = new ArrayList<>();
    for (Map<String, Object> row : told) {
      if (!Letters.asks(row)) {
        notices.add(Sentence.about(row, row).said());
      } else if (!asked.contains(row.get("request_id"))) {
        asked.add(row.get("request_id"));
        if (items.size() < MOST_REQUESTS) {
          String token = links.newToken();
          made.add(links.row(token, row.get("request_id"), administrator, clock.instant()));
          items.add(
              new Item(
                  new Domain((String) row.get("peer")),
                  Moments.written(row.get("received_at")),
                  correspondence.approval(token, "approve"),
                  correspondence.approval(token, "deny")));
        }
      }
    }
    DigestLetter letter =
        new DigestLetter(
            domain,
            "What waits and what happened at " + domain,
            asked.size(),
            items,
            asked.size() - items.size(),
            notices.subList(0, Math.min(notices.size(), MOST_NOTICES)),
            Math.max(0, notices.size() - MOST_NOTICES),
            correspondence.console());
    return new Letter(
        correspondence.from(),
        administrator,
        letter.subject(),
        correspondence.id(first.get("wire_id")),
        null,
        Templates.digestText(letter).render(),
        Templates.digestHtml(letter).render(),
        made);
  }

  /**
   * Those that still have something to say: what was asked may have been decided meanwhile, and its
   * addressee may be named by no setting any more.
   */
  public List<Map<String, Object>> worthTelling(@Body List<Map<String, Object>> rows) {
    return rows.stream()
        .filter(row -> !Letters.asks(row) || "open".equals(row.get("outcome")))
        .filter(row -> !addressees.areGone(row))
        .toList();
  }

  /** How many those are. */
  public int count(@ExchangeProperty("digested") List<Map<String, Object>> told) {
    return told.size();
  }
}
