package org.serverroster.config;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** The program: looks at the settings, then starts. */
@QuarkusMain
public class ServerRoster {

  /** What the process answers when its settings forbid the start (sysexits.h, EX_CONFIG). */
  static final int SENSELESS_SETTINGS = 78;

  ServerRoster() {}

  /** Starts the service; with senseless settings it says so, a line each, and exits with 78. */
  public static void main(String... arguments) {
    Config config = ConfigProvider.getConfig();
    SettingsCheck check =
        new SettingsCheck(
            config.getPropertyNames(), key -> config.getOptionalValue(key, String.class));
    List<String> problems = check.problems();
    if (!problems.isEmpty()) {
      problems.forEach(problem -> System.err.println("Server Roster cannot start: " + problem));
      System.exit(SENSELESS_SETTINGS);
    }
    Quarkus.run(RosterApplication.class, arguments);
  }
}
