# Varnish in front of the origin: public pages from memory, an hour of grace while the origin fails, and the connections to
# the origin bounded as with nginx. Its module that limits rates is a package of its own and is not used here.
vcl 4.1;

import std;

backend origin {
    .host = "@ORIGIN_IP@";
    .port = "@ORIGIN_PORT@";
    # Beyond, 503 at once: this version has no queue in front of a backend.
    .max_connections = 64;
    .connect_timeout = 1s;
    .first_byte_timeout = 5s;
}

sub vcl_recv {
    # The same for everybody, whoever asks.
    if (req.url ~ "^/(legal|privacy|agencies|status\.atom)?$") {
        unset req.http.Cookie;
        unset req.http.Authorization;
    }
    # The whole body first: a slow one would hold a connection to the origin.
    if (req.http.Content-Length && !std.cache_req_body(64KB)) {
        return (synth(413));
    }
}

sub vcl_backend_response {
    set beresp.grace = 1h;
}
