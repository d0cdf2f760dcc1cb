/* stream.c - long streams sealed to a public key. */
#include "crypto/stream.h"

#include <sodium.h>
#include <string.h>

enum {
    STATE = sizeof(crypto_secretstream_xchacha20poly1305_state),
    HEADER = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    EXTRA = crypto_secretstream_xchacha20poly1305_ABYTES,
    SEALED_PIECE = STREAM_PIECE + EXTRA,
    BOX = 32 + KEY_SIZE + crypto_box_SEALBYTES /* a digest, the key */
};
_Static_assert(KEY_SIZE == crypto_secretstream_xchacha20poly1305_KEYBYTES, "a stream's key");

static const char LABEL[] = "opentrm stream", CHANGED[] = "this was changed or cut off, or is damaged";

static crypto_secretstream_xchacha20poly1305_state *state_of(struct secret s)
{
    return (crypto_secretstream_xchacha20poly1305_state *)(void *)s.p;
}

static void head_ad(struct ad *ad, struct bytes head)
{
    ad_start(ad, LABEL);
    ad_bytes(ad, head);
}

/* ---- sealing ---- */

struct stream_seal {
    stream_put *put;
    void *arg;
    struct secret state;
    size_t n;
    uint8_t plain[STREAM_PIECE];
    uint8_t sealed[SEALED_PIECE];
};

static int seal_wipe(struct stream_seal *s)
{
    wipe(s->plain, sizeof s->plain);
    return 0;
}

static err seal_start(struct stream_seal *s, struct secret_arena *arena, const struct box_public *to,
                      struct bytes head)
{
    MEM_SCOPE(scope, NULL);
    struct ad ad;
    struct secret key;
    struct bytes box;
    uint8_t header[HEADER];
    head_ad(&ad, head);
    TRY(secret_random(arena, KEY_SIZE, &key));
    TRY(secret_new(arena, STATE, &s->state));
    TRY(box_seal(scope, to, &ad, secret_bytes(key), &box));
    ENSURE(box.n == BOX, ERR_BUG, "a box of a wrong size");
    int rc = crypto_secretstream_xchacha20poly1305_init_push(state_of(s->state), header, key.p);
    secret_wipe(&key);
    ENSURE(rc == 0, ERR_CRYPTO, "a stream can't be sealed");
    TRY(s->put(s->arg, box));
    return s->put(s->arg, bytes_of(header, HEADER));
}

err stream_seal_begin(mem *ctx, const struct box_public *to, struct bytes head, stream_put *put,
                      void *arg, struct stream_seal **out)
{
    struct secret_arena *arena;
    struct stream_seal *s = mem_new(ctx, struct stream_seal);
    ENSURE_MEM(s);
    s->put = put;
    s->arg = arg;
    talloc_set_destructor(s, seal_wipe);
    TRY(secret_arena_new(s, NULL, &arena));
    TRY(seal_start(s, arena, to, head));
    *out = s;
    return ERR_OK;
}

static err piece_put(struct stream_seal *s, unsigned char tag)
{
    unsigned long long n = 0;
    int rc = crypto_secretstream_xchacha20poly1305_push(state_of(s->state), s->sealed, &n, s->plain,
                                                        s->n, NULL, 0, tag);
    ENSURE(rc == 0, ERR_CRYPTO, "a stream can't be sealed");
    s->n = 0;
    return s->put(s->arg, bytes_of(s->sealed, (size_t)n));
}

err stream_seal_add(struct stream_seal *s, struct bytes plain)
{
    for (size_t at = 0; at < plain.n;) {
        if (s->n == STREAM_PIECE) TRY(piece_put(s, 0)); /* not before more comes: the last one is marked */
        size_t n = STREAM_PIECE - s->n < plain.n - at ? STREAM_PIECE - s->n : plain.n - at;
        memcpy(s->plain + s->n, plain.p + at, n);
        s->n += n;
        at += n;
    }
    return ERR_OK;
}

err stream_seal_end(struct stream_seal *s)
{
    return piece_put(s, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
}

/* ---- opening ---- */

struct stream_open {
    stream_get *get;
    void *arg;
    struct secret state;
    size_t at, n; /* what is left of the piece */
    bool last;    /* this piece is */
    uint8_t plain[STREAM_PIECE];
    uint8_t sealed[SEALED_PIECE];
};

static int open_wipe(struct stream_open *s)
{
    wipe(s->plain, sizeof s->plain);
    return 0;
}

static err get_all(struct stream_open *s, uint8_t *p, size_t n)
{
    size_t got = 0;
    TRY(s->get(s->arg, p, n, &got));
    ENSURE(got == n, ERR_CRYPTO, CHANGED);
    return ERR_OK;
}

static err open_start(struct stream_open *s, struct secret_arena *arena, const struct box_pair *pair,
                      struct bytes head)
{
    struct ad ad;
    struct secret key;
    uint8_t box[BOX], header[HEADER];
    head_ad(&ad, head);
    TRY(get_all(s, box, BOX));
    TRY(get_all(s, header, HEADER));
    err e = box_open(arena, pair, &ad, bytes_of(box, BOX), &key);
    if (e.kind == ERR_CRYPTO) FAIL(ERR_CRYPTO, "this is not for this key, or its beginning was changed");
    TRY(e);
    ENSURE(key.n == KEY_SIZE, ERR_CRYPTO, CHANGED);
    TRY(secret_new(arena, STATE, &s->state));
    int rc = crypto_secretstream_xchacha20poly1305_init_pull(state_of(s->state), header, key.p);
    secret_wipe(&key);
    ENSURE(rc == 0, ERR_CRYPTO, CHANGED);
    return ERR_OK;
}

err stream_open_begin(mem *ctx, const struct box_pair *pair, struct bytes head, stream_get *get,
                      void *arg, struct stream_open **out)
{
    struct secret_arena *arena;
    struct stream_open *s = mem_new(ctx, struct stream_open);
    ENSURE_MEM(s);
    s->get = get;
    s->arg = arg;
    talloc_set_destructor(s, open_wipe);
    TRY(secret_arena_new(s, NULL, &arena));
    TRY(open_start(s, arena, pair, head));
    *out = s;
    return ERR_OK;
}

static err piece_get(struct stream_open *s)
{
    size_t got = 0;
    unsigned long long n = 0;
    unsigned char tag = 0;
    ENSURE(!s->last, ERR_CRYPTO, CHANGED);
    TRY(s->get(s->arg, s->sealed, SEALED_PIECE, &got));
    ENSURE(got >= EXTRA, ERR_CRYPTO, CHANGED);
    int rc = crypto_secretstream_xchacha20poly1305_pull(state_of(s->state), s->plain, &n, &tag,
                                                        s->sealed, got, NULL, 0);
    ENSURE(rc == 0, ERR_CRYPTO, CHANGED);
    s->last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    ENSURE(s->last || n == STREAM_PIECE, ERR_CRYPTO, CHANGED);
    s->at = 0;
    s->n = (size_t)n;
    return ERR_OK;
}

err stream_open_read(struct stream_open *s, uint8_t *p, size_t n)
{
    while (n > 0) {
        if (s->n == 0) TRY(piece_get(s));
        size_t now = s->n < n ? s->n : n;
        memcpy(p, s->plain + s->at, now);
        s->at += now;
        s->n -= now;
        p += now;
        n -= now;
    }
    return ERR_OK;
}

err stream_open_end(struct stream_open *s)
{
    uint8_t more;
    size_t got = 0;
    ENSURE(s->n == 0, ERR_CRYPTO, CHANGED);
    if (!s->last) TRY(piece_get(s)); /* an empty stream */
    ENSURE(s->n == 0, ERR_CRYPTO, CHANGED);
    TRY(s->get(s->arg, &more, 1, &got));
    ENSURE(got == 0, ERR_CRYPTO, CHANGED);
    return ERR_OK;
}
