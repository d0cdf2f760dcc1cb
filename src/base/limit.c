/* limit.c - the table of limits. */
#include "base/limit.h"

#define ROW(setting_, otherwise_, least_, most_, what_)                                            \
    {                                                                                              \
        .setting = "limit." setting_, .otherwise = (otherwise_), .least = (least_),                \
        .most = (most_), .otherwise_text = #otherwise_, .what = (what_)                            \
    }

const struct limit_row LIMITS[LIMITS_N] = {
    [LIMIT_CONNECTIONS] = ROW("connections", 1024, 16, 65536, "connections in all; the next one waits to be taken"),
    [LIMIT_ADDRESS_CONNECTIONS] = ROW("address_connections", 256, 0, 65536, "connections of one address; 429 above"),
    [LIMIT_CONNECTION_REQUESTS] = ROW("connection_requests", 1000, 0, 1000000, "requests on one connection; then it is closed"),
    [LIMIT_ADDRESS_RATE] = ROW("address_rate", 100, 0, 100000, "requests in a second from one address; 429 above"),
    [LIMIT_ADDRESS_BURST] = ROW("address_burst", 1000, 1, 1000000, "requests of one address that may come at once"),
    [LIMIT_SESSION_RATE] = ROW("session_rate", 30, 0, 100000, "requests in a second of one session; 429 above"),
    [LIMIT_SESSION_BURST] = ROW("session_burst", 300, 1, 1000000, "requests of one session that may come at once"),
    [LIMIT_PASSWORD_RATE] = ROW("password_rate", 60, 0, 100000, "passwords and codes in a minute from one address, as many at once; 429 above"),
    [LIMIT_QUEUE] = ROW("queue", 256, 1, 65536, "requests that wait for a worker; 503 above"),
    [LIMIT_PASSWORD_QUEUE] = ROW("password_queue", 16, 1, 1024, "requests that wait for a password to be checked; 503 above"),
    [LIMIT_BODIES] = ROW("bodies", 256, 1, 65536, "MiB of all bodies being read; 503 above"),
    [LIMIT_HEADERS] = ROW("headers", 32, 16, 256, "KiB of memory for the headers of a request; 431 above"),
    [LIMIT_FIRST] = ROW("first_seconds", 10, 1, 600, "from connecting (and the TLS handshake) to the first line of a request"),
    [LIMIT_HEAD] = ROW("head_seconds", 15, 1, 600, "for the headers of a request; 408 after"),
    [LIMIT_BODY] = ROW("body_seconds", 30, 1, 600, "in which a body or an answer must move 1 KiB a second; 408 after"),
    [LIMIT_IDLE] = ROW("idle_seconds", 30, 1, 600, "between two requests on a connection"),
    [LIMIT_DRAIN_NOTICE] = ROW("drain_notice_seconds", 0, 0, 600, "at the end, between saying \"not ready\" and closing the listeners"),
    [LIMIT_DRAIN] = ROW("drain_seconds", 10, 1, 600, "at the end, for requests and deliveries in work"),
};

struct limits limits_default(void)
{
    struct limits limits;
    for (size_t i = 0; i < LIMITS_N; i++) limits.at[i] = LIMITS[i].otherwise;
    return limits;
}
