/**
 * What a person needs to know to decide about a peer: what its server says of itself, how it was
 * decided before, and whom its name could be taken for.
 */
package org.serverroster.dossier;
