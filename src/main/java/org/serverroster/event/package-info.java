/**
 * What programs elsewhere are told about the roster: events as CloudEvents 1.0, composed when
 * something happens and written when it leaves. docs/events.md is what integrators read.
 */
package org.serverroster.event;
