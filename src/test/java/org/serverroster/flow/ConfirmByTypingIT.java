package org.serverroster.flow;

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

/** {@code roster.approval.confirm=type-domain}: the peer's name has to be typed. */
@QuarkusIntegrationTest
@TestProfile(ConfirmByTypingIT.Settings.class)
class ConfirmByTypingIT extends Story {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("roster.approval.confirm", "type-domain");
    }
  }

  @Test
  void thePeersNameMustBeTyped() {
    String peer = "typed.lit";
    asks(peer);
    String link = mailboxes().await(NURSE, peer).link("approve");
    Map<String, String> form = new HashMap<>(Browser.form(Browser.open(link)));
    assertTrue(form.containsKey("peer"), "asks for the name");
    for (String wrong : new String[] {"", "capulet.lit", "typed", "a b"}) {
      form.put("peer", wrong);
      Response refused = Browser.submit(link, form);
      assertEquals(400, refused.statusCode(), wrong);
      assertTrue(refused.asString().contains("role=\"alert\""), refused.asString());
    }
    assertState(peer, "none+pending-in");

    form.put("peer", " Typed.LIT. ");
    assertEquals(200, Browser.submit(link, form).statusCode());
    assertState(peer, "from+pending-out");
  }
}
