package org.serverroster.approval;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Who writes, where links lead, and which mails belong together: all mails to one administrator
 * about one request are a thread (RFC 5322, section 3.6.4).
 *
 * @param from the sender's address
 * @param baseUrl where links lead: from the settings, never from a request
 */
public record Correspondence(String from, URI baseUrl) {

  /**
   * The Message-ID of the mail that asks an administrator about a request, however often it is
   * sent.
   */
  public String first(Object request, String administrator) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(administrator.getBytes(StandardCharsets.UTF_8));
      return id(request + "." + HexFormat.of().formatHex(hash, 0, 8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A Message-ID of ours with this left part. */
  public String id(Object local) {
    return "<" + local + "@" + from.substring(from.indexOf('@') + 1) + ">";
  }

  /** The page of the roster. */
  public String console() {
    return root() + "/";
  }

  /** The link of a mail that leads to a decision, {@code approve} or {@code deny}. */
  public String approval(String token, String decision) {
    return root() + "/approval/" + token + "?decision=" + decision;
  }

  private String root() {
    String base = baseUrl.toString();
    int end = base.length();
    while (end > 0 && base.charAt(end - 1) == '/') {
      end--;
    }
    return base.substring(0, end);
  }
}
