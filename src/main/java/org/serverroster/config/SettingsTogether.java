package org.serverroster.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What settings must have to do with each other; a line for each that has not. */
final class SettingsTogether {

  /** Endpoints whose messages are files, which have no headers. */
  private static final Pattern FILES = Pattern.compile("(file|ftps?|sftp):");

  private final Function<String, Optional<String>> values;
  private final List<String> mailLists;

  /**
   * @param values the value of a setting, stripped, unless it is empty
   * @param mailLists the keys of all lists of administrators' addresses
   */
  SettingsTogether(Function<String, Optional<String>> values, List<String> mailLists) {
    this.values = values;
    this.mailLists = mailLists;
  }

  /** What is wrong, a line each. */
  List<String> problems() {
    return Stream.of(database(), quorum(), commands(), tls()).flatMap(any -> any).toList();
  }

  private Stream<String> database() {
    Optional<String> kind = value("roster.db.kind");
    Optional<String> url = value("roster.db.url");
    if (kind.equals(Optional.of("postgresql"))) {
      return when(
          url.filter(text -> text.startsWith("jdbc:postgresql:")).isEmpty(),
          "roster.db.url makes no sense: write, with roster.db.kind=postgresql, a URL like"
              + " jdbc:postgresql://host:5432/roster");
    }
    if (url.isPresent() && !isEmbedded(url.get())) {
      return Stream.of(
          "roster.db.url makes no sense: write, with roster.db.kind=h2, a URL like"
              + " jdbc:h2:file:./data/server-roster, a database of this process alone");
    }
    return url.flatMap(DerivedSettings::ourOption).stream()
        .map(
            option ->
                "roster.db.url makes no sense: write no "
                    + option
                    + " in it; what H2 needs so that nothing is lost is set by this program");
  }

  /** More approvals than there are administrators would never come together. */
  private Stream<String> quorum() {
    int quorum =
        value("roster.approval.quorum")
            .filter(text -> SettingValues.positive(text).isEmpty())
            .map(Integer::parseInt)
            .orElse(1);
    return mailLists.stream()
        .filter(key -> value(key).filter(list -> distinct(list) < quorum).isPresent())
        .map(
            key ->
                "roster.approval.quorum makes no sense: write at most the number of addresses in "
                    + key);
  }

  private Stream<String> commands() {
    Optional<String> uri = value("roster.commands.uri");
    boolean isSigned = value("roster.commands.secret").isPresent();
    boolean isAuthenticated = value("roster.commands.authenticated").equals(Optional.of("true"));
    return Stream.concat(
        when(
            uri.isPresent() && !isSigned && !isAuthenticated,
            "roster.commands.secret is missing: write what commands are signed with, or"
                + " roster.commands.authenticated=true when only those can write to the endpoint"
                + " who may command"),
        when(
            isSigned && uri.filter(text -> FILES.matcher(text).lookingAt()).isPresent(),
            "roster.commands.secret makes no sense: write roster.commands.authenticated=true in its"
                + " place when only those can write to the folder who may command; a file has no"
                + " headers for a signature"));
  }

  private Stream<String> tls() {
    Optional<String> authority = value("roster.xmpp.tls-ca");
    return Stream.concat(
        when(
            authority.isPresent() && !Files.isReadable(Path.of(authority.get())),
            "roster.xmpp.tls-ca makes no sense: write the name of a PEM file that we can read"),
        when(
            authority.isPresent() && !value("roster.xmpp.tls").equals(Optional.of("direct")),
            "roster.xmpp.tls-ca makes no sense: write roster.xmpp.tls=direct with it"));
  }

  private static Stream<String> when(boolean isSo, String problem) {
    return isSo ? Stream.of(problem) : Stream.empty();
  }

  private static long distinct(String list) {
    return Arrays.stream(list.split(","))
        .map(mail -> mail.strip().toLowerCase(Locale.ROOT))
        .distinct()
        .count();
  }

  private static boolean isEmbedded(String url) {
    String upper = url.toUpperCase(Locale.ROOT).replace(" ", "");
    return upper.startsWith("JDBC:H2:")
        && !upper.startsWith("JDBC:H2:TCP:")
        && !upper.startsWith("JDBC:H2:SSL:")
        && !upper.contains(";AUTO_SERVER=TRUE");
  }

  private Optional<String> value(String key) {
    return values.apply(key);
  }
}
