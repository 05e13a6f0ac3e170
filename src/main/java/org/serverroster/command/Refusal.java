package org.serverroster.command;

import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smack.packet.StanzaError.Condition;
import org.jivesoftware.smackx.commands.AdHocCommand.SpecificErrorCondition;
import org.jivesoftware.smackx.commands.packet.AdHocCommandData.SpecificError;

/** A command that is not carried out, and the error that says why (XEP-0050, section 4.3). */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Condition condition;
  private final SpecificErrorCondition detail;

  private Refusal(Condition condition, SpecificErrorCondition detail, String words) {
    super(words, null, false, false);
    this.condition = condition;
    this.detail = detail;
  }

  /** A stanza error with these words of ours, which never quote what was sent. */
  static Refusal of(Condition condition, String words) {
    return new Refusal(condition, null, words);
  }

  /** The same with a condition of XEP-0050. */
  static Refusal of(Condition condition, SpecificErrorCondition detail, String words) {
    return new Refusal(condition, detail, words);
  }

  StanzaError.Builder error() {
    StanzaError.Builder error = StanzaError.getBuilder(condition);
    error.setDescriptiveEnText(getMessage());
    if (detail != null) {
      error.addExtension(new SpecificError(detail));
    }
    return error;
  }
}
