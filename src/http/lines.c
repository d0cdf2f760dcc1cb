/* lines.c - every connection has a deadline for what it is doing, whatever few bytes it moves.
 *
 * A thread looks at all of them twice a second and shuts down those that are late; libmicrohttpd
 * then sees the end of the connection. When the places run out, idle connections go first.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/mem.h"
#include "http/parts.h"

#define LOOK_EVERY ((msec)500)
#define IDLE_UNDER_PRESSURE (2 * MSEC_SECOND)

void line_set(struct line *line, enum phase phase)
{
    atomic_store(&line->moved, 0);
    atomic_store(&line->since, clock_monotonic());
    atomic_store(&line->phase, phase);
}

/* Bytes that moved since the phase began: of a body, what we read; of an answer, what the peer's
 * system has acknowledged. */
static uint64_t bytes_moved(const struct line *line, enum phase phase)
{
    if (phase == PHASE_BODY) return atomic_load(&line->moved);
    struct tcp_info info = {0};
    socklen_t n = sizeof info;
    if (getsockopt(line->fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0) return 0;
    return info.tcpi_bytes_acked;
}

/* A body or an answer must go on: so many bytes in each span of body_time. What went fast before
 * counts no longer. */
static bool stalled(const struct http_server *server, struct line *line, enum phase phase,
                    msec since, msec now)
{
    msec span = limit_of(server, LIMIT_BODY) * MSEC_SECOND;
    uint64_t moved = bytes_moved(line, phase);
    bool begun = line->mark_phase == phase && line->mark_since == since;
    if (!begun || moved - line->mark_moved >= (uint64_t)(span / RATE)) {
        line->mark_phase = phase;
        line->mark_since = since;
        line->mark_time = begun ? now : since;
        line->mark_moved = begun || phase == PHASE_SEND ? moved : 0;
    }
    return now >= line->mark_time + span;
}

/* How long each phase may last, and what it is called when it lasted longer. */
static const struct {
    enum limit limit;
    enum http_refusal refusal;
} PHASES[] = {
    [PHASE_FIRST] = {LIMIT_FIRST, HTTP_REFUSED_SLOW_FIRST},
    [PHASE_IDLE] = {LIMIT_IDLE, HTTP_REFUSED_IDLE},
    [PHASE_HEAD] = {LIMIT_HEAD, HTTP_REFUSED_SLOW_HEAD},
    [PHASE_BODY] = {LIMIT_BODY, HTTP_REFUSED_SLOW_BODY},
    [PHASE_WORK] = {LIMIT_BODY, HTTP_REFUSED_SLOW_READER}, /* never late: it is ours to answer */
    [PHASE_SEND] = {LIMIT_BODY, HTTP_REFUSED_SLOW_READER},
};

static msec time_of(const struct http_server *server, enum phase phase)
{
    return limit_of(server, PHASES[phase].limit) * MSEC_SECOND;
}

static bool late(const struct http_server *server, struct line *line, bool pressure, msec now)
{
    enum phase phase = atomic_load(&line->phase);
    msec since = atomic_load(&line->since), most = time_of(server, phase);
    switch (phase) {
    case PHASE_FIRST:
    case PHASE_IDLE:
        if ((pressure || line->over) && most > IDLE_UNDER_PRESSURE) most = IDLE_UNDER_PRESSURE;
        return now >= since + most;
    case PHASE_HEAD: return now >= since + (line->over ? IDLE_UNDER_PRESSURE : most);
    case PHASE_BODY:
    case PHASE_SEND: return stalled(server, line, phase, since, now);
    case PHASE_WORK: break;
    }
    return false;
}

/* A short answer past libmicrohttpd, which would be silent: only where nothing was or is being
 * written on this connection, and no TLS stands between. */
static void line_tell(const struct http_server *server, const struct line *line, const char *answer)
{
    if (server->options.certificate_pem != NULL) return;
    ssize_t sent = send(line->fd, answer, strlen(answer), MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent; /* who does not read it has had it */
}

#define ANSWER(status, length, more, text)                                                         \
    "HTTP/1.1 " status "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " length     \
    "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n" more                        \
    "Connection: close\r\n\r\n" text
static const char TOO_SLOW[] =
    ANSWER("408 Request Timeout", "51", "", "The line was too slow. Nothing was saved. Try again");
static const char TOO_MANY[] = ANSWER("429 Too Many Requests", "37", "Retry-After: 5\r\n",
                                      "Too many connections are open at once");

static void line_end(struct http_server *server, struct line *line)
{
    enum phase phase = atomic_load(&line->phase);
    line->cut = true;
    atomic_fetch_add(&server->cut, 1);
    refusal_count(server, PHASES[phase].refusal);
    if (phase == PHASE_HEAD || phase == PHASE_BODY) line_tell(server, line, TOO_SLOW);
    /* The socket is closed after lines_notify, which waits for our lock: it is still ours. */
    (void)shutdown(line->fd, SHUT_RDWR);
}

static void lines_look(struct http_server *server)
{
    struct lines *lines = &server->lines;
    bool pressure = lines->n > limit_of(server, LIMIT_CONNECTIONS) / 4 * 3;
    msec now = clock_monotonic();
    for (struct line *line = lines->first; line != NULL; line = line->after)
        if (!line->cut && late(server, line, pressure, now)) line_end(server, line);
}

static void *watch(void *arg)
{
    struct http_server *server = arg;
    struct lines *lines = &server->lines;
    (void)pthread_mutex_lock(&lines->lock);
    while (!lines->stopping) {
        struct timespec until;
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += (long)(LOOK_EVERY * 1000000);
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        if (pthread_cond_timedwait(&lines->changed, &lines->lock, &until) == ETIMEDOUT)
            lines_look(server);
    }
    (void)pthread_mutex_unlock(&lines->lock);
    return NULL;
}

static struct address address_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct address address = {{0}};
    char text[ADDRESS_ROOM] = "";
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
    if (info != NULL && info->client_addr != NULL && info->client_addr->sa_family == AF_INET) {
        memcpy(&in4, info->client_addr, sizeof in4);
        (void)inet_ntop(AF_INET, &in4.sin_addr, text, sizeof text);
    } else if (info != NULL && info->client_addr != NULL &&
               info->client_addr->sa_family == AF_INET6) {
        memcpy(&in6, info->client_addr, sizeof in6);
        (void)inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof text);
    }
    err_ignore(address_parse(text, &address)); /* none: all of them are one */
    return address;
}

/* The place of a group in the table. Who can choose addresses to meet there has that many. */
static struct peer **place_of(struct lines *lines, const struct address *group)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < sizeof group->p; i++) h = (h ^ group->p[i]) * 16777619u;
    return &lines->peers[h % PEERS];
}

/* One connection more of this address. NULL: no memory. */
static struct peer *peer_enter(struct lines *lines, const struct address *address)
{
    struct address group = address_group(address);
    struct peer **place = place_of(lines, &group), *peer = *place;
    while (peer != NULL && memcmp(&peer->group, &group, sizeof group) != 0) peer = peer->next;
    if (peer == NULL) {
        peer = mem_new(NULL, struct peer);
        if (peer == NULL) return NULL;
        peer->group = group;
        peer->next = *place;
        *place = peer;
    }
    peer->n++;
    return peer;
}

static void peer_leave(struct lines *lines, struct peer *peer)
{
    if (peer == NULL || --peer->n > 0) return;
    struct peer **at = place_of(lines, &peer->group);
    while (*at != peer) at = &(*at)->next;
    *at = peer->next;
    talloc_free(peer);
}

/* Too many of one address are told so when they ask; if there are far too many, at once. */
static void peer_limit(struct http_server *server, struct line *line)
{
    int64_t most = limit_of(server, LIMIT_ADDRESS_CONNECTIONS);
    if (address_networks_have(&server->proxies, &line->address)) return;
    line->peer = peer_enter(&server->lines, &line->address);
    if (line->peer == NULL || most == 0 || line->peer->n <= most) return;
    line->over = true;
    refusal_count(server, HTTP_REFUSED_CONNECTIONS);
    if (line->peer->n <= most + most / 4) return;
    line->cut = true;
    line_tell(server, line, TOO_MANY);
    (void)shutdown(line->fd, SHUT_RDWR);
}

static void line_begin(struct http_server *server, struct line *line, struct MHD_Connection *connection)
{
    struct lines *lines = &server->lines;
    line->address = address_of(connection);
    line_set(line, PHASE_FIRST);
    line->after = lines->first;
    if (lines->first != NULL) lines->first->before = line;
    lines->first = line;
    lines->n++;
    atomic_fetch_add(&server->stats.connections, 1);
    peer_limit(server, line);
}

void lines_notify(void *arg, struct MHD_Connection *connection, void **context,
                  enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = arg;
    struct lines *lines = &server->lines;
    (void)pthread_mutex_lock(&lines->lock);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct line *line = info == NULL ? NULL : mem_new(NULL, struct line);
        if (line != NULL) {
            line->fd = info->connect_fd;
            line_begin(server, line, connection);
        }
        *context = line;
    } else if (*context != NULL) {
        struct line *line = *context;
        if (line->before != NULL)
            line->before->after = line->after;
        else
            lines->first = line->after;
        if (line->after != NULL) line->after->before = line->before;
        lines->n--;
        peer_leave(lines, line->peer);
        talloc_free(line);
        *context = NULL;
    }
    (void)pthread_mutex_unlock(&lines->lock);
}

err lines_start(struct http_server *server)
{
    struct lines *lines = &server->lines;
    pthread_condattr_t monotonic;
    bool made = pthread_mutex_init(&lines->lock, NULL) == 0 &&
                pthread_condattr_init(&monotonic) == 0 &&
                pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(&lines->changed, &monotonic) == 0;
    ENSURE(made && pthread_create(&lines->watcher, NULL, watch, server) == 0, ERR_MEMORY,
           "a thread can't be started");
    (void)pthread_condattr_destroy(&monotonic);
    return ERR_OK;
}

void lines_stop(struct http_server *server)
{
    struct lines *lines = &server->lines;
    (void)pthread_mutex_lock(&lines->lock);
    lines->stopping = true;
    (void)pthread_cond_signal(&lines->changed);
    (void)pthread_mutex_unlock(&lines->lock);
    (void)pthread_join(lines->watcher, NULL);
    (void)pthread_cond_destroy(&lines->changed);
    (void)pthread_mutex_destroy(&lines->lock);
}
