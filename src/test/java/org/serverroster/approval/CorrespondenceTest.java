package org.serverroster.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorrespondenceTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://roster.example",
        "https://roster.example/",
        "https://roster.example//",
        "https://roster.example///"
      })
  void aLinkHasOneSlashBeforeItsPathHoweverManyTheSettingHas(String base) {
    Correspondence letters = new Correspondence("roster@capulet.lit", URI.create(base));

    assertEquals("https://roster.example/approval/t?decision=deny", letters.approval("t", "deny"));
    assertEquals("https://roster.example/", letters.console());
  }
}
