package org.serverroster.lab;

import static org.serverroster.lab.Estate.patiently;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Objects;
import org.serverroster.lab.StreamRecorder.Step;

/** Somebody who may be trusted: a domain, and the people and the roster behind it, if any. */
public final class Entity {
  private final String domain;
  private final String administrator;
  private final RosterProcess roster;
  private final StreamRecorder recorder;
  private final SmtpCatcher smtp;

  /** A domain whose roster is kept there, and whose administrator gets mail. */
  Entity(
      String domain,
      String administrator,
      RosterProcess roster,
      StreamRecorder recorder,
      SmtpCatcher smtp) {
    this.domain = domain;
    this.administrator = administrator;
    this.roster = roster;
    this.recorder = recorder;
    this.smtp = smtp;
  }

  /** A domain without any roster. */
  public static Entity withoutRoster(String domain) {
    return new Entity(domain, null, null, null, null);
  }

  /** Its name. */
  public String domain() {
    return domain;
  }

  /** An administrator here does something to the other. */
  public JsonNode does(String action, Entity other) {
    return roster.visitor().act(domain, other.domain, action, "{}");
  }

  /** An administrator here asks the other, and says beforehand that it may ask back. */
  public void asks(Entity other) {
    does("subscribe", other);
  }

  /** An administrator here decides by the link of the mail, the newest that there is. */
  public void decides(String decision, Entity other) {
    patiently().until(() -> !requests(other).isEmpty());
    List<SmtpCatcher.Mail> requests = requests(other);
    String link = requests.get(requests.size() - 1).link(decision);
    int status = roster.visitor().press(link).statusCode();
    if (status != 200) {
      throw new IllegalStateException("the link answered " + status);
    }
  }

  /** The mails to the administrator here that ask about the other. */
  private List<SmtpCatcher.Mail> requests(Entity other) {
    return mailsAbout(other).stream()
        .filter(mail -> mail.subject().endsWith(other.domain + " asks to be trusted by " + domain))
        .filter(mail -> mail.text().contains("/approval/"))
        .toList();
  }

  /** The mails to the administrator here about the other. */
  public List<SmtpCatcher.Mail> mailsAbout(Entity other) {
    return smtp.mails().stream()
        .filter(mail -> mail.to().equals(administrator) && mail.text().contains(other.domain))
        .toList();
  }

  /** Forgets the mails so far, to whomever. */
  public void forgetMails() {
    smtp.forget();
  }

  /** What is known here of the other, null when it was never heard of. */
  public JsonNode knows(Entity other) {
    return roster.visitor().peer(domain, other.domain);
  }

  /** Whether the other is known to be there. */
  public boolean sees(Entity other) {
    return knows(other).get("online").asBoolean();
  }

  /** Whether other systems are told to trust the other. */
  public boolean trusts(Entity other) {
    return roster.visitor().trusted(domain, other.domain).statusCode() == 200;
  }

  /** The state here, "none" when the other was never heard of. */
  public String state(Entity other) {
    JsonNode peer = knows(other);
    return peer == null ? "none" : peer.get("state").asText();
  }

  /** Waits for a state. */
  public void awaits(String state, Entity other) {
    patiently().until(() -> state(other), Objects.requireNonNull(state)::equals);
  }

  /** What went over the component's stream between the two. */
  public List<Step> history(Entity other) {
    return recorder.between(domain, other.domain);
  }

  /** The state to which the RFC's table leads by that. */
  public String replayed(Entity other) {
    return recorder.replayed(domain, other.domain);
  }

  @Override
  public String toString() {
    return domain;
  }
}
