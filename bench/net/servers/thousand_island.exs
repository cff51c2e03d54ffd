# Echo on Thousand Island. Prints its port; ends with its standard input.
defmodule LineEcho do
  use ThousandIsland.Handler

  @impl ThousandIsland.Handler
  def handle_data(line, socket, state) do
    case ThousandIsland.Socket.send(socket, line) do
      :ok -> {:continue, state}
      {:error, _} -> {:close, state}
    end
  end
end

{:ok, _} = Application.ensure_all_started(:telemetry)

{:ok, server} =
  ThousandIsland.start_link(
    port: 0,
    handler_module: LineEcho,
    num_connections: :infinity,
    transport_options: [ip: {127, 0, 0, 1}, packet: :line, nodelay: true, backlog: 4096]
  )

{:ok, {_, port}} = ThousandIsland.listener_info(server)
IO.puts(port)
IO.read(:line)
