/**
 * What administrators and servers ask over XMPP itself: the ad-hoc commands (XEP-0050, XEP-0133,
 * XEP-0267), service discovery (XEP-0030), ping, version, and the question whether a peer is
 * trusted. An adapter: it reads and writes forms, and leaves what they mean to the routes.
 */
package org.serverroster.command;
