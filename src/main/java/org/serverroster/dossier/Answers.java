package org.serverroster.dossier;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smackx.disco.packet.DiscoverInfo;
import org.jivesoftware.smackx.iqversion.packet.Version;
import org.jivesoftware.smackx.xdata.FormField;
import org.jivesoftware.smackx.xdata.packet.DataForm;
import org.serverroster.roster.Texts;

/**
 * What a peer's server answered to our questions, cut down to what is kept: a few short lines of
 * printable text, whatever it sent. Every answer may be missing.
 */
final class Answers {

  private static final String SERVER_PRESENCE = "urn:xmpp:server-presence";
  private static final String CONTACTS = "http://jabber.org/network/serverinfo";
  private static final Pattern CONTACT_FIELD = Pattern.compile("[a-z]{2,16}-addresses");
  private static final Pattern CONTACT =
      Pattern.compile("(mailto:|xmpp:|https?://)[!-~&&[^<>\"'\\\\`]]{3,190}");
  private static final int MOST_CONTACTS = 6;
  private static final int MOST_IDENTITIES = 3;
  private static final int LONGEST = 120;

  private final DiscoverInfo info;
  private final Version version;
  private final IQ ping;

  Answers(IQ info, IQ version, IQ ping) {
    this.info = info instanceof DiscoverInfo result && is(info, IQ.Type.result) ? result : null;
    this.version = version instanceof Version result && is(version, IQ.Type.result) ? result : null;
    this.ping = ping;
  }

  /** Whether it says that it keeps a server roster (XEP-0267, R11); null when it said nothing. */
  Boolean supportsServerPresence() {
    return info == null ? null : info.containsFeature(SERVER_PRESENCE);
  }

  /**
   * Whether it is there at all: {@code answers}, {@code silent}, or the condition of the error. A
   * server that knows no ping has answered, too.
   */
  String reachability() {
    if (info != null || version != null || is(ping, IQ.Type.result)) {
      return "answers";
    }
    return Optional.ofNullable(ping)
        .map(IQ::getError)
        .map(error -> error.getCondition().toString())
        .map(condition -> condition.equals("service-unavailable") ? "answers" : condition)
        .orElse("silent");
  }

  /** Name and version of its software, as it says (XEP-0092); null when it says nothing. */
  String software() {
    if (version == null) {
      return null;
    }
    String text =
        Stream.of(version.getName(), version.getVersion(), version.getOs())
            .map(Answers::printable)
            .filter(part -> !part.isEmpty())
            .reduce((one, other) -> one + " " + other)
            .orElse("");
    return text.isEmpty() ? null : cut(text);
  }

  /** What it says it is (XEP-0030), a line; null when it says nothing. */
  String identities() {
    if (info == null) {
      return null;
    }
    String text =
        info.getIdentities().stream()
            .limit(MOST_IDENTITIES)
            .map(
                identity ->
                    printable(
                        identity.getCategory()
                            + "/"
                            + identity.getType()
                            + (identity.getName() == null ? "" : " " + identity.getName())))
            .map(Answers::cut)
            .reduce((one, other) -> one + ", " + other)
            .orElse("");
    return text.isEmpty() ? null : text;
  }

  /**
   * Whom to write to (XEP-0157), a line each: the kind and a mailto, xmpp, http or https address.
   */
  String contacts() {
    DataForm form = info == null ? null : form();
    if (form == null) {
      return null;
    }
    List<String> lines =
        form.getFields().stream()
            .limit(50)
            .filter(field -> field.getVariable() != null)
            .filter(field -> CONTACT_FIELD.matcher(field.getVariable()).matches())
            .flatMap(Answers::lines)
            .distinct()
            .limit(MOST_CONTACTS)
            .toList();
    return lines.isEmpty() ? null : String.join("\n", lines);
  }

  private DataForm form() {
    return info.getExtensions(DataForm.ELEMENT, DataForm.NAMESPACE).stream()
        .limit(10)
        .filter(DataForm.class::isInstance)
        .map(DataForm.class::cast)
        .filter(
            form -> {
              FormField type = form.getField(FormField.FORM_TYPE);
              return type != null && CONTACTS.equals(type.getFirstValue());
            })
        .findFirst()
        .orElse(null);
  }

  private static Stream<String> lines(FormField field) {
    String kind = field.getVariable().replace("-addresses", "");
    return field.getValues().stream()
        .limit(10)
        .map(CharSequence::toString)
        .filter(value -> CONTACT.matcher(value).matches())
        .map(value -> kind + ": " + value);
  }

  /** On one line, without what cannot be seen or turns the direction of what follows. */
  static String printable(String text) {
    return text == null ? "" : cut(text).replaceAll("[\\p{C}\\p{Z}]+", " ").strip();
  }

  private static String cut(String text) {
    if (text.length() <= LONGEST) {
      return text;
    }
    return Texts.cut(text, LONGEST - 3) + "...";
  }

  private static boolean is(IQ answer, IQ.Type type) {
    return answer != null && answer.getType() == type;
  }
}
