%% Plays supervisor scripts on Erlang/OTP and writes what happened: a line for each event, answer and state of the tree.
%% To be run with one scheduler, on which signals arrive in the order they were sent.
-module(player).
-behaviour(gen_server).
-export([main/2, start_worker/2, start_supervisor/2]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

-define(PERIOD_S, 3600).
-define(SLOW_MS, 2).
-define(MOST_LOOKS, 200000).

main(In, Out) ->
    ok = logger:set_primary_config(level, none),
    process_flag(trap_exit, true),
    {ok, [Scripts]} = file:consult(In),
    ok = file:write_file(Out, [[[Line, $\n] || Line <- play(Script)] ++ "\n" || Script <- Scripts]).

play({Root, Steps}) ->
    Recorder = spawn_link(fun() -> record(#{}, #{}, []) end),
    Begun = case start_supervisor(Root, Recorder) of
        {ok, Pid} -> play_steps(Steps, 1, Pid, Recorder, [block(0, "started", Pid, Recorder)]);
        {error, Reason} -> [block(0, ["failed(", reason(Reason), ")"], none, Recorder)]
    end,
    unlink(Recorder),
    exit(Recorder, kill),
    lists:append(lists:reverse(Begun)).

play_steps([], N, Root, Recorder, Blocks) ->
    exit(Root, shutdown),
    wait_for_end(Root, Recorder),
    [block(N, "ended", none, Recorder) | Blocks];
play_steps([Step | Steps], N, Root, Recorder, Blocks) ->
    Answer = take(Step, Recorder),
    play_steps(Steps, N + 1, Root, Recorder, [block(N, Answer, Root, Recorder) | Blocks]).

%% Once all is quiet: the step's number, what happened, its answer, what was answered to requests in between, and the tree.
block(N, Answer, Root, Recorder) ->
    Tree = quiet(Root, Recorder, 0, ?MOST_LOOKS),
    {Events, Asked} = ask(Recorder, take_log),
    [["-- ", integer_to_list(N)]] ++ Events ++ [["= ", Answer]] ++ Asked ++ [["tree ", Tree]].

%% Quiet is what looks the same twice: nobody waits for a restart, and all who live are in the tree.
quiet(_Root, _Recorder, _Same, 0) -> "never quiet";
quiet(Root, Recorder, Same, Looks) ->
    {Tree, Pids} = walk(Root),
    %% One that waits for its restart isn't a process: with it they differ.
    case lists:sort(Pids) =:= lists:sort(ask(Recorder, alive)) of
        true when Same =:= Tree -> Tree;
        true -> quiet(Root, Recorder, Tree, Looks - 1);
        false -> erlang:yield(), quiet(Root, Recorder, 0, Looks - 1)
    end.

walk(none) -> {"none", []};
walk(Pid) ->
    try supervisor:which_children(Pid) of
        Children ->
            {Texts, Pids} = lists:unzip([walk_child(Child) || Child <- lists:reverse(Children)]),
            {["(", lists:join(" ", Texts), ")"], [Pid | lists:append(Pids)]}
    catch exit:_ -> {"dead", []}
    end.

walk_child({Id, restarting, _, _}) -> {[text(Id), ":restarting"], [restarting]};
walk_child({Id, undefined, _, _}) -> {[text(Id), ":undefined"], []};
walk_child({Id, Pid, worker, _}) -> {text(Id), [Pid]};
walk_child({Id, Pid, supervisor, _}) ->
    {Text, Pids} = walk(Pid),
    {[text(Id), Text], Pids}.

%% Steps

take({stop, Id, Reason}, Recorder) ->
    with(Id, Recorder, fun(Pid) -> gen_server:cast(Pid, {stop, Reason}), wait_for_end(Pid, Recorder) end);
take({throw, Id}, Recorder) ->
    with(Id, Recorder, fun(Pid) -> gen_server:cast(Pid, throw), wait_for_end(Pid, Recorder) end);
take({signal, Id, Reason}, Recorder) ->
    with(Id, Recorder, fun(Pid) ->
        %% A stranger's, not the root's parent's.
        {Stranger, Mon} = spawn_monitor(fun() -> exit(Pid, Reason) end),
        receive {'DOWN', Mon, process, Stranger, _} -> ok end,
        wait_for_signal(Pid, Reason, Recorder)
    end);
take({kill, SupId, Ids}, Recorder) ->
    with(SupId, Recorder, fun(Sup) ->
        erlang:suspend_process(Sup),
        [with(Id, Recorder, fun(Pid) -> exit(Pid, kill), wait_for_death(Pid, Recorder) end) || Id <- Ids],
        erlang:resume_process(Sup)
    end);
take({request, SupId, Request}, Recorder) ->
    case ask(Recorder, {pid, SupId}) of
        none -> "noproc";
        Sup -> answer(Request, gen_server:call(Sup, to_call(Request, Recorder), infinity))
    end.

with(Id, Recorder, Do) ->
    case ask(Recorder, {pid, Id}) of
        none -> "nobody";
        Pid -> Do(Pid), "done"
    end.

%% Until it is dead, or hangs in its terminate.
wait_for_end(Pid, Recorder) ->
    case ask(Recorder, {status, Pid}) of
        S when S =:= dead; S =:= hanging -> ok;
        _ -> erlang:yield(), wait_for_end(Pid, Recorder)
    end.

wait_for_death(Pid, Recorder) ->
    case ask(Recorder, {status, Pid}) of
        dead -> ok;
        _ -> erlang:yield(), wait_for_death(Pid, Recorder)
    end.

wait_for_signal(Pid, Reason, Recorder) ->
    Traps = case process_info(Pid, trap_exit) of {trap_exit, T} -> T; undefined -> false end,
    case ask(Recorder, {status, Pid}) of
        hanging when Traps; Reason =:= normal -> ok;
        dead -> ok;
        _ when Traps; Reason =:= normal -> catch sys:get_state(Pid, infinity);
        _ -> wait_for_death(Pid, Recorder)
    end.

%% Requests

to_call({start_child, Node}, Recorder) -> {start_child, spec(Node, Recorder)};
to_call(Request, _Recorder) -> Request.

answer({start_child, _}, Answer) ->
    case Answer of
        {ok, undefined} -> "ignored";
        {ok, _} -> "started";
        {error, {already_started, _}} -> "already_started";
        {error, already_present} -> "already_present";
        {error, {Reason, Child}} when element(1, Child) =:= child -> ["failed(", reason(Reason), ")"];
        {error, _} -> "bad_spec"
    end;
answer({terminate_child, _}, Answer) ->
    case Answer of ok -> "stopped"; {error, Why} -> text(Why) end;
answer({delete_child, _}, Answer) ->
    case Answer of ok -> "deleted"; {error, Why} -> text(Why) end;
answer({restart_child, _}, Answer) ->
    case Answer of
        {ok, undefined} -> "ignored";
        {ok, _} -> "started";
        {error, Why} when Why =:= running; Why =:= restarting; Why =:= not_found -> text(Why);
        {error, Reason} -> ["failed(", reason(Reason), ")"]
    end;
answer(which_children, Children) ->
    lists:join(" ", [[text(Id), ":", child(Pid), ":", text(Type)] || {Id, Pid, Type, _} <- lists:reverse(Children)]);
answer(count_children, Counts) ->
    lists:join(" ", [[text(Key), ":", integer_to_list(Count)] || {Key, Count} <- Counts]).

child(Pid) when is_pid(Pid) -> "running";
child(State) -> text(State).

reason({shutdown, {failed_to_start_child, Id, Reason}}) -> ["failed(", text(Id), ": ", reason(Reason), ")"];
reason({shutdown, What}) -> ["shutdown(", text(What), ")"];
reason({start_spec, _}) -> "bad_spec";
reason(Reason) -> text(Reason).

text(Term) -> io_lib:format("~0p", [Term]).

%% Children

spec({worker, Id, Restart, Significant, Shutdown, _, _, _} = Node, Recorder) ->
    #{id => Id, start => {?MODULE, start_worker, [Node, Recorder]}, restart => Restart,
      significant => Significant, shutdown => Shutdown, type => worker};
spec({supervisor, Id, Restart, Significant, Shutdown, _, _, _, _} = Node, Recorder) ->
    #{id => Id, start => {?MODULE, start_supervisor, [Node, Recorder]}, restart => Restart,
      significant => Significant, shutdown => Shutdown, type => supervisor}.

start_worker(Node, Recorder) ->
    started(gen_server:start_link(?MODULE, {Node, Recorder}, []), Node, Recorder).

start_supervisor(Node, Recorder) ->
    started(supervisor:start_link(?MODULE, {Node, Recorder}), Node, Recorder).

%% From OTP 26 on, a start that failed returns only when its process has ended; before that, it still ends meanwhile.
started({ok, Pid}, _Node, Recorder) ->
    ask(Recorder, {ready, Pid}),
    {ok, Pid};
started(Failed, Node, Recorder) ->
    case ask(Recorder, {starting, element(2, Node)}) of
        false -> Failed;
        true -> erlang:yield(), started(Failed, Node, Recorder)
    end.

init({{supervisor, Id, _, _, _, Strategy, Intensity, AutoShutdown, Children}, Recorder}) ->
    _ = ask(Recorder, {start, Id, [], none}),
    Flags = #{strategy => Strategy, intensity => Intensity, period => ?PERIOD_S, auto_shutdown => AutoShutdown},
    {ok, {Flags, [spec(Child, Recorder) || Child <- Children]}};
init({{worker, Id, _, _, _, Traps, End, Starts}, Recorder}) ->
    process_flag(trap_exit, Traps),
    case ask(Recorder, {start, Id, Starts, hd(get('$ancestors'))}) of
        ok -> {ok, {End, Recorder}};
        ignore -> ignore;
        fail -> {stop, boom}
    end.

handle_call(_, _, State) -> {noreply, State}.
handle_cast({stop, Reason}, State) -> {stop, Reason, State};
handle_cast(throw, _State) -> exit(thrown).
handle_info(_, State) -> {noreply, State}.

terminate(Reason, {End, Recorder}) ->
    _ = ask(Recorder, {terminate, reason(Reason), End}),
    case End of
        clean -> ok;
        slow -> receive after ?SLOW_MS -> ok end;
        crash -> exit(oops);
        hang -> receive after infinity -> ok end
    end.

%% The recorder: notes who starts and ends, in one order for all. Keeps how often each id was started, and who lives.

ask(Recorder, What) ->
    Ref = make_ref(),
    Recorder ! {self(), Ref, What},
    receive {Ref, Answer} -> Answer end.

record(Starts, Alive, Log) ->
    receive
        {From, Ref, {start, Id, Plan, Parent}} ->
            N = maps:get(Id, Starts, 0) + 1,
            {Outcome, Request} = case length(Plan) >= N of true -> lists:nth(N, Plan); false -> {ok, none} end,
            Label = [text(Id), "#", integer_to_list(N)],
            monitor(process, From),
            request(Request, Parent, Alive),
            From ! {Ref, Outcome},
            record(Starts#{Id => N}, Alive#{From => {Id, N, Label, starting}}, [["start ", Label] | Log]);
        {From, Ref, {ready, Pid}} ->
            From ! {Ref, ok},
            case Alive of
                #{Pid := {Id, N, Label, starting}} -> record(Starts, Alive#{Pid => {Id, N, Label, ready}}, Log);
                _ -> record(Starts, Alive, Log)
            end;
        {From, Ref, {starting, Id}} ->
            From ! {Ref, [Id || {Other, _, _, starting} <- maps:values(Alive), Other =:= Id] =/= []},
            record(Starts, Alive, Log);
        {From, Ref, {terminate, Reason, End}} ->
            #{From := {Id, N, Label, _}} = Alive,
            From ! {Ref, ok},
            Status = case End of hang -> hanging; _ -> ending end,
            record(Starts, Alive#{From => {Id, N, Label, Status}}, [["terminate ", Label, " ", Reason] | Log]);
        {'DOWN', _, process, Pid, Reason} ->
            {{_, _, Label, _}, Left} = maps:take(Pid, Alive),
            record(Starts, Left, [["exit ", Label, " ", reason(Reason)] | Log]);
        {{answer, Request}, Answer} ->
            record(Starts, Alive, [{asked, ["? ", answer(Request, Answer)]} | Log]);
        {From, Ref, {pid, Id}} ->
            Latest = lists:sort([{N, Pid} || {Pid, {Other, N, _, _}} <- maps:to_list(Alive), Other =:= Id]),
            From ! {Ref, case Latest of [] -> none; _ -> element(2, lists:last(Latest)) end},
            record(Starts, Alive, Log);
        {From, Ref, {status, Pid}} ->
            From ! {Ref, case Alive of #{Pid := {_, _, _, Status}} -> Status; _ -> dead end},
            record(Starts, Alive, Log);
        {From, Ref, alive} ->
            From ! {Ref, maps:keys(Alive)},
            record(Starts, Alive, Log);
        {From, Ref, take_log} ->
            Events = lists:reverse(Log),
            Asked = [Line || {asked, Line} <- Events],
            From ! {Ref, {[Line || Line <- Events, not is_tuple(Line)], Asked}},
            record(Starts, Alive, [])
    end.

%% As gen_server:call does it, but without waiting: the supervisor is busy with the child that asks. One that is itself
%% being started isn't asked: it would answer side by side with what its own supervisor does next.
request(none, _Parent, _Alive) -> ok;
request(Request, Parent, Alive) ->
    case Alive of
        #{Parent := {_, _, _, ready}} -> Parent ! {'$gen_call', {self(), {answer, Request}}, Request};
        _ -> ok
    end.
