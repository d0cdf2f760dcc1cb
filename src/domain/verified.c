/* verified.c - a table of keyed digests. */
#include "domain/verified.h"

#include <pthread.h>
#include <string.h>

#include "base/buf.h"
#include "base/id.h"
#include "crypto/digest.h"
#include "domain/keys.h"

/* A digest may stand in any place of its row; when all are taken, one goes. */
enum { ROWS = 512, PLACES = 4, BYTES_MOST = 8192 };

struct verified_table {
    pthread_mutex_t lock;
    uint8_t secret[DIGEST_SIZE]; /* nobody can make an entry who can't write this process's memory */
    unsigned next;               /* which place of a full row goes */
    struct digest rows[ROWS][PLACES];
};

static int table_end(struct verified_table *t)
{
    (void)pthread_mutex_destroy(&t->lock);
    return 0;
}

err verified_table_new(mem *ctx, struct verified_table **out)
{
    struct verified_table *t = mem_new(ctx, struct verified_table);
    ENSURE_MEM(t);
    ENSURE(pthread_mutex_init(&t->lock, NULL) == 0, ERR_MEMORY, "out of memory");
    talloc_set_destructor(t, table_end);
    id_fill_random(t->secret, sizeof t->secret);
    *out = t;
    return ERR_OK;
}

static bool known(struct verified_table *t, const struct digest *d)
{
    bool found = false;
    (void)pthread_mutex_lock(&t->lock);
    const struct digest *row = t->rows[d->p[0] | (d->p[1] & 1) << 8];
    for (size_t i = 0; i < PLACES && !found; i++) found = memcmp(row[i].p, d->p, DIGEST_SIZE) == 0;
    (void)pthread_mutex_unlock(&t->lock);
    return found;
}

static void remember(struct verified_table *t, const struct digest *d)
{
    (void)pthread_mutex_lock(&t->lock);
    t->rows[d->p[0] | (d->p[1] & 1) << 8][t->next++ % PLACES] = *d;
    (void)pthread_mutex_unlock(&t->lock);
}

/* Each piece with its length, so that no two lists of pieces read alike. */
static err digest_pieces(const struct verified_table *t, const struct bytes *pieces, size_t n, struct digest *out)
{
    MEM_SCOPE(scope, NULL);
    struct buf b;
    struct bytes all;
    buf_init(&b, scope, BYTES_MOST);
    for (size_t i = 0; i < n; i++) {
        buf_addf(&b, "%zu:", pieces[i].n);
        buf_add_bytes(&b, pieces[i]);
    }
    TRY(buf_done(&b, &all));
    return digest_of("opentrm verified signature", bytes_of(t->secret, DIGEST_SIZE), all, out);
}

err verified_sign(struct verified_table *table, const struct sign_public *by, const char *label, struct bytes message,
                  const struct signature *signature)
{
    struct digest d;
    if (table == NULL || message.n > BYTES_MOST / 2) return sign_verify(by, label, message, signature);
    const struct bytes pieces[] = {bytes_of(by->p, SIGN_PUBLIC_SIZE), bytes_text(label), message,
                                   bytes_of(signature->p, SIGNATURE_SIZE)};
    TRY(digest_pieces(table, pieces, COUNT_OF(pieces), &d));
    if (known(table, &d)) return ERR_OK;
    TRY(sign_verify(by, label, message, signature));
    remember(table, &d);
    return ERR_OK;
}

err verified_box(struct verified_table *table, struct secret_arena *arena, struct secret team_key, const struct box_public *box,
                 bool *same)
{
    struct digest d = {0};
    struct box_pair pair;
    if (table != NULL) {
        struct secret both; /* of the key and the box; the key itself stays in guarded memory */
        TRY(secret_derive(arena, team_key, "opentrm verified box", bytes_of(box->p, BOX_PUBLIC_SIZE), DIGEST_SIZE, &both));
        TRY(digest_of("opentrm verified box", bytes_of(table->secret, DIGEST_SIZE), secret_bytes(both), &d));
        *same = known(table, &d);
        if (*same) return ERR_OK;
    }
    TRY(team_box_pair(arena, team_key, &pair));
    *same = memcmp(pair.public_key.p, box->p, BOX_PUBLIC_SIZE) == 0;
    if (*same && table != NULL) remember(table, &d);
    return ERR_OK;
}
