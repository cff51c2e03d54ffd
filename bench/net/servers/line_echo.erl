%% Echo of lines on the BEAM, one process a connection: on gen_tcp alone, and as a protocol of Ranch.
%% Prints its port; ends with its standard input.
-module(line_echo).
-export([gen_tcp/0, ranch/0, start_link/3, serve/3]).

-define(OPTIONS, [binary, {packet, line}, {active, false}, {nodelay, true}, {reuseaddr, true},
                  {backlog, 4096}, {buffer, 65536}]).

gen_tcp() ->
    {ok, Listen} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}} | ?OPTIONS]),
    {ok, Port} = inet:port(Listen),
    spawn_link(fun() -> accept(Listen) end),
    stay(Port).

accept(Listen) ->
    {ok, Socket} = gen_tcp:accept(Listen),
    Pid = spawn(fun() -> receive go -> loop(Socket, gen_tcp, inet) end end),
    ok = gen_tcp:controlling_process(Socket, Pid),
    Pid ! go,
    accept(Listen).

ranch() ->
    {ok, _} = application:ensure_all_started(ranch),
    Options = #{max_connections => infinity,
                socket_opts => [{ip, {127, 0, 0, 1}}, {port, 0}, {nodelay, true}, {backlog, 4096}]},
    {ok, _} = ranch:start_listener(?MODULE, ranch_tcp, Options, ?MODULE, []),
    stay(ranch:get_port(?MODULE)).

start_link(Ref, Transport, _Options) ->
    {ok, spawn_link(?MODULE, serve, [Ref, Transport, Transport])}.

serve(Ref, Transport, Options) ->
    {ok, Socket} = ranch:handshake(Ref),
    %% Ranch takes these of a connection only, not of its listener.
    ok = Options:setopts(Socket, [{packet, line}, {buffer, 65536}]),
    loop(Socket, Transport, Options).

loop(Socket, Transport, Options) ->
    ok = Options:setopts(Socket, [{active, once}]),
    receive
        {tcp, Socket, Line} ->
            case Transport:send(Socket, Line) of
                ok -> loop(Socket, Transport, Options);
                {error, _} -> Transport:close(Socket)
            end;
        {tcp_closed, Socket} -> ok;
        {tcp_error, Socket, _} -> ok
    end.

stay(Port) ->
    io:put_chars([integer_to_list(Port), $\n]),
    eof = io:get_line(""),
    halt().
