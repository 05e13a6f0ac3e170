-- XEP-0267: Server Buddies: hands what other servers say to this host over to Server Roster, and sends in the host's name for it
--
-- The protocol (urn:server-roster:handover:0), the settings and what is promised are in the README.md beside this file.

local st = require "util.stanza";
local errors = require "util.error";
local jid_prep = require "util.jid".prep;
local jid_split = require "util.jid".split;
local jid_prepped_split = require "util.jid".prepped_split;
local datamanager = require "util.datamanager";
local sha1 = require "util.hashes".sha1;
local new_id = require "util.id".medium;
local throttle = require "util.throttle";
local cache = require "util.cache";
local promise = require "util.promise";
local now = require "util.time".now;
local umask = require "util.pposix".umask;
local is_admin = require "core.usermanager".is_admin;
local adhoc_new = module:require "adhoc".new;
local has_stdio, stdio = pcall(require, "posix.stdio");
local has_unistd, unistd = pcall(require, "posix.unistd");

local hosts = prosody.hosts;
local xmlns_handover = "urn:server-roster:handover:0";
local xmlns_command = "http://jabber.org/protocol/commands";
-- The commands of Server Roster, by their nodes: it decides what they do and who may, this lists them for Prosody's admins.
local command_names = {
	["http://jabber.org/protocol/admin#server-buddy"] = "Ask a server for its presence",
	["urn:server-roster:command:pending-requests"] = "Decide about servers that ask to be trusted",
	["urn:server-roster:command:remove-peer"] = "Remove a server from the server roster",
};

-- A number greater than zero; anything else is said and replaced by the default.
local function number(name, default)
	local value = module:get_option_number("server_roster_"..name, default);
	if value and value > 0 then return value; end
	module:log("error", "server_roster_%s must be a number greater than 0, %s is used instead", name, default);
	return default;
end

local component = jid_prep(module:get_option_string("server_roster_component", "roster."..module.host));
local max_pending = number("max_pending", 2000);
local max_pending_per_peer = number("max_pending_per_peer", 20);
local max_stanza_size = number("max_stanza_size", 10240);
local max_answer_size = number("max_answer_size", 65536);
local window = number("window", 32);
local timeout = number("timeout", 30);
local retry_max = number("retry_max", 60);
local trust_ttl = number("trust_ttl", 30);
local trust_stale = number("trust_stale", 300);
local max_depth = 20;

local subscription_types = { subscribe = true, subscribed = true, unsubscribe = true, unsubscribed = true };
local other_types = { available = true, unavailable = true, probe = true, error = true };
-- The namespaces a stanza may be written in: all of them mean "the namespace of this stream".
local stream_namespaces = {
	["jabber:client"] = true, ["jabber:server"] = true, ["jabber:component:accept"] = true, [xmlns_handover] = true };
-- Error conditions that say "nobody there", whatever their type: no word from Server Roster itself.
local nobody_there = {
	["service-unavailable"] = true, ["feature-not-implemented"] = true, ["recipient-unavailable"] = true,
	["remote-server-not-found"] = true, ["remote-server-timeout"] = true, ["internal-server-error"] = true };
-- "I do not know this host": a mistake in Server Roster's settings, which must not cost a request.
local unknown_host = "forbidden";

-- What waits. An entry is { seq, peer, xml, durable }, its queue is the list of one peer's entries, oldest first.
local queues = {}; -- peer -> queue
local in_flight, n_in_flight = {}, 0; -- IQ id -> entry that was sent and not answered yet
local ready, ready_first, ready_last = {}, 1, 0; -- queues whose first entry may be sent
local n_pending, n_durable = 0, 0;
local last_seq = math.floor(os.time()) * 1000; -- grows over restarts, even if the journal was lost

-- Strangers cause these lines, so they are rationed.
local ration = throttle.create(20, 60);
local function log_rationed(...)
	if ration:poll(1) then module:log(...); end
end

local function printable(text)
	return (tostring(text):gsub("[%c\127]", "?"):sub(1, 200));
end

-- The stream of our component, or nil. An internal component of that name has no stream.
local function component_session()
	local host = hosts[component];
	local mod = host and host.modules and host.modules.component;
	return mod and mod.connected and mod.session or nil;
end

--- Access control: whom this host trusts, for other modules

local trust_known = cache.new(1000); -- peer -> { trusted, at }
local trust_asked = {}; -- peer -> promise of an answer that is under way

-- What is known may have changed.
local function trust_unsure(peer)
	trust_known:set(peer, nil);
	trust_asked[peer] = nil;
end

local function ask_trust(peer)
	local question = st.iq({ type = "get", from = module.host, to = component, id = new_id() })
		:tag("trusted", { xmlns = xmlns_handover, peer = peer });
	return module:send_iq(question, nil, 5):next(function (answer)
		local element = answer.stanza:get_child("trusted", xmlns_handover);
		return element ~= nil and element.attr.trusted == "true";
	end);
end

--- Whether this host trusts a server: a promise of true or false. Fails closed: without an answer of Server Roster what
--- was known last counts for trust_stale seconds, then nobody is trusted.
function trusted(peer) -- luacheck: ignore 131/trusted
	peer = jid_prep(peer);
	if not peer or jid_split(peer) or peer == module.host then return promise.resolve(false); end
	local known = trust_known:get(peer);
	if known and now() - known.at < trust_ttl then return promise.resolve(known.trusted); end
	if trust_asked[peer] then return trust_asked[peer]; end
	local asked;
	asked = (component_session() and ask_trust(peer) or promise.reject("away")):next(function (answer)
		if trust_asked[peer] == asked then -- otherwise it may have changed meanwhile
			trust_known:set(peer, { trusted = answer, at = now() });
			trust_asked[peer] = nil;
		end
		return answer;
	end, function ()
		if trust_asked[peer] == asked then trust_asked[peer] = nil; end
		return known ~= nil and known.trusted and now() - known.at < trust_stale;
	end);
	trust_asked[peer] = asked;
	return asked;
end

-- The same for modules that do not depend on this one: module:context(host):fire_event("server-roster/trusted", { peer = ... })
module:hook("server-roster/trusted", function (event)
	return trusted(event.peer);
end);

--- The journal: an append-only file of "+ checksum seq peer stanza" and "- seq" lines

local journal = { path = datamanager.getpath(nil, module.host, "server_roster", "journal", true), lines = 0 };

-- Without luaposix Lua cannot flush the device: then the kernel has the data, which survives our death but not its own.
local function sync(file)
	return not (has_stdio and has_unistd) or unistd.fsync(stdio.fileno(file)) == 0;
end

local function journal_line(entry)
	local fields = ("%d\t%s\t%s"):format(entry.seq, entry.peer, entry.xml);
	return "+\t"..sha1(fields, true):sub(1, 8).."\t"..fields.."\n";
end

local function durable_entries()
	local entries = {};
	for _, queue in pairs(queues) do
		for _, entry in ipairs(queue) do
			if entry.durable then entries[#entries + 1] = entry; end
		end
	end
	table.sort(entries, function (a, b) return a.seq < b.seq; end);
	return entries;
end

local function journal_close()
	if journal.file then journal.file:close(); end
	journal.file = nil;
end

-- Writes what still waits into a new file and puts it in the journal's place.
local function journal_rewrite()
	journal_close();
	local scratch = journal.path.."~";
	os.remove(scratch);
	local mask = umask("077");
	local file, err = io.open(scratch, "w");
	umask(mask);
	local ok, lines = file, 0;
	for _, entry in ipairs(durable_entries()) do
		if not ok then break; end
		ok, err = file:write(journal_line(entry));
		lines = lines + 1;
	end
	if ok then ok, err = file:flush(); end
	if ok then ok, err = sync(file), "fsync failed"; end
	if ok then ok, err = os.rename(scratch, journal.path); end
	if not ok then
		if file then file:close(); end
		log_rationed("error", "The journal cannot be written, subscription requests are refused until it can: %s", err);
		return false;
	end
	journal.file, journal.lines = file, lines;
	return true;
end

local function journal_append(line, must_sync)
	if not journal.file and not journal_rewrite() then return false; end
	local ok, err = journal.file:write(line);
	if ok then ok, err = journal.file:flush(); end
	if ok and must_sync then ok, err = sync(journal.file), "fsync failed"; end
	if not ok then -- The last line may be torn: never append to it, the next append writes a new file.
		log_rationed("error", "The journal cannot be written: %s", err);
		journal_close();
		return false;
	end
	journal.lines = journal.lines + 1;
	return true;
end

local function journal_load()
	local file = io.open(journal.path);
	local data = file and file:read("*a") or "";
	if file then file:close(); end
	local entries, seqs, unreadable = {}, {}, 0;
	for line in data:gmatch("([^\n]*)\n") do
		local sum, fields = line:match("^%+\t(%x+)\t(.*)$");
		local done = line:match("^%-\t(%d+)$");
		if sum and sha1(fields, true):sub(1, 8) == sum then
			local seq, peer, xml = fields:match("^(%d+)\t([^\t]+)\t(.*)$");
			seq = tonumber(seq);
			entries[seq] = { seq = seq, peer = peer, xml = xml, durable = true, tries = 0 };
			seqs[#seqs + 1] = seq;
		elseif done then
			entries[tonumber(done)] = nil;
		else
			unreadable = unreadable + 1;
		end
	end
	if data:match("[^\n]$") then
		module:log("warn", "The last line of the journal was torn and is left out: %s", journal.path);
	end
	if unreadable > 0 then
		module:log("error", "%d lines of the journal are unreadable, it is kept as %s.bad", unreadable, journal.path);
		os.rename(journal.path, journal.path..".bad");
	end
	for _, seq in ipairs(seqs) do
		local entry = entries[seq];
		last_seq = math.max(last_seq, seq);
		if entry then
			local queue = queues[entry.peer] or { peer = entry.peer };
			queues[entry.peer] = queue;
			queue[#queue + 1] = entry;
			n_pending, n_durable = n_pending + 1, n_durable + 1;
		end
	end
	journal_rewrite();
	if n_durable > 0 then
		module:log("info", "%d stanzas wait to be handed over to %s", n_durable, component);
	end
end

--- The queues: in order per peer, different peers in parallel

local function make_ready(queue)
	if queue[1] and not (queue.ready or queue[1].session or queue.timer) then
		queue.ready = true;
		ready_last = ready_last + 1;
		ready[ready_last] = queue;
	end
end

local function forget(queue, i)
	local entry = table.remove(queue, i);
	n_pending = n_pending - 1;
	if entry.durable then
		n_durable = n_durable - 1;
		journal_append("-\t"..entry.seq.."\n");
		if journal.lines > 1000 and journal.lines > 4 * n_durable then journal_rewrite(); end
	end
	if not queue[1] and queues[queue.peer] == queue then queues[queue.peer] = nil; end
	return entry;
end

local function forget_passing(queue)
	for i = #queue, 1, -1 do
		if not queue[i].durable then
			local entry = forget(queue, i);
			if entry.unanswered then entry.unanswered(); end
		end
	end
end

local function land(entry)
	entry.timer:stop();
	entry.session, entry.timer = nil, nil;
	in_flight[entry.id] = nil;
	n_in_flight = n_in_flight - 1;
end

local pump;

-- Not taken over: what is journaled is tried again later, the rest is dropped, and so is what waits behind it.
local function retry_later(queue)
	forget_passing(queue);
	local entry = queue[1];
	if not entry then return; end
	local delay = math.min(2 ^ math.min(entry.tries - 1, 16), retry_max) * (0.75 + math.random() / 2);
	queue.timer = module:add_timer(delay, function ()
		queue.timer = nil;
		make_ready(queue);
		pump();
	end);
end

local function transmit(queue, session)
	local entry = queue[1];
	entry.id = "handover-"..entry.seq;
	entry.tries = entry.tries + 1;
	entry.session = session;
	in_flight[entry.id] = entry;
	n_in_flight = n_in_flight + 1;
	entry.timer = module:add_timer(timeout, function ()
		module:log("warn", "%s did not answer hand-over %d within %d s", component, entry.seq, timeout);
		land(entry);
		entry.late = session; -- an answer that still comes on it counts
		retry_later(queue);
		pump();
	end);
	-- The stanza goes out as the very text that is in the journal.
	session.send(("<iq type='set' from='%s' to='%s' id='%s'><handover xmlns='%s' seq='%d'>%s</handover></iq>")
		:format(st.xml_escape(module.host), st.xml_escape(component), entry.id, xmlns_handover, entry.seq, entry.xml));
end

function pump()
	local session = component_session();
	while session and n_in_flight < window and ready_first <= ready_last do
		local queue = ready[ready_first];
		ready[ready_first] = nil;
		ready_first = ready_first + 1;
		queue.ready = nil;
		if queue[1] then transmit(queue, session); end
	end
end

-- True if the entry is taken over: from here on it is ours to deliver (if durable) or to drop.
local function take(entry)
	local queue = queues[entry.peer] or { peer = entry.peer };
	local last = queue[#queue];
	if last and entry.same and last.same == entry.same and not last.session then
		return true; -- says nothing that the one that waits does not say
	end
	-- Half of the room is for what is journaled alone.
	if #queue >= max_pending_per_peer or n_pending >= (entry.durable and max_pending or max_pending / 2) then
		return false;
	end
	last_seq = last_seq + 1;
	entry.seq, entry.tries = last_seq, 0;
	if entry.durable and not journal_append(journal_line(entry), true) then return false; end
	queues[entry.peer] = queue;
	queue[#queue + 1] = entry;
	n_pending = n_pending + 1;
	if entry.durable then n_durable = n_durable + 1; end
	make_ready(queue);
	pump();
	return true;
end

--- The component's stream comes and goes

local function stream_up()
	module:log("info", "%s is connected, %d stanzas to hand over", component, n_pending);
	local waiting = {};
	for _, queue in pairs(queues) do waiting[#waiting + 1] = queue; end
	table.sort(waiting, function (a, b) return a[1].seq < b[1].seq; end);
	for _, queue in ipairs(waiting) do
		-- One that was under way at three losses of the stream may be their cause: it keeps its delay.
		if queue.timer and queue[1].tries < 3 then
			queue.timer:stop();
			queue.timer = nil;
		end
		make_ready(queue);
	end
	pump();
end

local function stream_down(event)
	for _, entry in pairs(in_flight) do -- luacheck: ignore 213
		if entry.session == event.session then
			land(entry);
			retry_later(queues[entry.peer]);
		end
	end
	if component_session() == event.session or not component_session() then
		for _, queue in pairs(queues) do forget_passing(queue); end
	end
end

local watched;
local function watch_component()
	local events = hosts[component] and hosts[component].events;
	if not events or watched == events then return; end
	watched = events;
	module:hook_object_event(events, "component-authenticated", stream_up);
	module:hook_object_event(events, "component-disconnected", stream_down);
end
-- Hosts start in no particular order.
module:hook_global("host-activated", function (host)
	if host == component then watch_component(); end
end);
module:hook_global("server-started", function ()
	if not (hosts[component] and hosts[component].modules.component) then
		module:log_status("error", "There is no external component %s: add Component %q with its component_secret", component, component);
	end
end);

--- Part 1: server to component

-- The stanza as text on one line, in the namespace of clients, addressed to the host itself.
local function serialise(stanza)
	local copy = st.clone(stanza);
	copy.attr.to = module.host;
	copy.attr.xmlns = "jabber:client";
	return (tostring(copy):gsub("[\r\n\t]", { ["\r"] = "&#13;", ["\n"] = "&#10;", ["\t"] = "&#9;" }));
end

local function deeper_than(stanza, limit)
	if limit == 0 then return true; end
	for _, child in ipairs(stanza.tags) do
		if deeper_than(child, limit - 1) then return true; end
	end
	return false;
end

local function reply_error(origin, stanza, ...)
	if stanza.attr.type ~= "error" then origin.send(st.error_reply(stanza, ...)); end
	return true;
end

module:hook("presence/host", function (event)
	local origin, stanza = event.origin, event.stanza;
	local node, peer = jid_split(stanza.attr.from);
	if node or not peer or peer == module.host then return; end
	local kind = stanza.attr.type or "available";
	local durable = subscription_types[kind];
	if kind == "unsubscribe" then trust_unsure(peer); end
	if not durable and not other_types[kind] then
		return reply_error(origin, stanza, "modify", "bad-request", "Unknown presence type");
	elseif not durable and not component_session() then
		return true;
	end
	local xml = serialise(stanza);
	if #xml > max_stanza_size or deeper_than(stanza, max_depth) then
		log_rationed("warn", "Presence of type %s from %s is too large (%d bytes)", kind, printable(peer), #xml);
		return not durable or reply_error(origin, stanza, "modify", "policy-violation", "Stanza is too large");
	end
	local same;
	if durable then
		local anonymous = st.clone(stanza);
		anonymous.attr.id, anonymous.attr.to = nil, module.host;
		same = sha1(tostring(anonymous));
	end
	if not take({ peer = peer, xml = xml, durable = durable, same = same }) and durable then
		log_rationed("warn", "Presence of type %s from %s is refused for now, %d stanzas wait", kind, printable(peer), n_pending);
		return reply_error(origin, stanza, "wait", "resource-constraint", "Your request cannot be taken now, try again later");
	end
	return true;
end, 100);

-- "Done", said after its time was over: then it need not be handed over again.
local function take_late_answer(origin, stanza)
	local seq = stanza.attr.type == "result" and stanza.attr.from == component
		and tonumber((stanza.attr.id or ""):match("^handover%-(%d+)$"));
	if not seq then return false; end
	for _, queue in pairs(queues) do
		local entry = queue[1];
		if entry and entry.seq == seq and queue.timer and entry.late == origin then
			queue.timer:stop();
			queue.timer = nil;
			forget(queue, 1);
			make_ready(queue);
			pump();
			return true;
		end
	end
	return false;
end

-- The answers of the component. Only those that come over the very stream that carried the question count.
module:hook("iq/host", function (event)
	local stanza = event.stanza;
	local entry = in_flight[stanza.attr.id];
	if not entry then return take_late_answer(event.origin, stanza) or nil; end
	if entry.session ~= event.origin or stanza.attr.from ~= component then return; end
	local kind = stanza.attr.type;
	if kind ~= "result" and kind ~= "error" then return; end
	local queue = queues[entry.peer];
	land(entry);
	local error_type, condition, text;
	if kind == "error" then error_type, condition, text = stanza:get_error(); end
	if entry.durable and condition == unknown_host then
		log_rationed("error", "%s does not serve this host, hand-over %d waits: add %s to roster.domains of Server Roster",
			component, entry.seq, module.host);
		retry_later(queue);
	elseif entry.durable and (error_type == "wait" or nobody_there[condition]) then
		module:log("warn", "%s cannot take hand-over %d now: %s", component, entry.seq, printable(text or condition));
		retry_later(queue);
	else
		if entry.durable and kind == "error" then
			module:log("error", "%s refused hand-over %d from %s, it is dropped: %s", component, entry.seq,
				printable(entry.peer), printable(text or condition));
		end
		forget(queue, 1);
		if entry.answered then entry.answered(stanza); end
		make_ready(queue);
	end
	pump();
	return true;
end, 100);

-- Takes the namespaces off that only say "as the stream".
local function in_stream_namespace(stanza)
	stanza.attr.xmlns = nil;
	for _, child in ipairs(stanza.tags) do
		if stream_namespaces[child.attr.xmlns] then in_stream_namespace(child); end
	end
	return stanza;
end

local function stanza_inside(element, name)
	for _, child in ipairs(element and element.tags or {}) do
		if child.name == name and (child.attr.xmlns == nil or stream_namespaces[child.attr.xmlns]) then
			return in_stream_namespace(st.clone(child));
		end
	end
end

-- mod_adhoc lists the commands for administrators and turns everybody else away; what it lets pass is caught before it.
module:depends("adhoc");
for node, name in pairs(command_names) do
	module:add_item("adhoc", adhoc_new(name, node, function ()
		return { status = "completed", error = { message = "Not available" } };
	end, "admin"));
end

module:hook("iq-set/host/"..xmlns_command..":command", function (event)
	local origin, stanza = event.origin, event.stanza;
	local from = stanza.attr.from;
	if not command_names[stanza.tags[1].attr.node] or not is_admin(from, module.host) then return; end
	local function unanswered()
		if origin.send then
			reply_error(origin, stanza, "wait", "remote-server-timeout", "Server Roster does not answer, try again later");
		end
	end
	local xml = serialise(stanza);
	if #xml > max_stanza_size or deeper_than(stanza, max_depth) then
		return reply_error(origin, stanza, "modify", "policy-violation", "Stanza is too large");
	elseif not component_session() then
		unanswered();
		return true;
	end
	local entry = { peer = from, xml = xml, unanswered = unanswered };
	function entry.answered(answer)
		local inner = stanza_inside(answer:get_child("handover", xmlns_handover), "iq") or stanza_inside(answer, "iq");
		if answer.attr.type == "error" then inner = in_stream_namespace(st.clone(answer)); end
		if not inner or (inner.attr.type ~= "result" and inner.attr.type ~= "error") then return unanswered(); end
		inner.attr = { type = inner.attr.type, id = stanza.attr.id, from = module.host, to = from };
		if origin.send then origin.send(inner); end
	end
	if not take(entry) then unanswered(); end
	return true;
end, 510);

--- Part 2: component to server

local sendable = { subscribe = true, subscribed = true, unsubscribe = true, unsubscribed = true,
	available = true, unavailable = true, probe = true };

module:hook("iq-set/host/"..xmlns_handover..":send", function (event)
	local origin, stanza = event.origin, event.stanza;
	if origin.type ~= "component" then return; end -- to anybody else this does not exist
	if origin ~= component_session() or stanza.attr.from ~= component then
		module:log("warn", "%s may not send for this host, only %s may", printable(stanza.attr.from), component);
		return reply_error(origin, stanza, "auth", "forbidden");
	end
	local element = stanza.tags[1];
	local inner = #element.tags == 1 and (stanza_inside(element, "presence") or stanza_inside(element, "iq"));
	if not inner or inner.attr.from then
		return reply_error(origin, stanza, "modify", "bad-request", "One presence or IQ without 'from' is expected");
	end
	local node, to, resource = jid_prepped_split(inner.attr.to);
	local kind = inner.attr.type or "available";
	if not to or node or to == module.host then
		return reply_error(origin, stanza, "modify", "bad-request", "'to' must be another server");
	elseif inner.name == "presence" and (resource or not sendable[kind]) or inner.name == "iq" and kind ~= "get" then
		return reply_error(origin, stanza, "cancel", "not-allowed", "This kind of stanza is not sent for the component");
	elseif inner.name == "iq" and #inner.tags ~= 1 then
		return reply_error(origin, stanza, "modify", "bad-request", "An IQ of type get has one child");
	end
	inner.attr.from = module.host;
	inner.attr.to = resource and to.."/"..resource or to;
	if inner.name == "presence" then
		if subscription_types[kind] then trust_unsure(to); end
		module:send(inner);
		origin.send(st.reply(stanza));
		return true;
	end
	local function answer(reply)
		if not origin.send then return; end -- that stream is gone, and with it the question
		if #tostring(reply) > max_answer_size or deeper_than(reply, max_depth) then
			reply = st.error_reply(inner, "modify", "policy-violation", "The answer is too large");
		end
		reply = st.clone(reply);
		reply.attr.xmlns, reply.attr.id = "jabber:client", element.tags[1].attr.id;
		origin.send(st.reply(stanza):tag("send", { xmlns = xmlns_handover }):add_child(reply));
	end
	inner.attr.id = new_id();
	module:send_iq(inner, nil, timeout):next(function (result)
		answer(result.stanza);
	end, function (err)
		answer(err.context and err.context.stanza or st.error_reply(inner, errors.new(err)));
	end);
	return true;
end);

module:add_feature("urn:xmpp:server-presence");

function module.load()
	journal_load();
	watch_component();
	if component_session() then stream_up(); end
end

function module.unload()
	journal_close();
end
