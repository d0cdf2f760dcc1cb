/* server.c - starting and stopping a listener. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "http/parts.h"

#define BACKLOG 512
#define LOOK_EVERY_NS 5000000L /* while stopping */
#define LAST_ANSWERS MSEC_SECOND
#define DRAIN_ON_FREE (5 * MSEC_SECOND)
#define FILES_BESIDE 256 /* descriptors for all but connections */

/* TLS 1.2 and 1.3 with forward secrecy and authenticated encryption only. */
static const char PRIORITIES[] =
    "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-CIPHER-ALL:+AES-256-GCM:"
    "+AES-128-GCM:+CHACHA20-POLY1305:-SHA1:%SERVER_PRECEDENCE";

/* A worker sleeps while what it wrote goes to the disk: as many writes share an fsync as there are workers, so more of them than
 * processors. */
enum { WORKERS_LEAST = 16 };

static unsigned or_unsigned(unsigned given, unsigned otherwise)
{
    return given == 0 ? otherwise : given;
}

static void defaults_fill(struct http_server_options *o)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (o->address == NULL) o->address = "127.0.0.1";
    unsigned half = processors < 4 ? 1 : (unsigned)processors / 2;
    o->io_threads = or_unsigned(o->io_threads, o->certificate_pem != NULL && half < 2 ? 2 : half);
    o->workers = or_unsigned(o->workers, processors * 2 < WORKERS_LEAST ? WORKERS_LEAST : (unsigned)processors * 2);
    o->slow_workers = or_unsigned(o->slow_workers, 2);
}

static void socket_close(int *fd)
{
    if (*fd >= 0) (void)close(*fd);
}

union socket_address {
    struct sockaddr any;
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
};

static err address_read(const struct http_server_options *o, union socket_address *address, socklen_t *n)
{
    *address = (union socket_address){0};
    if (inet_pton(AF_INET, o->address, &address->in4.sin_addr) == 1) {
        address->in4.sin_family = AF_INET;
        address->in4.sin_port = htons(o->port);
        *n = sizeof address->in4;
        return ERR_OK;
    }
    ENSURE(inet_pton(AF_INET6, o->address, &address->in6.sin6_addr) == 1, ERR_INPUT,
           "not a numeric address to listen on");
    address->in6.sin6_family = AF_INET6;
    address->in6.sin6_port = htons(o->port);
    *n = sizeof address->in6;
    return ERR_OK;
}

/* A listening socket of our own making, so that a refusal is told apart from libmicrohttpd's. */
static err listen_open(const struct http_server_options *o, int *out, uint16_t *port)
{
    union socket_address address;
    socklen_t n;
    TRY(address_read(o, &address, &n));
    __attribute__((cleanup(socket_close))) int fd =
        socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ENSURE(fd >= 0, ERR_IO, "a socket can't be opened");
    int yes = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, &address.any, n) != 0) {
        ENSURE(errno != EADDRINUSE, ERR_IO, "another program listens on this address");
        ENSURE(errno != EACCES, ERR_IO, "this port may not be used without rights for it");
        FAIL(ERR_IO, "this machine has no such address");
    }
    ENSURE(listen(fd, BACKLOG) == 0, ERR_IO, "another program listens on this address");
    ENSURE(getsockname(fd, &address.any, &n) == 0, ERR_IO, "the address can't be read");
    *port = ntohs(address.any.sa_family == AF_INET ? address.in4.sin_port : address.in6.sin6_port);
    *out = fd;
    fd = -1;
    return ERR_OK;
}

/* As many descriptors as connections may need, if the system lets us. */
static void files_allow(unsigned connections)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    rlim_t wanted = (rlim_t)connections + FILES_BESIDE;
    if (limit.rlim_cur >= wanted) return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static err daemon_start(struct http_server *server, int fd)
{
    const struct http_server_options *o = &server->options;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_OptionItem options[24];
    size_t n = 0;
    options[n++] = (struct MHD_OptionItem){MHD_OPTION_LISTEN_SOCKET, fd, NULL};
    options[n++] =
        (struct MHD_OptionItem){MHD_OPTION_CONNECTION_LIMIT,
                                           (intptr_t)limit_of(server, LIMIT_CONNECTIONS), NULL};
    options[n++] = (struct MHD_OptionItem){MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                           (intptr_t)limit_of(server, LIMIT_HEADERS) << 10, NULL};
    options[n++] = (struct MHD_OptionItem){MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL};
    if (o->io_threads > 1)
        options[n++] =
            (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)o->io_threads, NULL};
    if (o->certificate_pem != NULL) {
        ENSURE(o->key_pem != NULL, ERR_INPUT, "a certificate needs its key");
        flags |= MHD_USE_TLS;
        options[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0,
                                               (void *)(uintptr_t)o->certificate_pem};
        options[n++] =
            (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)o->key_pem};
        options[n++] =
            (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)PRIORITIES};
    }
    options[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, call_read, server, MHD_OPTION_NOTIFY_COMPLETED, call_end, server,
        MHD_OPTION_NOTIFY_CONNECTION, lines_notify, server, MHD_OPTION_URI_LOG_CALLBACK, call_begin,
        server, MHD_OPTION_UNESCAPE_CALLBACK, call_unescape, server, MHD_OPTION_ARRAY, options,
        MHD_OPTION_END);
    ENSURE(server->daemon != NULL || o->certificate_pem == NULL, ERR_INPUT,
           "the certificate or its key can't be used");
    ENSURE(server->daemon != NULL, ERR_IO, "the server can't be started");
    return ERR_OK;
}

static int server_free(struct http_server *server)
{
    http_server_stop(server, DRAIN_ON_FREE);
    return 0;
}

static err server_start(struct http_server *server)
{
    TRY(http_router_new(server, &server->options.app, &server->router));
    __attribute__((cleanup(socket_close))) int fd = -1;
    TRY(listen_open(&server->options, &fd, &server->port));
    files_allow((unsigned)limit_of(server, LIMIT_CONNECTIONS));
    TRY(rates_new(server, &server->rates));
    (void)signal(SIGPIPE,
                 SIG_IGN); /* a peer that goes away is an error of write, not the end of us */
    TRY(lines_start(server));
    err e = queues_start(server);
    if (!err_failed(e)) {
        int listening = fd;
        fd = -1; /* libmicrohttpd closes it, also when it does not start */
        e = daemon_start(server, listening);
    }
    if (!err_failed(e)) return ERR_OK;
    queues_stop(server);
    lines_stop(server);
    return e;
}

err http_server_start(mem *ctx, const struct http_server_options *options, struct http_server **out)
{
    struct http_server *server = mem_new(ctx, struct http_server);
    ENSURE_MEM(server);
    server->options = *options;
    server->limits = options->limits == NULL ? limits_default() : *options->limits;
    if (options->proxies != NULL) server->proxies = *options->proxies;
    server->options.limits = NULL;
    server->options.proxies = NULL;
    defaults_fill(&server->options);
    err e = server_start(server);
    if (err_failed(e)) {
        talloc_free(server);
        return e;
    }
    talloc_set_destructor(server, server_free);
    *out = server;
    return ERR_OK;
}

uint16_t http_server_port(const struct http_server *server) { return server->port; }
const struct http_router *http_server_router(const struct http_server *server)
{
    return server->router;
}

static void answers_wait(struct http_server *server, msec at_most)
{
    msec until = clock_monotonic() + at_most;
    while (atomic_load(&server->active) > 0 && clock_monotonic() < until)
        (void)nanosleep(&(struct timespec){0, LOOK_EVERY_NS}, NULL);
}

void http_server_drain(struct http_server *server)
{
    if (server->drained) return;
    server->drained = true;
    atomic_store(&server->draining, true);
    MHD_socket fd = MHD_quiesce_daemon(server->daemon);
    if (fd != MHD_INVALID_SOCKET) (void)close(fd);
}

unsigned http_server_active(const struct http_server *server)
{
    return atomic_load(&server->active);
}

void http_server_stop(struct http_server *server, msec drain)
{
    if (server->stopped) return;
    server->stopped = true;
    http_server_drain(server);
    answers_wait(server, drain);
    queues_stop(server);
    answers_wait(server, LAST_ANSWERS);
    MHD_stop_daemon(server->daemon);
    lines_stop(server);
}

struct http_server_counts http_server_counts(const struct http_server *server)
{
    return (struct http_server_counts){
        .connections = server->lines.n,
        .waiting = server->queue.waiting + server->slow.waiting,
        .requests = atomic_load(&server->requests),
        .refused = atomic_load(&server->refused),
        .cut = atomic_load(&server->cut),
    };
}

const struct http_stats *http_server_stats(const struct http_server *server)
{
    return &server->stats;
}
