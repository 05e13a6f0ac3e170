/**
 * The lab: real XMPP servers on loopback, federated with each other, for tests and for the demo.
 *
 * <p>Nothing outside a given work folder is written, every port is a free one, every process is
 * ended by its handle, also when the JVM exits.
 */
package org.serverroster.lab;
