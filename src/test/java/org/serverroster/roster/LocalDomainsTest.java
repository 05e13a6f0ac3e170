package org.serverroster.roster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LocalDomainsTest {

  private final LocalDomains domains =
      new LocalDomains(
          Map.of(Domain.of("example.org"), new Administrators(List.of(), Set.of())), List.of());

  @Test
  void anotherServerIsKnownByItsNameInAnySpelling() {
    assertEquals(Domain.of("peer.example"), domains.other("PEER.example."));
  }

  @Test
  void noneOfOurOwnIsAnotherServer() {
    assertThrows(InvalidDomainException.class, () -> domains.other("Example.ORG."));
    assertThrows(InvalidDomainException.class, () -> domains.other("juliet@peer.example"));
  }
}
