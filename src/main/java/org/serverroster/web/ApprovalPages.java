package org.serverroster.web;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.serverroster.dossier.Dossier;
import org.serverroster.roster.Decision;
import org.serverroster.roster.Domain;
import org.serverroster.roster.Moments;
import org.serverroster.web.ApprovalResource.Link;

/** The approval pages. */
final class ApprovalPages {

  /**
   * What the form page shows.
   *
   * @param decision {@code approve} or {@code deny}, null to choose
   * @param review whether an approval that was given is to be confirmed
   * @param votes how many have approved where one is not enough, null where it is
   * @param dossier what is known about the peer
   * @param complaint what was wrong with the last attempt, null when nothing was
   */
  record Form(
      Domain peer,
      Domain domain,
      String received,
      String expires,
      String decision,
      String nonce,
      boolean typePeer,
      boolean review,
      String votes,
      List<Dossier.Line> dossier,
      String complaint) {

    /** What it is about. */
    public String headline() {
      return review
          ? "Is " + peer + " still to be trusted by " + domain + "?"
          : peer + " asks to be trusted by " + domain;
    }

    /** "Approve" or "Deny". */
    public String verb() {
      return decision.substring(0, 1).toUpperCase(Locale.ROOT) + decision.substring(1);
    }

    /** The other decision. */
    public String other() {
      return decision.equals("approve") ? "deny" : "approve";
    }
  }

  @CheckedTemplate(defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
  static final class Templates {
    static native TemplateInstance form(Form form);

    static native TemplateInstance message(String title, String text, boolean console);

    private Templates() {}
  }

  private ApprovalPages() {}

  static Response form(
      Link link,
      Optional<Decision> choice,
      String nonce,
      boolean typePeer,
      int quorum,
      Dossier dossier,
      String complaint,
      int status) {
    return Html.page(
        status,
        Templates.form(
            new Form(
                new Domain(link.text("peer")),
                new Domain(link.text("domain")),
                Moments.written(link.row().get("received_at")),
                Moments.written(link.row().get("expires_at")),
                choice.map(decision -> decision.name().toLowerCase(Locale.ROOT)).orElse(null),
                nonce,
                typePeer,
                isReview(link),
                quorum == 1 || isReview(link) ? null : approvals(link, quorum),
                dossier.lines(),
                complaint)));
  }

  /** One of several approvals that are needed was given by this link. */
  static Response voted(Link link, int quorum, int status) {
    return message(
        status,
        "You approved " + link.text("peer"),
        approvals(link, quorum)
            + " It is trusted by "
            + link.text("domain")
            + " once the others have approved as well.",
        true);
  }

  private static String approvals(Link link, int quorum) {
    return link.row().get("votes") + " of " + quorum + " approvals that are needed are given.";
  }

  private static boolean isReview(Link link) {
    return "review".equals(link.text("kind"));
  }

  /** What a page says: its title, and a sentence or two. */
  record Words(String title, String text) {}

  /**
   * @param stanzas the presence types that leave because of it
   */
  static Response done(Decision decision, Link link, List<String> stanzas) {
    Words words = wordsOfDone(decision, link, stanzas);
    return message(200, words.title(), words.text(), true);
  }

  static Words wordsOfDone(Decision decision, Link link, List<String> stanzas) {
    String peer = link.text("peer");
    String domain = link.text("domain");
    if (isReview(link) && decision == Decision.APPROVE) {
      return new Words("You confirmed " + peer, peer + " stays trusted.");
    }
    if (decision == Decision.APPROVE) {
      String asked = stanzas.contains("subscribe") ? ", and asked for its presence in return" : "";
      return new Words(
          "You approved " + peer,
          peer + " is now trusted by " + domain + "." + told(stanzas, "subscribed", asked));
    }
    return isReview(link)
        ? new Words(
            "You revoked the trust in " + peer,
            peer + " is no longer trusted by " + domain + "." + told(stanzas, "unsubscribed", ""))
        : new Words(
            "You denied " + peer,
            peer + " is not trusted by " + domain + "." + told(stanzas, "unsubscribed", ""));
  }

  private static String told(List<String> stanzas, String answer, String more) {
    return stanzas.contains(answer) ? " It is being told so" + more + "." : "";
  }

  static Response ended(Link link, int status) {
    Words words = wordsOfEnded(link);
    return message(status, words.title(), words.text(), true);
  }

  static Words wordsOfEnded(Link link) {
    String peer = link.text("peer");
    String domain = link.text("domain");
    String outcome = link.text("outcome");
    String when = Moments.written(link.row().get("decided_at"));
    if (outcome.equals("withdrawn")) {
      return isReview(link)
          ? new Words(
              "The review is over",
              peer
                  + " gave up the presence of "
                  + domain
                  + " on "
                  + when
                  + ". There is nothing left to decide.")
          : new Words(
              "The request was withdrawn",
              peer + " took back its request on " + when + ". There is nothing left to decide.");
    }
    String done = !isReview(link) ? outcome : outcome.equals("approved") ? "confirmed" : "revoked";
    String what =
        isReview(link)
            ? "The trust of " + domain + " in " + peer
            : "The request of " + peer + " to be trusted by " + domain;
    return new Words(
        "Already " + done,
        what
            + " was "
            + done
            + " by "
            + link.text("decided_by")
            + " on "
            + when
            + ". This link is used up.");
  }

  static Response expired(Link link, int status) {
    String nobody =
        "Nobody decided about "
            + link.text("peer")
            + " until "
            + Moments.written(link.row().get("expires_at"));
    return isReview(link)
        ? message(
            status,
            "The review has expired",
            nobody
                + ", so it is still trusted by "
                + link.text("domain")
                + ". You are asked again.",
            true)
        : message(
            status,
            "The request has expired",
            nobody
                + ", so its request to be trusted by "
                + link.text("domain")
                + " has expired. It can ask again.",
            true);
  }

  /**
   * A plain 404. A page like that of a link that exists is made here too, and thrown away; what is
   * known of a peer is not read, so the time may tell the two apart, which helps nobody to guess
   * 256 bits.
   */
  static Response unknown(String nonce) {
    Domain nobody = new Domain("nobody.invalid");
    Templates.form(
            new Form(nobody, nobody, "", "", "approve", nonce, false, false, null, List.of(), null))
        .render();
    return message(404, "Not found", "There is no such page.", false);
  }

  static Response logIn(boolean nobodyYet) {
    return nobodyYet
        ? Response.fromResponse(
                message(401, "Please log in", "Deciding needs an administrator's login.", false))
            .header(HttpHeaders.WWW_AUTHENTICATE, Accounts.CHALLENGE)
            .build()
        : message(403, "Not allowed", "Deciding needs an administrator's login.", false);
  }

  /** What came is not what a page of ours sends. */
  static Response unreadable(int status) {
    return message(
        status,
        "This cannot be read",
        "Please open the link again, and use the form on its page.",
        false);
  }

  static Response failed() {
    return message(
        503,
        "This does not work at the moment",
        "Please open the link again in a few minutes. It will say whether anything was decided.",
        false);
  }

  private static Response message(int status, String title, String text, boolean console) {
    return Html.page(status, Templates.message(title, text, console));
  }
}
