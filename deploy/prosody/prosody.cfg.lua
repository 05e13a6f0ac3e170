-- Prosody of deploy/compose.yaml: one host whose server roster is kept by Server Roster.
plugin_paths = { "/usr/lib/server-roster" }
modules_enabled = { "roster", "saslauth", "tls", "dialback", "disco", "ping", "posix" }
component_ports = { 5347 }
component_interfaces = { "*" }
log = { info = "*console" }

VirtualHost "localhost"
    modules_enabled = { "server_roster" }
    server_roster_component = "roster.localhost"

Component "roster.localhost"
    component_secret = os.getenv("ROSTER_XMPP_SECRET")
