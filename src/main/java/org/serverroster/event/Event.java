package org.serverroster.event;

import java.util.Map;

/**
 * Something that happened, as it is told to programs.
 *
 * @param kind what it is and in which version: {@code roster.changed.v1}; names the schema of the
 *     data
 * @param data what there is to know; its values are text, numbers, booleans, lists or null
 */
public record Event(String kind, Map<String, Object> data) {}
