package org.serverroster.flow;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code roster.approval.confirm=login}: a link alone is not enough. */
@QuarkusIntegrationTest
@TestProfile(ConfirmByLoginIT.Settings.class)
class ConfirmByLoginIT extends Story {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("roster.approval.confirm", "login");
    }
  }

  @Test
  void anAdministratorMustLogIn() {
    String peer = "login.lit";
    asks(peer);
    String link = mailboxes().await(NURSE, peer).link("deny");
    Response asked = Browser.open(link);
    assertEquals(401, asked.statusCode());
    assertTrue(asked.getHeader("WWW-Authenticate").startsWith("Basic "));
    assertTrue(!asked.asString().contains(peer), "says nothing to strangers");
    assertEquals(403, as("auditor").urlEncodingEnabled(false).get(link).statusCode(), "reads only");
    for (String user : new String[] {"admin", "nobody"}) {
      Response refused =
          given()
              .auth()
              .preemptive()
              .basic(user, "a-wrong-password")
              .urlEncodingEnabled(false)
              .get(link);
      assertEquals(401, refused.statusCode());
      assertTrue(refused.getHeader("WWW-Authenticate").startsWith("Basic "), "asked again");
    }
    Response page = as("admin").urlEncodingEnabled(false).get(link);
    assertEquals(200, page.statusCode());
    Map<String, String> form = new HashMap<>(Browser.form(page));

    assertEquals(401, Browser.submit(link, form).statusCode());
    assertEquals(
        403, as("auditor").urlEncodingEnabled(false).formParams(form).post(link).statusCode());
    assertState(peer, "none+pending-in");

    assertEquals(
        200, as("admin").urlEncodingEnabled(false).formParams(form).post(link).statusCode());
    assertState(peer, "none");
    assertTrue(Browser.open(link).asString().contains("denied by admin on "));
  }
}
