/** The settings, and how the parts of the house are put together from them. */
package org.serverroster.config;
