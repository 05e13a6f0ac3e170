package org.serverroster.flow;

import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Requests end when their time is over, the peer is told, and it can ask again. */
@QuarkusIntegrationTest
@TestProfile(ExpiryIT.Settings.class)
class ExpiryIT extends Story {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("roster.approval.expires-after", "PT3S");
    }
  }

  @Test
  void aRequestThatNobodyAnswersExpires() {
    String peer = "late.lit";
    asks(peer);
    String link = mailboxes().await(NURSE, peer).link("approve");
    Map<String, String> form = new HashMap<>(Browser.form(Browser.open(link)));

    patiently().until(() -> Browser.open(link).statusCode() == 410);
    Response late = Browser.submit(link, form);

    assertEquals(409, late.statusCode());
    assertTrue(late.asString().contains("has expired"), late.asString());
    assertEquals(List.of("unsubscribed"), awaitTypesTo(peer, 1));
    assertState(peer, "none");
    peer(peer).body("deniedAt", nullValue());

    asks(peer);
    patiently().until(() -> mailboxes().about(NURSE, peer).size() == 2);
    assertState(peer, "none+pending-in");
  }
}
