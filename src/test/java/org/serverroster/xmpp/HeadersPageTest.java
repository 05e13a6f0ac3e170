package org.serverroster.xmpp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page of the component says which headers there are, "and no others". */
class HeadersPageTest {

  private static final Pattern HEADER = Pattern.compile("`(CamelXmpp\\w+)`");

  @Test
  void thePageNamesEachHeaderAndNoOther() throws IOException, IllegalAccessException {
    Set<String> constants = new TreeSet<>();
    for (Field constant : XmppHeaders.class.getFields()) {
      constants.add((String) constant.get(null));
    }
    assertTrue(constants.size() > 5, "the constants are found");
    assertEquals(
        constants,
        HEADER
            .matcher(Files.readString(Path.of("docs/xmpp-component.md")))
            .results()
            .map(found -> found.group(1))
            .collect(Collectors.toCollection(TreeSet::new)));
  }
}
