package org.serverroster.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator who wants an access log finds in it. */
class AccessLogTest {

  @ParameterizedTest
  @CsvSource({
    "/approval/secret, false",
    "//approval/secret, false",
    "/Approval/secret, false",
    "/approval;x=y/secret, false",
    "/;x=y/approval/secret, false",
    "/%61pproval/secret, false",
    "/%41PPROVAL/secret, false",
    "//appro%76al;x/secret, false",
    "/roster/approval/secret, false",
    "/./%61pproval/secret, false",
    "/x/../%61pproval/secret, false",
    "/, true",
    "/q/health/ready, true",
    "/api/v1/domains/capulet.lit/peers/b%C3%BCcher.example, true"
  })
  void theAddressOfAnApprovalPageIsNotInItHoweverItIsSpelled(String path, boolean written)
      throws IOException {
    Properties settings = new Properties();
    try (Reader file =
        Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
      settings.load(file);
    }
    String hidden = settings.getProperty("quarkus.http.access-log.exclude-pattern");

    assertEquals(written, !path.matches(hidden), path);
  }
}
