%% The figures' programs on Erlang/OTP. Each prints what it measured: seconds, or bytes.
-module(measured).
-behaviour(gen_server).
-export([main/2, start_link/0, init/1, handle_call/3, handle_cast/2]).

-define(BURST, 1000).

main(Name, Count) ->
    Parent = self(),
    spawn_link(fun() -> Parent ! {result, measure(Name, Count)} end),
    receive {result, Numbers} ->
        io:put_chars(lists:join(" ", [io_lib:format("~w", [Number]) || Number <- Numbers]))
    end.

measure(casts, Count) ->
    {ok, Counter} = start_link(),
    send(Counter, Count div 10),
    [seconds(fun() -> send(Counter, Count) end)];
measure(calls, Count) ->
    {ok, Counter} = start_link(),
    ask(Counter, Count div 10),
    [seconds(fun() -> ask(Counter, Count) end)];
measure(children, Count) ->
    {ok, Supervisor} = supervisor:start_link(?MODULE, children),
    Self = self(),
    Started = seconds(fun() -> Self ! {children, start_children(Supervisor, Count, [])} end),
    Children = receive {children, List} -> List end,
    Stopped = seconds(fun() ->
        [ok = supervisor:terminate_child(Supervisor, Child) || Child <- Children]
    end),
    [Started, Stopped];
measure(memory, Count) ->
    erlang:garbage_collect(),
    Before = erlang:memory(processes),
    Servers = [element(2, start_link()) || _ <- lists:seq(1, Count)],
    erlang:garbage_collect(),
    After = erlang:memory(processes),
    Count = length(Servers),
    [(After - Before) / Count].

%% The BEAM would take the sender off by itself after about as many; a call a burst makes both programs alike.
send(_, 0) -> ok;
send(Counter, Left) ->
    Burst = min(Left, ?BURST),
    cast(Counter, Burst),
    gen_server:call(Counter, next),
    send(Counter, Left - Burst).

cast(_, 0) -> ok;
cast(Counter, Left) ->
    gen_server:cast(Counter, {add, 1}),
    cast(Counter, Left - 1).

ask(_, 0) -> ok;
ask(Counter, Left) ->
    gen_server:call(Counter, next),
    ask(Counter, Left - 1).

start_children(_, 0, Children) -> lists:reverse(Children);
start_children(Supervisor, Left, Children) ->
    {ok, Child} = supervisor:start_child(Supervisor, []),
    start_children(Supervisor, Left - 1, [Child | Children]).

seconds(Work) ->
    Begun = erlang:monotonic_time(nanosecond),
    Work(),
    (erlang:monotonic_time(nanosecond) - Begun) / 1.0e9.

start_link() -> gen_server:start_link(?MODULE, counter, []).

init(counter) -> {ok, 0};
init(children) ->
    Child = #{id => counter, start => {?MODULE, start_link, []}, restart => temporary},
    {ok, {#{strategy => simple_one_for_one}, [Child]}}.

handle_call(next, _From, Count) -> {reply, Count, Count + 1}.

handle_cast({add, More}, Count) -> {noreply, Count + More}.
