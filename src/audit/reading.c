/* reading.c - who read what lately. */
#include "audit/reading.h"

#include <pthread.h>
#include <string.h>

#include "base/buf.h"
#include "crypto/digest.h"

/* A key may stand in any place of its row; when all are taken the oldest goes, which at worst
 * writes a line too many. */
enum { ROWS = 1024, PLACES = 4 };

struct place {
    struct digest key; /* keyed hash of session and case: the table names neither */
    msec at;           /* 0 = free */
};

struct readings {
    pthread_mutex_t lock;
    uint8_t secret[DIGEST_SIZE];
    struct place rows[ROWS][PLACES];
};

static int readings_end(struct readings *r)
{
    (void)pthread_mutex_destroy(&r->lock);
    return 0;
}

err readings_open(mem *ctx, struct readings **out)
{
    struct readings *r = mem_new(ctx, struct readings);
    ENSURE_MEM(r);
    ENSURE(pthread_mutex_init(&r->lock, NULL) == 0, ERR_MEMORY, "out of memory");
    talloc_set_destructor(r, readings_end);
    id_fill_random(r->secret, sizeof r->secret);
    *out = r;
    return ERR_OK;
}

/* The key of a session and a case. The id has a fixed length, so no other pair gives the same
 * bytes. */
static err key_make(const struct readings *r, struct bytes session, struct id case_id,
                    struct digest *out)
{
    MEM_SCOPE(scratch, NULL);
    struct buf b;
    struct bytes pair;
    buf_init(&b, scratch, 4096);
    buf_add(&b, case_id.text, sizeof case_id.text);
    buf_add_bytes(&b, session);
    TRY(buf_done(&b, &pair));
    return digest_of("audit-reading", bytes_of(r->secret, sizeof r->secret), pair, out);
}

static struct place *row_of(struct readings *r, const struct digest *key)
{
    return r->rows[(key->p[0] | key->p[1] << 8) % ROWS];
}

static bool place_has(const struct place *p, const struct digest *key)
{
    return p->at != 0 && memcmp(p->key.p, key->p, DIGEST_SIZE) == 0;
}

/* Under lock: where the key stands; else where it would be put (the oldest place). */
static struct place *place_find(struct place *row, const struct digest *key)
{
    struct place *oldest = &row[0];
    for (size_t i = 0; i < PLACES; i++) {
        if (place_has(&row[i], key)) return &row[i];
        if (row[i].at < oldest->at) oldest = &row[i];
    }
    return oldest;
}

bool readings_fresh(struct readings *r, struct bytes session, struct id case_id, msec now,
                    msec span)
{
    struct digest key;
    if (err_failed(key_make(r, session, case_id, &key))) return false; /* a line too many */
    (void)pthread_mutex_lock(&r->lock);
    const struct place *p = place_find(row_of(r, &key), &key);
    /* A clock that was set back must not silence anybody. */
    bool fresh = place_has(p, &key) && p->at <= now && now - p->at < span;
    (void)pthread_mutex_unlock(&r->lock);
    return fresh;
}

void readings_add(struct readings *r, struct bytes session, struct id case_id, msec now)
{
    struct digest key;
    if (err_failed(key_make(r, session, case_id, &key))) return; /* a line too many */
    (void)pthread_mutex_lock(&r->lock);
    struct place *p = place_find(row_of(r, &key), &key);
    p->key = key;
    p->at = now;
    (void)pthread_mutex_unlock(&r->lock);
}
