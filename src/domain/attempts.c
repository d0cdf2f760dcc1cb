/* attempts.c - counting failed sign-ins for the audit log. */
#include "domain/attempts.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "crypto/aead.h"

#define MINUTE MSEC_MINUTE
#define DETAIL_ROOM 32

struct attempt {
    bool used;
    struct digest key;
    enum audit_action action;
    struct id user_id;
    msec since;      /* when a line was written last */
    uint64_t waiting; /* counted since then */
};

struct attempts {
    pthread_mutex_t lock;
    struct attempt at[ATTEMPTS_KEPT]; /* the first is everybody's for whom there was no place */
    _Atomic(uint64_t) failed;
};

static int attempts_end(struct attempts *attempts)
{
    (void)pthread_mutex_destroy(&attempts->lock);
    return 0;
}

err attempts_new(mem *ctx, struct attempts **out)
{
    struct attempts *attempts = mem_new(ctx, struct attempts);
    ENSURE_MEM(attempts);
    ENSURE(pthread_mutex_init(&attempts->lock, NULL) == 0, ERR_MEMORY, "out of memory");
    talloc_set_destructor(attempts, attempts_end);
    *out = attempts;
    return ERR_OK;
}

void address_bucket(const char *address, char out[static ADDRESS_ROOM])
{
    struct address parsed;
    if (address == NULL) address = "";
    if (err_failed(address_parse(address, &parsed))) {
        (void)snprintf(out, ADDRESS_ROOM, "%s", address);
        return;
    }
    struct address group = address_group(&parsed);
    address_print(&group, out);
}

struct line {
    const struct node *node;
    struct audit_event event;
    char detail[DETAIL_ROOM];
};

static void line_fill(struct line *line, const struct node *node, const struct attempt *attempt, msec now)
{
    line->node = node;
    line->event = (struct audit_event){.at = now,
                                       .actor_id = attempt->user_id,
                                       .action = attempt->action,
                                       .result = AUDIT_FAILED};
    (void)snprintf(line->detail, sizeof line->detail, "count.%" PRIu64, attempt->waiting);
}

static err write_line(struct tx *tx, void *arg)
{
    const struct line *line = arg;
    return audit_append(tx, line->node->audit, &line->event);
}

/* The place of this key, a free one, or the common one. */
static struct attempt *place_of(struct attempts *attempts, const struct digest *key)
{
    struct attempt *open = NULL;
    for (size_t i = 1; i < ATTEMPTS_KEPT; i++) {
        struct attempt *a = &attempts->at[i];
        if (a->used && memcmp(a->key.p, key->p, DIGEST_SIZE) == 0) return a;
        if (!a->used && open == NULL) open = a;
    }
    return open == NULL ? &attempts->at[0] : open;
}

static bool minute_over(const struct attempt *a, msec now)
{
    return now >= a->since + MINUTE || now < a->since;
}

err attempts_note(struct node *node, enum audit_action action, struct id user_id, const char *address)
{
    struct attempts *attempts = node->attempts;
    struct digest key;
    struct ad name;
    struct line line;
    char bucket[ADDRESS_ROOM];
    msec now = node_now(node);
    address_bucket(address, bucket);
    ad_start(&name, audit_action_name(action));
    ad_bytes(&name, bytes_text(user_id.text));
    ad_bytes(&name, bytes_text(bucket));
    ENSURE(!name.too_long, ERR_INPUT, "the name is too long");
    TRY(digest_of("opentrm attempt", digest_bytes(&node->signin_key), bytes_of(name.p, name.n), &key));
    atomic_fetch_add(&attempts->failed, 1);
    (void)pthread_mutex_lock(&attempts->lock);
    struct attempt *a = place_of(attempts, &key);
    bool first = !a->used;
    if (first) {
        bool common = a == &attempts->at[0];
        *a = (struct attempt){.used = true, .key = key, .action = action, .user_id = common ? (struct id){""} : user_id, .since = now};
        line_fill(&line, node, a, now);
    } else {
        a->waiting++;
    }
    (void)pthread_mutex_unlock(&attempts->lock);
    return first ? db_run(node->records, write_line, &line) : ERR_OK;
}

/* What is due of this place: false if nothing is to be written. A minute without any ends it. */
static bool due(struct attempts *attempts, size_t i, bool all, const struct node *node, struct line *line)
{
    struct attempt *a = &attempts->at[i];
    msec now = node_now(node);
    (void)pthread_mutex_lock(&attempts->lock);
    bool over = a->used && (all || minute_over(a, now)), write = over && a->waiting > 0;
    if (write) {
        line_fill(line, node, a, now);
        line->event.detail = line->detail;
        a->waiting = 0;
        a->since = now;
    } else if (over) {
        a->used = false;
    }
    (void)pthread_mutex_unlock(&attempts->lock);
    return write;
}

err attempts_flush(struct node *node, bool all)
{
    for (size_t i = 0; i < ATTEMPTS_KEPT; i++) {
        struct line line;
        if (due(node->attempts, i, all, node, &line)) TRY(db_run(node->records, write_line, &line));
    }
    return ERR_OK;
}

uint64_t attempts_failed(const struct node *node) { return atomic_load(&node->attempts->failed); }
