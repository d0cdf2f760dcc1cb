/* lines.c - every connection has a deadline for what it is doing, whatever few bytes it moves.
 *
 * A thread looks at all of them twice a second and shuts down those that are late; libmicrohttpd
 * then sees the end of the connection. When the places run out, idle connections go first.
 */
#include <errno.h>
#include <netinet/in.h>
#include <linux/tcp.h>
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
    msec span = server->options.body_time;
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

static bool late(const struct http_server *server, struct line *line, bool pressure, msec now)
{
    const struct http_server_options *o = &server->options;
    enum phase phase = atomic_load(&line->phase);
    msec since = atomic_load(&line->since);
    switch (phase) {
    case PHASE_IDLE:
        return now >= since + (pressure && o->idle_time > IDLE_UNDER_PRESSURE ? IDLE_UNDER_PRESSURE
                                                                              : o->idle_time);
    case PHASE_HEAD: return now >= since + o->head_time;
    case PHASE_BODY:
    case PHASE_SEND: return stalled(server, line, phase, since, now);
    case PHASE_WORK: break;
    }
    return false;
}

static void lines_look(struct http_server *server)
{
    struct lines *lines = &server->lines;
    bool pressure = lines->n > server->options.connections_max / 4 * 3;
    msec now = clock_monotonic();
    for (struct line *line = lines->first; line != NULL; line = line->after) {
        if (line->cut || !late(server, line, pressure, now)) continue;
        line->cut = true;
        atomic_fetch_add(&server->cut, 1);
        /* The socket is closed after lines_notify, which waits for our lock: it is still ours. */
        (void)shutdown(line->fd, SHUT_RDWR);
    }
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
            line_set(line, PHASE_IDLE);
            line->after = lines->first;
            if (lines->first != NULL) lines->first->before = line;
            lines->first = line;
            lines->n++;
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
