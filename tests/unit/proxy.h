/* proxy.h - a line to the PostgreSQL server that can be cut at any place, or stand still: a loopback TCP relay in a
 * thread of the test.
 */
#ifndef OPENTRM_TESTS_PROXY_H
#define OPENTRM_TESTS_PROXY_H

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cm.h"

#include "base/clock.h"

/* What happens when a COMMIT comes by, once. */
enum proxy_at_commit {
    PROXY_PASS,
    PROXY_CUT_BEFORE, /* the server never sees it */
    PROXY_CUT_AFTER,  /* it is done; the answer never arrives */
    PROXY_STOP_AFTER, /* the server gets it, and the line stands still */
    PROXY_WARN        /* the answer comes with a warning before it */
};

enum { PROXY_LINES = 32, PROXY_PIECE = 65536 };

struct proxy_line {
    int client, server; /* -1: none */
    bool last; /* the next answer is not passed on: both ends close */
    bool warn; /* the next answer gets a warning before it */
};

struct proxy {
    int listening;
    uint16_t port, server_port;
    pthread_t thread;
    struct proxy_line lines[PROXY_LINES]; /* the thread's own */
    pthread_mutex_t lock;
    /* under lock */
    enum proxy_at_commit at_commit;
    msec still_until; /* monotonic; nothing passes until then */
    bool end;
    int commits; /* how many came by */
};

static inline struct sockaddr_in proxy_loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

static inline void proxy_line_end(struct proxy_line *line)
{
    (void)close(line->client);
    (void)close(line->server);
    *line = (struct proxy_line){-1, -1, false, false};
}

static inline void proxy_line_begin(struct proxy *p)
{
    struct sockaddr_in to = proxy_loopback(p->server_port);
    int client = accept(p->listening, NULL, NULL), server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    size_t i = 0;
    while (i < PROXY_LINES && p->lines[i].client >= 0) i++;
    if (i == PROXY_LINES || client < 0 || connect(server, (struct sockaddr *)&to, sizeof to) != 0) abort();
    p->lines[i] = (struct proxy_line){client, server, false, false};
}

static inline bool proxy_send(int to, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(to, p, n, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

/* A simple query whose last statement is COMMIT. */
static inline bool proxy_is_commit(const char *p, size_t n)
{
    static const char COMMIT[] = "COMMIT"; /* with its NUL */
    return n > 5 && p[0] == 'Q' && n >= sizeof COMMIT && memcmp(p + n - sizeof COMMIT, COMMIT, sizeof COMMIT) == 0;
}

static inline enum proxy_at_commit proxy_commit_seen(struct proxy *p)
{
    (void)pthread_mutex_lock(&p->lock);
    enum proxy_at_commit what = p->at_commit;
    p->at_commit = PROXY_PASS;
    p->commits++;
    if (what == PROXY_STOP_AFTER) p->still_until = INT64_MAX;
    (void)pthread_mutex_unlock(&p->lock);
    return what;
}

static inline void proxy_from_client(struct proxy *p, struct proxy_line *line)
{
    char piece[PROXY_PIECE];
    ssize_t n = recv(line->client, piece, sizeof piece, 0);
    enum proxy_at_commit what = n > 0 && proxy_is_commit(piece, (size_t)n) ? proxy_commit_seen(p) : PROXY_PASS;
    if (what == PROXY_CUT_AFTER) line->last = true;
    if (what == PROXY_WARN) line->warn = true;
    if (n <= 0 || what == PROXY_CUT_BEFORE || !proxy_send(line->server, piece, (size_t)n)) proxy_line_end(line);
}

/* NoticeResponse: its length, severity twice, SQLSTATE and words. */
static const char PROXY_WARNING[] = "N\0\0\0\x28SWARNING\0VWARNING\0C01000\0Mcanceled\0";

static inline void proxy_from_server(struct proxy_line *line)
{
    char piece[PROXY_PIECE];
    ssize_t n = recv(line->server, piece, sizeof piece, 0);
    if (n > 0 && line->warn) (void)proxy_send(line->client, PROXY_WARNING, sizeof PROXY_WARNING);
    line->warn = false;
    if (n <= 0 || line->last || !proxy_send(line->client, piece, (size_t)n)) proxy_line_end(line);
}

/* Anything to do? Waits a little. */
static inline bool proxy_wait(struct proxy *p, struct pollfd *fds)
{
    fds[0] = (struct pollfd){.fd = p->listening, .events = POLLIN};
    for (size_t i = 0; i < PROXY_LINES; i++) {
        fds[1 + 2 * i] = (struct pollfd){.fd = p->lines[i].client, .events = POLLIN};
        fds[2 + 2 * i] = (struct pollfd){.fd = p->lines[i].server, .events = POLLIN};
    }
    return poll(fds, 1 + 2 * PROXY_LINES, 20) > 0;
}

static inline bool proxy_goes_on(struct proxy *p, bool *still)
{
    (void)pthread_mutex_lock(&p->lock);
    bool on = !p->end;
    *still = clock_monotonic() < p->still_until;
    (void)pthread_mutex_unlock(&p->lock);
    return on;
}

static inline void *proxy_main(void *arg)
{
    struct proxy *p = arg;
    struct pollfd fds[1 + 2 * PROXY_LINES];
    bool still = false;
    while (proxy_goes_on(p, &still)) {
        if (still) {
            (void)poll(NULL, 0, 10);
            continue;
        }
        if (!proxy_wait(p, fds)) continue;
        for (size_t i = 0; i < PROXY_LINES; i++) {
            struct proxy_line *line = &p->lines[i];
            (void)proxy_goes_on(p, &still);
            if (!still && line->client >= 0 && fds[1 + 2 * i].revents != 0) proxy_from_client(p, line);
            (void)proxy_goes_on(p, &still);
            if (!still && line->server >= 0 && fds[2 + 2 * i].revents != 0) proxy_from_server(line);
        }
        if (!still && fds[0].revents != 0) proxy_line_begin(p);
    }
    for (size_t i = 0; i < PROXY_LINES; i++)
        if (p->lines[i].client >= 0) proxy_line_end(&p->lines[i]);
    return NULL;
}

static inline void proxy_begin(struct proxy *p, uint16_t server_port)
{
    struct sockaddr_in at = proxy_loopback(0);
    socklen_t size = sizeof at;
    *p = (struct proxy){.lock = PTHREAD_MUTEX_INITIALIZER, .server_port = server_port};
    for (size_t i = 0; i < PROXY_LINES; i++) p->lines[i] = (struct proxy_line){-1, -1, false, false};
    p->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(p->listening, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(p->listening, 64), 0);
    assert_int_equal(getsockname(p->listening, (struct sockaddr *)&at, &size), 0);
    p->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&p->thread, NULL, proxy_main, p), 0);
}

static inline void proxy_end(struct proxy *p)
{
    (void)pthread_mutex_lock(&p->lock);
    p->end = true;
    (void)pthread_mutex_unlock(&p->lock);
    assert_int_equal(pthread_join(p->thread, NULL), 0);
    (void)close(p->listening);
    (void)pthread_mutex_destroy(&p->lock);
}

/* The next COMMIT. */
static inline void proxy_at_commit(struct proxy *p, enum proxy_at_commit what)
{
    (void)pthread_mutex_lock(&p->lock);
    p->at_commit = what;
    (void)pthread_mutex_unlock(&p->lock);
}

/* Stands still for so long; 0: goes on. */
static inline void proxy_still(struct proxy *p, msec how_long)
{
    (void)pthread_mutex_lock(&p->lock);
    p->still_until = clock_monotonic() + how_long;
    (void)pthread_mutex_unlock(&p->lock);
}

#endif
