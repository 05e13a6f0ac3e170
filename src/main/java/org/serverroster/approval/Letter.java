package org.serverroster.approval;

import java.util.List;
import java.util.Map;

/**
 * A mail, ready to be handed over.
 *
 * @param inReplyTo the Message-ID of the mail that this one follows up, null for the first
 * @param links the rows to keep of its links, of which there may be none: {@code tokenHash}, {@code
 *     request}, {@code administrator}, {@code now}
 */
public record Letter(
    String from,
    String to,
    String subject,
    String messageId,
    String inReplyTo,
    String text,
    String html,
    List<Map<String, Object>> links) {

  /** Without what the mail says: the links in it are secrets. */
  @Override
  public String toString() {
    return "Letter " + messageId;
  }
}
