/**
 * The settings, and how the parts of the house are put together from them; and what looks after the
 * running process: the first start, the pool and its connections, the transaction gate and the file
 * of the embedded H2, outages, health, traces and metrics.
 */
package org.serverroster.config;
