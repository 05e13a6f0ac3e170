%% XEP-0267: Server Buddies: hands what other servers say to a host over to Server Roster, and sends in the host's name for it
%%
%% The protocol (urn:server-roster:handover:0), the options and what is promised are in ../../README.md.
%% One process for each host owns the journal and the queues; hooks run in other processes and never wait for long.
-module(mod_server_roster).
-behaviour(gen_mod).
-behaviour(gen_server).

-export([start/2, stop/1, reload/3, depends/2, mod_options/1, mod_opt_type/1, mod_doc/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2, code_change/3]).
-export([filter_packet/1, component_send/1, component_connected/1, component_disconnected/2]).
-export([disco_features/5, disco_identity/5, command_items/4]).
-export([trusted/2]).

-include("logger.hrl").
-include("xmpp.hrl").

-define(NS_HANDOVER, <<"urn:server-roster:handover:0">>).
-define(NS_SERVER_PRESENCE, <<"urn:xmpp:server-presence">>).
-define(PRIORITY, 60).
-define(MAX_DEPTH, 20).
-define(MAX_TRUST_KNOWN, 1000).

-record(entry, {seq :: integer(),
                peer :: binary(),
                xml :: binary(),
                command :: undefined | iq(),     % a command that waits for its answer
                durable = false :: boolean(),
                same :: undefined | binary(),
                tries = 0 :: non_neg_integer()}).

-record(state, {host :: binary(),
                opts = #{} :: map(),
                journal :: undefined | term(),
                seq = 0 :: integer(),
                queues = #{} :: #{binary() => [#entry{}]},
                pending = 0 :: non_neg_integer(),
                in_flight = #{} :: #{binary() => {integer(), integer()}}, % peer -> the try that is under way
                delayed = #{} :: #{binary() => reference()},
                known = #{} :: #{binary() => {boolean(), integer()}},
                asked = #{} :: #{binary() => {reference(), [term()]}}}).

%%% What ejabberd asks of a module

%% Nothing here may fail: a crash would end the start of the whole server. What can is done by the process.
start(Host, Opts) ->
    gen_mod:start_child(?MODULE, Host, Opts).

stop(Host) ->
    gen_mod:stop_child(?MODULE, Host).

reload(Host, NewOpts, _OldOpts) ->
    gen_server:cast(proc(Host), {reload, NewOpts}).

depends(_Host, _Opts) ->
    [{mod_disco, soft}, {mod_adhoc, soft}]. % without them nothing is listed, and all else works

mod_opt_type(component) -> econf:host();
mod_opt_type(max_pending) -> econf:pos_int();
mod_opt_type(max_pending_per_peer) -> econf:pos_int();
mod_opt_type(max_stanza_size) -> econf:pos_int();
mod_opt_type(max_answer_size) -> econf:pos_int();
mod_opt_type(window) -> econf:pos_int();
mod_opt_type(timeout) -> econf:timeout(second);
mod_opt_type(retry_max) -> econf:timeout(second);
mod_opt_type(trust_ttl) -> econf:timeout(second);
mod_opt_type(trust_stale) -> econf:timeout(second).

mod_options(Host) ->
    [{component, <<"roster.", Host/binary>>},
     {max_pending, 2000},
     {max_pending_per_peer, 20},
     {max_stanza_size, 10240},
     {max_answer_size, 65536},
     {window, 32},
     {timeout, timer:seconds(30)},
     {retry_max, timer:seconds(60)},
     {trust_ttl, timer:seconds(30)},
     {trust_stale, timer:seconds(300)}].

mod_doc() ->
    #{desc => <<"Hands presence and commands for a host over to Server Roster (XEP-0267), and sends in its name.">>,
      opts => [{Name, #{value => <<"see README.md">>, desc => <<"see README.md">>}}
               || {Name, _} <- mod_options(<<"HOST">>)]}.

%%% The process of a host

init([Host, Opts]) ->
    process_flag(trap_exit, true),
    self() ! open_journal,
    hooks(add, Host),
    {ok, #state{host = Host, opts = options(Opts), seq = erlang:system_time(millisecond)}}.

terminate(_Reason, #state{host = Host, journal = Journal}) ->
    hooks(delete, Host),
    close_journal(Journal).

code_change(_OldVsn, State, _Extra) ->
    {ok, State}.

%% Hooks of a host, and those of all hosts, which the last one takes away.
hooks(Verb, Host) ->
    lists:foreach(
      fun({Hook, Function}) -> ejabberd_hooks:Verb(Hook, Host, ?MODULE, Function, ?PRIORITY) end,
      [{disco_local_features, disco_features}, {disco_local_identity, disco_identity},
       {adhoc_local_items, command_items}]),
    case Verb == delete andalso gen_mod:is_loaded_elsewhere(Host, ?MODULE) of
        true -> ok;
        false ->
            lists:foreach(
              fun({Hook, Function}) -> ejabberd_hooks:Verb(Hook, ?MODULE, Function, ?PRIORITY) end,
              [{filter_packet, filter_packet}, {component_send_packet, component_send},
               {component_connected, component_connected},
               {component_disconnected, component_disconnected}])
    end.

%% What cannot be handled is said and left: it must not end the process, since one that ends too often ends its
%% supervisor, and that the whole server.
handle_call(Question, From, State) ->
    guarded(fun() -> on_call(Question, From, State) end, {reply, {error, crashed}, State}).

handle_cast(Message, State) ->
    guarded(fun() -> on_cast(Message, State) end, {noreply, State}).

handle_info(Message, State) ->
    guarded(fun() -> on_info(Message, State) end, {noreply, State}).

guarded(Work, Otherwise) ->
    try Work()
    catch
        Class:Reason:Stack ->
            ?ERROR_MSG("Something could not be handled and is left: ~p:~p~n~p", [Class, Reason, Stack]),
            Otherwise
    end.

on_call({take, _Entry}, _From, #state{journal = undefined} = State) ->
    {reply, full, State};
on_call({take, Entry}, _From, State) ->
    {Reply, NewState} = take(Entry, State),
    {reply, Reply, pump(NewState)};
on_call({trusted, Peer}, From, State) ->
    {noreply, answer_trust(Peer, From, State)};
on_call(_, _From, State) ->
    {reply, {error, badarg}, State}.

on_cast({reload, Opts}, State) ->
    {noreply, pump(State#state{opts = options(Opts)})};
on_cast({unsure, Peer}, State) ->
    {noreply, unsure(Peer, State)};
on_cast({answer, Seq, Reply}, #state{in_flight = InFlight} = State) ->
    case [{Peer, Try} || {Peer, {S, _} = Try} <- maps:to_list(InFlight), S == Seq] of
        [{Peer, Try}] -> {noreply, pump(handed_over(Reply, Peer, Try, State))};
        [] -> {noreply, pump(late_answer(Seq, Reply, State))}
    end;
on_cast(connected, State) ->
    ?INFO_MSG("~ts is connected, ~B stanzas to hand over for ~ts",
              [component(State), State#state.pending, State#state.host]),
    {noreply, pump(wake_all(State))};
on_cast(disconnected, State) ->
    case is_up(State) of
        true ->
            ?INFO_MSG("One stream of ~ts is gone, another goes on", [component(State)]),
            {noreply, pump(one_stream_lost(State))};
        false ->
            ?INFO_MSG("~ts is disconnected, its commands are off and requests wait", [component(State)]),
            {noreply, stream_lost(State)}
    end;
on_cast(_, State) ->
    {noreply, State}.

on_info(open_journal, State) ->
    case open_journal(State) of
        {ok, NewState} -> {noreply, pump(NewState)};
        error ->
            erlang:send_after(timer:seconds(10), self(), open_journal),
            {noreply, State}
    end;
on_info({no_answer, Peer, Try}, #state{in_flight = InFlight} = State) ->
    case InFlight of
        #{Peer := Try} ->
            ?WARNING_MSG("~ts did not answer hand-over ~B in time", [component(State), element(1, Try)]);
        _ -> ok
    end,
    {noreply, pump(handed_over(timeout, Peer, Try, State))};
on_info({iq_reply, Reply, {send, Stream, Request, Inner}}, State) ->
    answer_send(Reply, Stream, Request, Inner, State),
    {noreply, State};
on_info({iq_reply, Reply, {trusted, Peer, Ref}}, State) ->
    {noreply, trust_answered(Reply, Peer, Ref, State)};
on_info({retry, Peer}, State) ->
    {noreply, pump(State#state{delayed = maps:remove(Peer, State#state.delayed)})};
on_info(_, State) ->
    {noreply, State}.

%%% The journal: a dets table, which repairs itself after a crash

open_journal(#state{host = Host} = State) ->
    Name = {?MODULE, Host},
    File = filename:join(mnesia:system_info(directory), "server_roster_" ++ binary_to_list(Host) ++ ".dets"),
    case dets:open_file(Name, [{file, File}, {auto_save, 1000}]) of
        {ok, Journal} ->
            case dets:foldl(fun(Row, Rows) -> [Row | Rows] end, [], Journal) of
                Rows when is_list(Rows) -> {ok, recall(Rows, State#state{journal = Journal})};
                {error, Reason} ->
                    dets:close(Journal),
                    damaged(File, Reason, State)
            end;
        {error, Reason} -> damaged(File, Reason, State)
    end.

%% A damaged file is kept for a person to look at; requests are taken again.
damaged(File, Reason, State) ->
    case filelib:is_regular(File) andalso file:rename(File, File ++ ".bad") of
        ok ->
            ?ERROR_MSG("The journal is unreadable and is kept as ~ts.bad: ~p", [File, Reason]),
            open_journal(State);
        _ ->
            ?ERROR_MSG("The journal cannot be opened, subscription requests are refused until it can: ~p", [Reason]),
            error
    end.

close_journal(undefined) -> ok;
close_journal(Journal) -> dets:close(Journal).

recall(Rows, State) ->
    Entries = [#entry{seq = Seq, peer = Peer, xml = Xml, durable = true}
               || {Seq, Peer, Xml} <- lists:sort(Rows), is_integer(Seq), is_binary(Peer), is_binary(Xml)],
    case Entries of
        [] -> State;
        _ ->
            ?INFO_MSG("~B stanzas wait to be handed over to ~ts", [length(Entries), component(State)]),
            Last = lists:last(Entries),
            lists:foldl(fun append/2, State#state{seq = max(State#state.seq, Last#entry.seq)}, Entries)
    end.

%% On the device before it is acknowledged to anybody.
write_journal(#entry{durable = false}, _) -> ok;
write_journal(#entry{seq = Seq, peer = Peer, xml = Xml}, Journal) ->
    case dets:insert(Journal, {Seq, Peer, Xml}) of
        ok -> dets:sync(Journal);
        Error -> Error
    end.

%%% The queues: in order per peer, different peers in parallel

take(#entry{peer = Peer, durable = Durable, same = Same} = Entry, #state{queues = Queues} = State) ->
    Queue = maps:get(Peer, Queues, []),
    Max = opt(max_pending, State),
    Room = if Durable -> Max; true -> Max div 2 end,
    Repeat = Same /= undefined andalso Queue /= [] andalso (lists:last(Queue))#entry.same == Same
        andalso not (length(Queue) == 1 andalso maps:is_key(Peer, State#state.in_flight)),
    Up = is_up(State),
    if Repeat -> {ok, State}; % says nothing that the one that waits does not say
       not Durable andalso not Up -> {away, State};
       length(Queue) >= map_get(max_pending_per_peer, State#state.opts); State#state.pending >= Room -> {full, State};
       true ->
            Numbered = Entry#entry{seq = State#state.seq + 1},
            case write_journal(Numbered, State#state.journal) of
                ok -> {ok, append(Numbered, State#state{seq = State#state.seq + 1})};
                {error, Reason} ->
                    ?ERROR_MSG("The journal cannot be written: ~p", [Reason]),
                    {full, State}
            end
    end.

append(#entry{peer = Peer} = Entry, #state{queues = Queues, pending = N} = State) ->
    State#state{queues = Queues#{Peer => maps:get(Peer, Queues, []) ++ [Entry]}, pending = N + 1}.

%% The first of a peer is done. On the device before the next one leaves: what a crash can bring back is a peer's last
%% stanza and none before it, which is what Server Roster looks for.
forget_first(Peer, #state{queues = Queues, pending = N, journal = Journal} = State) ->
    [Entry | Rest] = maps:get(Peer, Queues),
    if Entry#entry.durable -> dets:delete(Journal, Entry#entry.seq), dets:sync(Journal); true -> ok end,
    NewQueues = case Rest of [] -> maps:remove(Peer, Queues); _ -> Queues#{Peer => Rest} end,
    State#state{queues = NewQueues, pending = N - 1}.

%% What is not journaled does not wait for better times.
forget_passing(Peer, #state{queues = Queues, pending = N} = State) ->
    {Durable, Passing} = lists:partition(fun(E) -> E#entry.durable end, maps:get(Peer, Queues, [])),
    lists:foreach(fun unanswered/1, Passing),
    NewQueues = case Durable of [] -> maps:remove(Peer, Queues); _ -> Queues#{Peer => Durable} end,
    State#state{queues = NewQueues, pending = N - length(Passing)}.

pump(#state{journal = undefined} = State) -> State;
pump(State) ->
    case is_up(State) of
        true ->
            Waiting = [{(hd(Queue))#entry.seq, Peer}
                       || {Peer, Queue} <- maps:to_list(State#state.queues),
                          not maps:is_key(Peer, State#state.in_flight),
                          not maps:is_key(Peer, State#state.delayed)],
            Room = max(0, opt(window, State) - map_size(State#state.in_flight)),
            lists:foldl(fun({_, Peer}, S) -> transmit(Peer, S) end, State,
                        lists:sublist(lists:sort(Waiting), Room));
        false -> State
    end.

transmit(Peer, #state{queues = Queues, in_flight = InFlight} = State) ->
    [Entry | Rest] = maps:get(Peer, Queues),
    #entry{seq = Seq, xml = Xml, tries = Tries} = Entry,
    case fxml_stream:parse_element(Xml) of
        #xmlel{} = Stanza ->
            Handover = #xmlel{name = <<"handover">>,
                              attrs = [{<<"xmlns">>, ?NS_HANDOVER}, {<<"seq">>, integer_to_binary(Seq)}],
                              children = [Stanza]},
            ejabberd_router:route(
              #iq{type = set, id = <<"handover-", (integer_to_binary(Seq))/binary>>,
                  from = jid:make(State#state.host), to = jid:make(component(State)), sub_els = [Handover]}),
            erlang:send_after(opt(timeout, State), self(), {no_answer, Peer, {Seq, Tries + 1}}),
            State#state{queues = Queues#{Peer => [Entry#entry{tries = Tries + 1} | Rest]},
                        in_flight = InFlight#{Peer => {Seq, Tries + 1}}};
        {error, Reason} ->
            ?ERROR_MSG("Hand-over ~B is unreadable and is dropped: ~p", [Seq, Reason]),
            forget_first(Peer, State)
    end.

handed_over(Reply, Peer, Try, #state{in_flight = InFlight} = State) ->
    case InFlight of
        #{Peer := Try} ->
            settle(outcome(Reply), Reply, Peer,
                   State#state{in_flight = maps:remove(Peer, InFlight)});
        _ -> State % of an earlier try
    end.

%% "Done", said after its time was over: then it need not be handed over again.
late_answer(Seq, #iq{type = result} = Reply, #state{queues = Queues} = State) ->
    case [Peer || {Peer, [#entry{seq = S, durable = true} | _]} <- maps:to_list(Queues), S == Seq] of
        [Peer] -> settle(done, Reply, Peer, State);
        [] -> State
    end;
late_answer(_, _, State) ->
    State.

%% Done, refused for good, or later: "wait", "nobody there", and "I do not know this host", which is a mistake in the
%% settings that must not cost a request.
outcome(timeout) -> later;
outcome(#iq{type = result}) -> done;
outcome(#iq{type = error} = Reply) ->
    case xmpp:get_error(Reply) of
        #stanza_error{type = wait} -> later;
        #stanza_error{reason = Reason} ->
            case condition(Reason) of
                forbidden -> unserved;
                'service-unavailable' -> later;
                'feature-not-implemented' -> later;
                'recipient-unavailable' -> later;
                'remote-server-not-found' -> later;
                'remote-server-timeout' -> later;
                'internal-server-error' -> later;
                Other -> {refused, Other}
            end;
        undefined -> {refused, undefined}
    end.

settle(done, Reply, Peer, State) ->
    answered(hd(maps:get(Peer, State#state.queues)), Reply, State),
    forget_first(Peer, State);
settle({refused, Condition}, Reply, Peer, State) ->
    case hd(maps:get(Peer, State#state.queues)) of
        #entry{durable = true, seq = Seq} ->
            ?ERROR_MSG("~ts refused hand-over ~B from ~ts, it is dropped: ~p",
                       [component(State), Seq, Peer, Condition]);
        Entry -> answered(Entry, Reply, State)
    end,
    forget_first(Peer, State);
settle(unserved, Reply, Peer, State) ->
    ?ERROR_MSG("~ts does not serve this host, hand-overs wait: add ~ts to roster.domains of Server Roster",
               [component(State), State#state.host]),
    case hd(maps:get(Peer, State#state.queues)) of
        #entry{durable = true} -> retry_later(Peer, State);
        Entry -> answered(Entry, Reply, State), forget_first(Peer, State)
    end;
settle(later, Reply, Peer, State) ->
    case hd(maps:get(Peer, State#state.queues)) of
        #entry{durable = false, command = #iq{}} = Entry when Reply /= timeout ->
            answered(Entry, Reply, State),
            forget_first(Peer, State);
        #entry{seq = Seq} ->
            ?WARNING_MSG("~ts did not take hand-over ~B now", [component(State), Seq]),
            retry_later(Peer, State)
    end.

retry_later(Peer, State0) ->
    State = forget_passing(Peer, State0),
    case State#state.queues of
        #{Peer := [#entry{tries = Tries} | _]} ->
            Delay = min(1000 bsl min(max(Tries - 1, 0), 16), opt(retry_max, State)),
            Timer = erlang:send_after(Delay * 3 div 4 + rand:uniform(Delay div 2 + 1), self(), {retry, Peer}),
            State#state{delayed = (State#state.delayed)#{Peer => Timer}};
        _ -> State
    end.

%% One that was under way at three losses of the stream may be their cause: it keeps its delay.
wake_all(#state{delayed = Delayed, queues = Queues} = State) ->
    Awake = maps:filter(
              fun(Peer, Timer) ->
                      case Queues of
                          #{Peer := [#entry{tries = Tries} | _]} when Tries >= 3 -> false;
                          _ -> erlang:cancel_timer(Timer), true
                      end
              end, Delayed),
    State#state{delayed = maps:without(maps:keys(Awake), Delayed)}.

stream_lost(#state{in_flight = InFlight, queues = Queues} = State) ->
    Lost = State#state{in_flight = #{}},
    AfterFlight = lists:foldl(fun retry_later/2, Lost, maps:keys(InFlight)),
    lists:foldl(fun forget_passing/2, AfterFlight, maps:keys(Queues) -- maps:keys(InFlight)).

%% What was under way may have been at the other stream: a stanza is handed over again soon, its answer counts if it comes
%% after all; a command is not run twice, it has its time-out.
one_stream_lost(#state{in_flight = InFlight, queues = Queues} = State) ->
    Stanzas = [Peer || Peer <- maps:keys(InFlight), (hd(maps:get(Peer, Queues)))#entry.durable],
    lists:foldl(fun retry_later/2, State#state{in_flight = maps:without(Stanzas, InFlight)}, Stanzas).

%%% Server to component

filter_packet(Packet) ->
    try sort(Packet) catch
        Class:Reason:Stack ->
            ?ERROR_MSG("A stanza could not be handed over: ~p:~p~n~p", [Class, Reason, Stack]),
            Packet
    end.

sort(#presence{from = #jid{luser = <<>>, lserver = Peer}, to = #jid{luser = <<>>, lserver = Host}} = Presence)
  when Peer /= Host ->
    case gen_mod:is_loaded(Host, ?MODULE) of
        true -> take_presence(Presence, Peer, Host), drop;
        false -> Presence
    end;
sort(#iq{type = set, to = #jid{luser = <<>>, lserver = Host, lresource = <<>>}, from = From} = IQ) ->
    case gen_mod:is_loaded(Host, ?MODULE) andalso command_node(IQ) of
        {true, _Node} -> take_command(IQ, From, Host), drop;
        false -> IQ
    end;
sort(Packet) ->
    Packet.

take_presence(#presence{type = Type, from = From} = Presence, Peer, Host) ->
    Durable = lists:member(Type, [subscribe, subscribed, unsubscribe, unsubscribed]),
    if Type == unsubscribe -> gen_server:cast(proc(Host), {unsure, Peer}); true -> ok end,
    ToHost = Presence#presence{to = jid:make(Host)},
    {Xml, Same} = serialise(ToHost, Durable),
    Entry = #entry{seq = 0, peer = Peer, xml = Xml, durable = Durable, same = Same},
    case byte_size(Xml) =< opt_of(Host, max_stanza_size) andalso not deep(Xml) of
        false when Durable ->
            ejabberd_router:route_error(
              Presence, xmpp:err_policy_violation(<<"Stanza is too large">>, <<"en">>));
        false -> ok;
        true ->
            case ask_process(Host, {take, Entry}) of
                ok -> ok;
                _ when Durable ->
                    ?WARNING_MSG("Presence of type ~ts from ~ts is refused for now", [Type, jid:encode(From)]),
                    ejabberd_router:route_error(
                      Presence,
                      xmpp:err_resource_constraint(
                        <<"Your request cannot be taken now, try again later">>, <<"en">>));
                _ -> ok
            end
    end.

take_command(#iq{lang = Lang} = IQ, From, Host) ->
    {Xml, _} = serialise(IQ, false),
    Entry = #entry{seq = 0, peer = jid:encode(jid:tolower(From)), xml = Xml, command = IQ},
    case acl:match_rule(Host, configure, From) of
        deny ->
            ejabberd_router:route_error(
              IQ, xmpp:err_forbidden(<<"Only administrators may do that">>, Lang));
        allow ->
            case byte_size(Xml) =< opt_of(Host, max_stanza_size) andalso not deep(Xml) of
                false ->
                    ejabberd_router:route_error(
                      IQ, xmpp:err_policy_violation(<<"Stanza is too large">>, Lang));
                true ->
                    case ask_process(Host, {take, Entry}) of
                        ok -> ok;
                        _ -> unanswered(Entry)
                    end
            end
    end.

%% The process may be gone for a moment: its supervisor starts it again.
ask_process(Host, Question) ->
    try gen_server:call(proc(Host), Question, 10000) catch exit:_ -> full end.

unanswered(#entry{command = #iq{} = IQ}) ->
    Error = xmpp:err_remote_server_timeout(<<"Server Roster does not answer, try again later">>, <<"en">>),
    ejabberd_router:route_error(IQ, Error);
unanswered(_) ->
    ok.

answered(#entry{command = #iq{from = From, to = To, id = Id} = IQ} = Entry, Reply, _State) ->
    case inner_answer(Reply) of
        #xmlel{attrs = Attrs} = El ->
            Type = fxml:get_attr_s(<<"type">>, Attrs),
            Answer = (plain(El))#xmlel{attrs = [{<<"type">>, Type}, {<<"id">>, Id}]},
            try xmpp:decode(Answer, ?NS_CLIENT, [ignore_els]) of
                Decoded -> ejabberd_router:route(xmpp:set_from_to(Decoded, To, From))
            catch _:_ -> unanswered(Entry)
            end;
        none ->
            case Reply of
                #iq{type = error} -> ejabberd_router:route(
                                       Reply#iq{id = Id, from = To, to = From,
                                                sub_els = [E || E <- [xmpp:get_error(Reply)], E /= undefined]});
                _ -> unanswered(Entry)
            end,
            IQ
    end;
answered(_, _, _) ->
    ok.

inner_answer(#iq{sub_els = Els}) ->
    Candidates = [Child || #xmlel{name = <<"handover">>, children = Children} <- Els,
                           #xmlel{name = <<"iq">>} = Child <- Children]
        ++ [El || #xmlel{name = <<"iq">>} = El <- Els],
    case [El || #xmlel{attrs = Attrs} = El <- Candidates,
                lists:member(fxml:get_attr_s(<<"type">>, Attrs), [<<"result">>, <<"error">>])] of
        [El | _] -> El;
        [] -> none
    end.

command_node(#iq{sub_els = [El]}) ->
    {Name, NS} = {xmpp:get_name(El), xmpp:get_ns(El)},
    Node = case El of
               #xmlel{attrs = Attrs} -> fxml:get_attr_s(<<"node">>, Attrs);
               #adhoc_command{node = N} -> N;
               _ -> <<>>
           end,
    case {Name, NS, lists:keymember(Node, 1, commands())} of
        {<<"command">>, ?NS_COMMANDS, true} -> {true, Node};
        _ -> false
    end;
command_node(_) ->
    false.

%% As text in the namespace of clients, and what a repeat of it has in common with it.
serialise(Stanza, Durable) ->
    #xmlel{attrs = Attrs} = El = xmpp:encode(Stanza, ?NS_CLIENT),
    Xml = fxml:element_to_binary(in_client_namespace(El)),
    Same = if Durable -> crypto:hash(sha, fxml:element_to_binary(
                                           El#xmlel{attrs = lists:keydelete(<<"id">>, 1, Attrs)}));
              true -> undefined
           end,
    {Xml, Same}.

in_client_namespace(#xmlel{attrs = Attrs} = El) ->
    El#xmlel{attrs = [{<<"xmlns">>, ?NS_CLIENT} | lists:keydelete(<<"xmlns">>, 1, Attrs)]}.

deep(Xml) ->
    case fxml_stream:parse_element(Xml) of
        #xmlel{} = El -> deeper_than(El, ?MAX_DEPTH);
        _ -> true
    end.

deeper_than(_, 0) -> true;
deeper_than(#xmlel{children = Children}, N) ->
    lists:any(fun(#xmlel{} = Child) -> deeper_than(Child, N - 1); (_) -> false end, Children).

%%% Component to server

%% Runs for what comes over a component's own stream, and for nothing else.
component_send({#iq{type = set, to = #jid{luser = <<>>, lserver = Host}} = IQ, StreamState} = Acc) ->
    try is_send(IQ) andalso gen_mod:is_loaded(Host, ?MODULE) of
        true -> send_for(IQ, Host), {drop, StreamState};
        false -> Acc
    catch
        Class:Reason:Stack ->
            ?ERROR_MSG("A stanza could not be sent for ~ts: ~p:~p~n~p", [Host, Class, Reason, Stack]),
            to_stream(self(), xmpp:make_error(IQ, xmpp:err_internal_server_error())),
            {drop, StreamState}
    end;
component_send({#iq{type = Type, id = <<"handover-", Number/binary>>, from = From,
                    to = #jid{luser = <<>>, lserver = Host}} = IQ, StreamState} = Acc)
  when Type == result; Type == error ->
    try gen_mod:is_loaded(Host, ?MODULE) andalso {opt_of(Host, component), From} of
        {Component, #jid{luser = <<>>, lserver = Component, lresource = <<>>}} ->
            gen_server:cast(proc(Host), {answer, binary_to_integer(Number), IQ}),
            {drop, StreamState};
        _ -> Acc
    catch _:_ -> Acc
    end;
component_send(Acc) ->
    Acc.

is_send(#iq{sub_els = [#xmlel{name = <<"send">>} = El]}) -> xmpp:get_ns(El) == ?NS_HANDOVER;
is_send(_) -> false.

send_for(#iq{from = From, sub_els = [#xmlel{children = Children}]} = IQ, Host) ->
    Component = opt_of(Host, component),
    case From of
        #jid{luser = <<>>, lserver = Component, lresource = <<>>} ->
            case sendable([El || #xmlel{} = El <- Children], Host) of
                {ok, #presence{type = Type} = Presence} ->
                    case lists:member(Type, [subscribe, subscribed, unsubscribe, unsubscribed]) of
                        true -> gen_server:cast(proc(Host), {unsure, (Presence#presence.to)#jid.lserver});
                        false -> ok
                    end,
                    ejabberd_router:route(Presence),
                    to_stream(self(), xmpp:make_iq_result(IQ));
                {ok, #iq{id = Id} = Query} ->
                    ejabberd_router:route_iq(Query, {send, self(), IQ, {Id, Query}}, proc(Host), opt_of(Host, timeout));
                {error, Error} ->
                    to_stream(self(), xmpp:make_error(IQ, Error))
            end;
        _ ->
            ?WARNING_MSG("~ts may not send for ~ts, only ~ts may", [jid:encode(From), Host, Component]),
            to_stream(self(), xmpp:make_error(
              IQ, xmpp:err_forbidden(<<"Only the component of this host may do that">>, <<"en">>)))
    end.

%% To the stream that has asked, which is where component_send runs. A component may have several, and the router would
%% choose one by chance: whoever waits for the answer would not see it.
to_stream(Stream, Answer) ->
    Stream ! {route, Answer}.

%% One presence of RFC 6121's types or one IQ of type get, without "from", to another server.
sendable([#xmlel{name = Name, attrs = Attrs} = El], Host) when Name == <<"presence">>; Name == <<"iq">> ->
    Type = fxml:get_attr_s(<<"type">>, Attrs),
    To = try jid:decode(fxml:get_attr_s(<<"to">>, Attrs)) catch _:_ -> error end,
    Proper = is_stream_namespace(fxml:get_attr_s(<<"xmlns">>, Attrs))
        andalso not lists:keymember(<<"from">>, 1, Attrs),
    case {Name, To} of
        {_, #jid{luser = <<>>, lserver = Server, lresource = Resource}}
          when Proper, Server /= Host, Server /= <<>> ->
            Allowed = case Name of
                          <<"presence">> -> Resource == <<>> andalso lists:member(
                                              Type, [<<>>, <<"subscribe">>, <<"subscribed">>, <<"unsubscribe">>,
                                                     <<"unsubscribed">>, <<"unavailable">>, <<"probe">>]);
                          <<"iq">> -> Type == <<"get">>
                      end,
            case Allowed of
                true -> decode(El, To, Host);
                false ->
                    {error, xmpp:err_not_allowed(
                              <<"This kind of stanza is not sent for the component">>, <<"en">>)}
            end;
        _ ->
            {error, xmpp:err_bad_request(<<"'to' must be another server, and there is no 'from'">>, <<"en">>)}
    end;
sendable(_, _) ->
    {error, xmpp:err_bad_request(<<"One presence or IQ without 'from' is expected">>, <<"en">>)}.

decode(El, To, Host) ->
    try xmpp:decode(plain(El), ?NS_CLIENT, [ignore_els]) of
        #iq{sub_els = Els} when length(Els) /= 1 ->
            {error, xmpp:err_bad_request(<<"An IQ of type get has one child">>, <<"en">>)};
        Stanza -> {ok, xmpp:set_from_to(Stanza, jid:make(Host), To)}
    catch _:_ ->
            {error, xmpp:err_bad_request(<<"This is no stanza">>, <<"en">>)}
    end.

%% Without the namespaces that only say "as the stream".
plain(#xmlel{attrs = Attrs, children = Children} = El) ->
    case is_stream_namespace(fxml:get_attr_s(<<"xmlns">>, Attrs)) of
        true -> El#xmlel{attrs = lists:keydelete(<<"xmlns">>, 1, Attrs),
                         children = [case Child of #xmlel{} -> plain(Child); _ -> Child end || Child <- Children]};
        false -> El
    end.

is_stream_namespace(NS) ->
    lists:member(NS, [<<>>, ?NS_CLIENT, ?NS_SERVER, ?NS_COMPONENT, ?NS_HANDOVER]).

answer_send(Reply, Stream, Request, {Id, Query}, State) ->
    Answer = case Reply of
                 timeout -> xmpp:make_error(Query, xmpp:err_remote_server_timeout());
                 #iq{} -> Reply
             end,
    Limit = opt(max_answer_size, State),
    Full = in_client_namespace(xmpp:encode(xmpp:set_id(Answer, Id), ?NS_CLIENT)),
    El = case byte_size(fxml:element_to_binary(Full)) > Limit orelse deeper_than(Full, ?MAX_DEPTH) of
             true ->
                 Error = xmpp:err_policy_violation(<<"The answer is too large">>, <<"en">>),
                 in_client_namespace(xmpp:encode(xmpp:set_id(xmpp:make_error(Query, Error), Id), ?NS_CLIENT));
             false -> Full
         end,
    Send = #xmlel{name = <<"send">>, attrs = [{<<"xmlns">>, ?NS_HANDOVER}], children = [El]},
    to_stream(Stream, xmpp:make_iq_result(Request, Send)).

%%% The component's stream comes and goes

component_connected(Component) -> tell(Component, connected).

component_disconnected(Component, _Reason) -> tell(Component, disconnected).

tell(Component, What) ->
    lists:foreach(
      fun(Host) ->
              case gen_mod:is_loaded(Host, ?MODULE) andalso opt_of(Host, component) of
                  Component -> gen_server:cast(proc(Host), What);
                  _ -> ok
              end
      end, ejabberd_option:hosts()).

is_up(State) ->
    ejabberd_router:is_my_route(component(State)).

%%% Service discovery

disco_features({error, _} = Acc, _, _, Node, _) ->
    case lists:keymember(Node, 1, commands()) of
        true -> {result, [?NS_COMMANDS, ?NS_XDATA]};
        false -> Acc
    end;
disco_features(Acc, _From, _To, <<>>, _Lang) ->
    {result, [?NS_SERVER_PRESENCE | of_result(Acc)]};
disco_features(Acc, _From, _To, Node, _Lang) ->
    case lists:keymember(Node, 1, commands()) of
        true -> {result, [?NS_COMMANDS, ?NS_XDATA]};
        false -> Acc
    end.

disco_identity(Acc, _From, _To, Node, _Lang) ->
    case lists:keyfind(Node, 1, commands()) of
        {_, Name} -> [#identity{category = <<"automation">>, type = <<"command-node">>, name = Name} | Acc];
        false -> Acc
    end.

%% mod_adhoc asks who has commands; it lists them under the node of all commands.
command_items(Acc, From, #jid{lserver = Host} = To, _Lang) ->
    case acl:match_rule(Host, configure, From) of
        allow -> {result, of_result(Acc) ++ [#disco_item{jid = jid:make(To#jid.lserver), node = Node, name = Name}
                                             || {Node, Name} <- commands()]};
        deny -> Acc
    end.

of_result({result, List}) -> List;
of_result(_) -> [].

%% Server Roster decides what they do and who may; this lists them for administrators.
commands() ->
    [{<<"http://jabber.org/protocol/admin#server-buddy">>, <<"Ask a server for its presence">>},
     {<<"urn:server-roster:command:pending-requests">>, <<"Decide about servers that ask to be trusted">>},
     {<<"urn:server-roster:command:remove-peer">>, <<"Remove a server from the server roster">>}].

%%% Access control

%% Whether a host trusts a server, for other modules. Fails closed: without an answer of Server Roster what was known
%% last counts for trust_stale, then nobody is trusted.
-spec trusted(binary(), binary()) -> boolean().
trusted(Host, Peer) ->
    case {jid:nameprep(Peer), gen_mod:is_loaded(Host, ?MODULE)} of
        {error, _} -> false;
        {Host, _} -> false;
        {_, false} -> false;
        {Name, true} ->
            try gen_server:call(proc(Host), {trusted, Name}, 10000) catch exit:_ -> false end
    end.

answer_trust(Peer, From, #state{known = Known, asked = Asked} = State) ->
    Now = erlang:monotonic_time(millisecond),
    Ttl = opt(trust_ttl, State),
    case {Known, Asked} of
        {#{Peer := {Trusted, At}}, _} when Now - At < Ttl ->
            gen_server:reply(From, Trusted),
            State;
        {_, #{Peer := {Ref, Waiting}}} ->
            State#state{asked = Asked#{Peer => {Ref, [From | Waiting]}}};
        _ ->
            Ref = make_ref(),
            Question = #xmlel{name = <<"trusted">>, attrs = [{<<"xmlns">>, ?NS_HANDOVER}, {<<"peer">>, Peer}]},
            Next = State#state{asked = Asked#{Peer => {Ref, [From]}}},
            case is_up(State) of
                true ->
                    ejabberd_router:route_iq(
                      #iq{type = get, from = jid:make(State#state.host), to = jid:make(component(State)),
                          sub_els = [Question]},
                      {trusted, Peer, Ref}, self(), 5000),
                    Next;
                false -> trust_answered(timeout, Peer, Ref, Next)
            end
    end.

trust_answered(Reply, Peer, Ref, #state{asked = Asked, known = Known} = State) ->
    Now = erlang:monotonic_time(millisecond),
    case Asked of
        #{Peer := {Ref, Waiting}} ->
            {Trusted, NewKnown} =
                case trust_in(Reply, State) of
                    unknown ->
                        Stale = opt(trust_stale, State),
                        {case Known of
                             #{Peer := {true, At}} when Now - At < Stale -> true;
                             _ -> false
                         end, Known};
                    Answer when map_size(Known) < ?MAX_TRUST_KNOWN -> {Answer, Known#{Peer => {Answer, Now}}};
                    Answer -> {Answer, #{Peer => {Answer, Now}}}
                end,
            lists:foreach(fun(From) -> gen_server:reply(From, Trusted) end, Waiting),
            State#state{asked = maps:remove(Peer, Asked), known = NewKnown};
        _ -> State
    end.

trust_in(#iq{type = result, from = #jid{lserver = Component}, sub_els = [#xmlel{name = <<"trusted">>, attrs = Attrs}]},
         State) ->
    case component(State) of
        Component -> fxml:get_attr_s(<<"trusted">>, Attrs) == <<"true">>;
        _ -> unknown
    end;
trust_in(_, _) ->
    unknown.

%% What is known may have changed; a question that is under way is asked again.
unsure(Peer, #state{known = Known, asked = Asked} = State) ->
    Forgotten = State#state{known = maps:remove(Peer, Known), asked = maps:remove(Peer, Asked)},
    case Asked of
        #{Peer := {_, Waiting}} ->
            lists:foldl(fun(From, S) -> answer_trust(Peer, From, S) end, Forgotten, Waiting);
        _ -> Forgotten
    end.

%%% Options

options(Opts) when is_map(Opts) -> Opts;
options(Opts) -> maps:from_list(Opts).

opt(Name, #state{opts = Opts}) -> map_get(Name, Opts).

opt_of(Host, Name) -> gen_mod:get_module_opt(Host, ?MODULE, Name).

component(State) -> opt(component, State).

proc(Host) -> gen_mod:get_module_proc(Host, ?MODULE).

condition(#gone{}) -> gone;
condition(#redirect{}) -> redirect;
condition(Reason) -> Reason.
