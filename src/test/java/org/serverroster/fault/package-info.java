/**
 * Fault tests with a history checker: the packaged application on real servers, under load, while
 * everything around it is killed, frozen and cut off by seed; what every party saw is written down,
 * and then checked against what the database has kept (docs/reliability.md).
 */
package org.serverroster.fault;
