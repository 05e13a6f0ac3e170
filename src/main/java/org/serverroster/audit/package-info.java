/**
 * The append-only trail of who did what, when, from where and why, and the chain of seals that
 * makes a later change of it evident.
 */
package org.serverroster.audit;
