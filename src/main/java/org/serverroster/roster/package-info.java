/**
 * Peers and the subscription state table: plain Java, no Camel, no Quarkus, no JDBC.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6121#appendix-A">RFC 6121, Appendix A</a>
 */
package org.serverroster.roster;
