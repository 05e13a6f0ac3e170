/**
 * What must leave the house: rows that are written in the transaction of the change that caused
 * them and leave afterwards, at least once, in order per lane.
 */
package org.serverroster.outbox;
