/** Requests, one-time tokens, what the mail says. */
package org.serverroster.approval;
