/**
 * The benchmark: drives the packaged service over real sockets, measures a reference beside each
 * figure, and writes a table. Started by {@code bench/run}; no test, and not run by any.
 */
package org.serverroster.bench;
