/**
 * What pipelines ask for: commands as JSON, signed or from an endpoint that knows its senders, in
 * the name of an administrator. docs/events.md is what integrators read.
 */
package org.serverroster.pipeline;
