package org.serverroster.roster;

import com.ibm.icu.text.IDNA;
import com.ibm.icu.text.SpoofChecker;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The domain of an XMPP server, normalised: two spellings of one domain are equal.
 *
 * <p>Case, a trailing dot, Unicode and its A-label form make no difference (RFC 7622, section 3.2;
 * RFC 5890; UTS #46, non-transitional). A name must be an internet domain name: an IP address or a
 * JID with a localpart or a resource is no server that could be trusted.
 *
 * @param name letters, digits, hyphens and dots in lower case, at most 253 characters: safe in a
 *     log line, a mail header, a file name
 */
public record Domain(String name) implements Comparable<Domain> {

  private static final int LONGEST_INPUT = 1023;
  private static final int LONGEST_NAME = 253;
  private static final int LONGEST_LABEL = 63;
  private static final Pattern ASCII = Pattern.compile("\\p{ASCII}*");
  private static final Pattern IPV4 = Pattern.compile("[0-9]+(\\.[0-9]+)*");

  /** Only names that {@link #of} has normalised. */
  public Domain {
    if (name.length() > LONGEST_NAME || !hasGoodLabels(name)) {
      throw new InvalidDomainException("not a domain name in ASCII form");
    }
    if (IPV4.matcher(name).matches()) {
      throw new InvalidDomainException("an IP address is not the name of a server");
    }
  }

  /**
   * Whether each label has 1 to 63 letters in lower case, digits and hyphens, the latter neither
   * first nor last (RFC 5890, section 2.3.1). A loop: each stanza asks it several times.
   */
  private static boolean hasGoodLabels(String name) {
    int begin = 0;
    for (int i = 0; i <= name.length(); i++) {
      char at = i == name.length() ? '.' : name.charAt(i);
      if (at == '.') {
        int length = i - begin;
        if (length == 0
            || length > LONGEST_LABEL
            || name.charAt(begin) == '-'
            || name.charAt(i - 1) == '-') {
          return false;
        }
        begin = i + 1;
      } else if ((at < 'a' || at > 'z') && (at < '0' || at > '9') && at != '-') {
        return false;
      }
    }
    return true;
  }

  /**
   * Normalises what somebody wrote.
   *
   * @param text a domain in any spelling, may come from a stranger
   * @throws InvalidDomainException when it is not the domain of a server
   */
  public static Domain of(String text) {
    if (text == null || text.isBlank()) {
      throw new InvalidDomainException("no domain");
    }
    if (text.length() > LONGEST_INPUT) {
      throw new InvalidDomainException("a domain is at most 253 characters long");
    }
    if (text.indexOf('@') >= 0 || text.indexOf('/') >= 0) {
      throw new InvalidDomainException("a JID with a localpart or a resource is not a server");
    }
    IDNA.Info info = new IDNA.Info();
    String ascii = Idna.UTS46.nameToASCII(text, new StringBuilder(), info).toString();
    if (ascii.endsWith(".")) {
      ascii = ascii.substring(0, ascii.length() - 1);
    }
    if (info.hasErrors()) {
      throw new InvalidDomainException("not a domain name");
    }
    return new Domain(ascii.toLowerCase(Locale.ROOT));
  }

  /** The name as people read it: U-labels where the domain has them (RFC 5890). */
  public String unicode() {
    return Idna.UTS46.nameToUnicode(name, new StringBuilder(), new IDNA.Info()).toString();
  }

  /**
   * The name in the form in which its owner writes it, A-labels or U-labels, for an answer that its
   * server recognises. Made from the normalised name: nothing else of the text comes back.
   *
   * @param text what {@link #of} made this domain from
   */
  public String inTheFormOf(String text) {
    return ASCII.matcher(text).matches() ? name : unicode();
  }

  /** Whether the name has other letters than ASCII's, hidden in its A-labels. */
  public boolean international() {
    return name.startsWith("xn--") || name.contains(".xn--");
  }

  /**
   * Whether the name can be taken for another one: letters of several scripts in one label, or a
   * label that looks like one in ASCII (UTS #39, "moderately restrictive" and skeletons).
   */
  public boolean deceptive() {
    return Arrays.stream(unicode().split("\\.")).anyMatch(Domain::deceptive);
  }

  private static boolean deceptive(String label) {
    if (ASCII.matcher(label).matches()) {
      return false;
    }
    return SpoofCheck.CHECKER.failsChecks(label)
        || ASCII.matcher(SpoofCheck.CHECKER.getSkeleton(label)).matches();
  }

  @Override
  public int compareTo(Domain other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }

  private static final class Idna {
    static final IDNA UTS46 =
        IDNA.getUTS46Instance(
            IDNA.USE_STD3_RULES
                | IDNA.CHECK_BIDI
                | IDNA.CHECK_CONTEXTJ
                | IDNA.CHECK_CONTEXTO
                | IDNA.NONTRANSITIONAL_TO_ASCII
                | IDNA.NONTRANSITIONAL_TO_UNICODE);
  }

  private static final class SpoofCheck {
    static final SpoofChecker CHECKER =
        new SpoofChecker.Builder()
            .setRestrictionLevel(SpoofChecker.RestrictionLevel.MODERATELY_RESTRICTIVE)
            .build();
  }
}
