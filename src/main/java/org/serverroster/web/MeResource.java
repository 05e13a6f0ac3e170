package org.serverroster.web;

import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.SortedSet;
import java.util.TreeSet;

/** Tells a program who it is here, so that it can see whether its login is right. */
@Path("/api/v1/me")
@Produces(MediaType.APPLICATION_JSON)
class MeResource {

  private final SecurityIdentity identity;

  MeResource(SecurityIdentity identity) {
    this.identity = identity;
  }

  /** Who is logged in, and what for. */
  record Me(String user, SortedSet<String> roles) {}

  @GET
  @RolesAllowed({"admin", "auditor", "enforcer"})
  public Me me() {
    return new Me(identity.getPrincipal().getName(), new TreeSet<>(identity.getRoles()));
  }
}
