package org.serverroster.config;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.ConfigValidationException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.flywaydb.core.api.FlywayException;
import org.serverroster.outbox.Redaction;
import org.serverroster.roster.Failures;

/** The program: looks at the settings, then starts. */
@QuarkusMain
public class ServerRoster {

  /** What the process answers when its settings forbid the start (sysexits.h, EX_CONFIG). */
  static final int SENSELESS_SETTINGS = 78;

  /** What it answers when a later attempt may do better (sysexits.h, EX_TEMPFAIL). */
  static final int TRY_AGAIN = 75;

  /** Classes of SQLSTATE that pass: connection, rollback, resources, somebody who intervened. */
  private static final Set<String> PASSING = Set.of("08", "40", "53", "57");

  /** Another one holds a lock (55P03); a standby that is not promoted yet (25006). */
  private static final Set<String> PASSING_STATES = Set.of("55P03", "25006");

  /** Another process has H2's file: the one before may still be ending. */
  private static final int IN_USE = 90020;

  ServerRoster() {}

  /**
   * Starts the service; with senseless settings it says so, a line each, and exits with 78.
   *
   * @param arguments none; or {@code health} with {@code ready} (default), {@code live} or {@code
   *     group/web}: asks the service that runs beside it with the same settings, and exits with 0
   *     or 1
   */
  public static void main(String... arguments) {
    Config config = ConfigProvider.getConfig();
    if (arguments.length > 0 && arguments[0].equals("health")) {
      System.exit(new HealthProbe(config).ask(arguments.length > 1 ? arguments[1] : "ready"));
    }
    List<String> problems = SettingsCheck.of(config).problems();
    if (!problems.isEmpty()) {
      problems.forEach(problem -> System.err.println("Server Roster cannot start: " + problem));
      System.exit(SENSELESS_SETTINGS);
    }
    Quarkus.run(RosterApplication.class, ServerRoster::end, arguments);
  }

  /** Ends the process; a start that failed over what is not ours to mend is told in one line. */
  private static void end(int code, Throwable failure) {
    Optional<String> problem = failure == null ? Optional.empty() : problem(failure);
    problem.ifPresent(line -> System.err.println("Server Roster cannot start: " + line));
    if (failure != null && problem.isEmpty()) {
      // The log may have ended.
      BrokenStart broken = new BrokenStart(failure, ConfigProvider.getConfig());
      System.err.println(
          "Server Roster cannot start: " + broken.what() + "\n" + broken.trace().stripTrailing());
    }
    System.exit(problem.isEmpty() ? code : passes(failure) ? TRY_AGAIN : SENSELESS_SETTINGS);
  }

  /** Whether it was the database that had gone away, rather than what it was asked for. */
  static boolean passes(Throwable failure) {
    return Failures.causes(failure)
        .anyMatch(cause -> cause instanceof SQLException sql && passes(sql));
  }

  /** A pool that has waited in vain for a connection gives no state. */
  private static boolean passes(SQLException failure) {
    String state = failure.getSQLState();
    return state == null
        || failure.getErrorCode() == IN_USE
        || PASSING_STATES.contains(state)
        || state.length() > 2 && PASSING.contains(state.substring(0, 2));
  }

  /** What is not ours to mend, in a line. */
  static Optional<String> problem(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CannotStartException wrong) {
        return Optional.of(wrong.getMessage());
      }
      if (cause instanceof QuarkusBindException taken) {
        return Optional.of(
            "we cannot listen on port "
                + taken.getPort()
                + ": choose another quarkus.http.port, or stop who has it");
      }
      if (cause instanceof ConfigValidationException wrong) {
        return Optional.of(
            IntStream.range(0, wrong.getProblemCount())
                .mapToObj(number -> Failures.printable(wrong.getProblem(number).getMessage()))
                .collect(Collectors.joining("; ")));
      }
      if (cause instanceof SQLException || cause instanceof FlywayException) {
        return Optional.of(
            "the database does not let us: " + Redaction.ofNamed(Failures.describe(failure)));
      }
    }
    return Optional.empty();
  }
}
