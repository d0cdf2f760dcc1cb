/* slowdown.c - counting failures by login and origin. */
#include <string.h>

#include "base/encode.h"
#include "crypto/aead.h"
#include "domain/attempts.h"
#include "domain/signin.h"

enum { DEVICE_RANDOM = 16, DEVICE_SIZE = DEVICE_RANDOM + DIGEST_SIZE };
_Static_assert(SESSION_DEVICE_ROOM == DEVICE_SIZE / 3 * 4 + 1, "the token's text has no padding");

static err keyed(const struct node *node, const char *label, const char *login, struct bytes with,
                 struct digest *out)
{
    struct ad all; /* a canonical list of the two */
    ad_start(&all, login);
    ad_bytes(&all, with);
    ENSURE(!all.too_long, ERR_INPUT, "the name is too long");
    return digest_of(label, digest_bytes(&node->signin_key), bytes_of(all.p, all.n), out);
}

/* The random part of a token that this node made for this login; no bytes if it is none. */
static struct bytes device_of(mem *scope, const struct node *node, const char *login,
                              const char *text)
{
    struct bytes token, none = bytes_of(NULL, 0);
    struct digest expected;
    if (text == NULL || strlen(text) != SESSION_DEVICE_ROOM - 1) return none;
    if (err_failed(decode_base64url(scope, text, &token)) || token.n != DEVICE_SIZE) return none;
    struct bytes random = bytes_of(token.p, DEVICE_RANDOM);
    if (err_failed(keyed(node, "opentrm device", login, random, &expected))) return none;
    bool ours =
        secret_equal(digest_bytes(&expected), bytes_of(token.p + DEVICE_RANDOM, DIGEST_SIZE));
    return ours ? random : none;
}

err device_token_new(const struct node *node, const char *login,
                     char out[static SESSION_DEVICE_ROOM])
{
    MEM_SCOPE(scope, NULL);
    uint8_t token[DEVICE_SIZE];
    struct digest mac;
    const char *text;
    id_fill_random(token, DEVICE_RANDOM);
    TRY(keyed(node, "opentrm device", login, bytes_of(token, DEVICE_RANDOM), &mac));
    memcpy(token + DEVICE_RANDOM, mac.p, DIGEST_SIZE);
    TRY(encode_base64url(scope, bytes_of(token, DEVICE_SIZE), &text));
    memcpy(out, text, SESSION_DEVICE_ROOM);
    return ERR_OK;
}

static msec delay_after(int64_t failures)
{
    msec delay = failures < SLOWDOWN_FREE ? 0 : MSEC_SECOND;
    for (int64_t i = SLOWDOWN_FREE; i < failures && delay < SLOWDOWN_MOST; i++) delay *= 2;
    return delay < SLOWDOWN_MOST ? delay : SLOWDOWN_MOST;
}

struct entering {
    struct slowdown *slowdown;
    msec now;
    msec wait;
};

static err enter(struct tx *tx, void *arg)
{
    struct entering *e = arg;
    struct db_signin *row = &e->slowdown->before;
    struct bytes bucket = digest_bytes(&e->slowdown->bucket);
    TRY(db_signin_get(tx, bucket, row));
    row->login_hash = bucket;
    e->wait = row->next_at - e->now;
    if (row->failures > 0 && e->wait > SLOWDOWN_MOST) e->wait = 0; /* the clock was set back */
    ENSURE(e->wait <= 0, ERR_LIMIT, "too many wrong attempts: wait a little before the next one");
    struct db_signin next = *row;
    next.failures++;
    next.last_at = e->now;
    next.next_at = e->now + delay_after(next.failures);
    return db_signin_put(tx, &next);
}

err slowdown_enter(struct node *node, const char *login, const char *address, const char *device,
                   struct slowdown *out, msec *wait)
{
    MEM_SCOPE(scope, NULL);
    struct slowdown s = {0};
    char bucket[ADDRESS_ROOM];
    address_bucket(address, bucket);
    struct bytes known = device_of(scope, node, login, device);
    if (known.n > 0)
        TRY(keyed(node, "opentrm signin device", login, known, &s.bucket));
    else
        TRY(keyed(node, "opentrm signin address", login, bytes_text(bucket), &s.bucket));
    struct entering e = {.slowdown = &s, .now = node_now(node)};
    err failed = db_run(node->records, enter, &e);
    if (failed.kind == ERR_LIMIT) *wait = e.wait;
    TRY(failed);
    *out = s;
    out->before.login_hash = digest_bytes(&out->bucket);
    return ERR_OK;
}

static err clear(struct tx *tx, void *arg)
{
    const struct slowdown *s = arg;
    return db_signin_clear(tx, digest_bytes(&s->bucket));
}

err slowdown_clear(struct node *node, const struct slowdown *slowdown)
{
    struct slowdown s = *slowdown;
    return db_run(node->records, clear, &s);
}

static err give_back(struct tx *tx, void *arg)
{
    const struct slowdown *s = arg;
    if (s->before.failures == 0) return db_signin_clear(tx, digest_bytes(&s->bucket));
    return db_signin_put(tx, &s->before);
}

err slowdown_give_back(struct node *node, const struct slowdown *slowdown)
{
    struct slowdown s = *slowdown;
    s.before.login_hash = digest_bytes(&s.bucket);
    return db_run(node->records, give_back, &s);
}
