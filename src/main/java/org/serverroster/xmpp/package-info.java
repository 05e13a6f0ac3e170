/**
 * The {@code xmpp-component} endpoint: an external component of an XMPP server (<a
 * href="https://xmpp.org/extensions/xep-0114.html">XEP-0114</a>) for any Camel route.
 *
 * <p>One TCP stream per component domain is shared by all consumers and producers of that domain.
 * Smack parses and builds the stanzas; a Smack <em>connection</em> is never created, because that
 * would answer subscription requests by itself.
 *
 * <p>Beside plain stanzas, the endpoint speaks the acknowledged hand-over {@code
 * urn:server-roster:handover:0}, with which a server gives presence of its own bare domain to the
 * component and sends in its name ({@link org.serverroster.xmpp.Handover}).
 */
package org.serverroster.xmpp;
