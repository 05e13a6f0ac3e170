-- XEP-0268: Incident Handling: takes reports only from servers that this host trusts. An example of access control by Server Roster
--
-- What is taken is given to other modules as the event "server-roster/incident" { from, report } and written to the log.

local st = require "util.stanza";
local jid_split = require "util.jid".split;
local roster = module:depends("server_roster");

local xmlns_incident = "urn:xmpp:incident:2";

local function answer(origin, reply)
	if origin.send then origin.send(reply); end -- the stream may have gone while we asked
end

module:hook("iq-set/host/"..xmlns_incident..":report", function (event)
	local origin, stanza = event.origin, event.stanza;
	local node, peer = jid_split(stanza.attr.from);
	if node or not peer then
		answer(origin, st.error_reply(stanza, "auth", "forbidden", "Only servers report incidents"));
		return true;
	end
	local copy = st.clone(stanza);
	roster.trusted(peer):next(function (trusted)
		if not trusted then
			return answer(origin, st.error_reply(copy, "auth", "forbidden", "This host does not trust your server"));
		end
		module:log("info", "%s reports an incident", peer);
		module:fire_event("server-roster/incident", { from = peer, report = copy.tags[1] });
		answer(origin, st.reply(copy));
	end):catch(function (err)
		module:log("error", "A report could not be handled: %s", err);
		answer(origin, st.error_reply(copy, "wait", "internal-server-error"));
	end);
	return true;
end);

module:add_feature(xmlns_incident);
