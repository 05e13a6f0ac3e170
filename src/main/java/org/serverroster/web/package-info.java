/** What people and programs see over HTTP: adapters that call routes and hold no rules. */
package org.serverroster.web;
