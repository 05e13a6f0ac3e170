package org.serverroster.pipeline;

/**
 * A command as its sender wrote it; the schema is {@code command.v1}. What is absent is null.
 *
 * @param id chosen by the sender; the same command sent again has the same
 * @param action {@code subscribe}, {@code approve}, {@code deny}, {@code revoke} or {@code block}
 * @param actor the acting person: an administrator's mail address or JID
 * @param preApprove {@code subscribe}: whether the peer's own request is approved when it comes
 * @param subscribeBack {@code approve}: whether we ask for its presence in return
 * @param block {@code deny}: whether nothing more is heard of it
 * @param note why, for the audit trail; its line ends are line feeds
 */
record Order(
    String id,
    String action,
    String domain,
    String peer,
    String actor,
    Boolean preApprove,
    Boolean subscribeBack,
    Boolean block,
    String note) {}
