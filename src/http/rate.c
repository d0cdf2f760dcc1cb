/* rate.c - token buckets, kept as one time each: when the bucket will be full again (GCRA). */
#include "http/rate.h"

#include <pthread.h>
#include <string.h>

#include "base/id.h"
#include "crypto/digest.h"

#define SETS 512
#define WAYS 8
#define NAME_SIZE 16
#define MICRO 1000 /* times inside are in microseconds */

struct bucket {
    uint8_t name[NAME_SIZE];
    int64_t full_at;
    unsigned refused;
};

struct rates {
    uint8_t key[DIGEST_SIZE];
    pthread_mutex_t lock;
    struct bucket sets[SETS][WAYS];
};

static int rates_end(struct rates *rates)
{
    (void)pthread_mutex_destroy(&rates->lock);
    return 0;
}

err rates_new(mem *ctx, struct rates **out)
{
    struct rates *rates = mem_new(ctx, struct rates);
    ENSURE_MEM(rates);
    id_fill_random(rates->key, sizeof rates->key);
    ENSURE(pthread_mutex_init(&rates->lock, NULL) == 0, ERR_MEMORY, "no lock for the limits");
    talloc_set_destructor(rates, rates_end);
    *out = rates;
    return ERR_OK;
}

static struct bucket *bucket_of(struct rates *rates, const struct digest *name)
{
    size_t index = ((size_t)name->p[NAME_SIZE] << 8 | name->p[NAME_SIZE + 1]) % SETS;
    struct bucket *set = rates->sets[index], *oldest = set;
    for (size_t i = 0; i < WAYS; i++) {
        if (memcmp(set[i].name, name->p, NAME_SIZE) == 0) return &set[i];
        if (set[i].full_at < oldest->full_at) oldest = &set[i];
    }
    *oldest = (struct bucket){.full_at = 0};
    memcpy(oldest->name, name->p, NAME_SIZE);
    return oldest;
}

bool rate_take(struct rates *rates, const struct rate *rate, struct bytes name, msec now,
               msec *wait, unsigned *again)
{
    struct digest digest;
    if (rate->per_minute <= 0) return true;
    err e = digest_of(rate->label, bytes_of(rates->key, sizeof rates->key), name, &digest);
    if (err_failed(e)) return true; /* no memory for counting is no reason to refuse */
    int64_t at = now * MICRO, one = MSEC_MINUTE * MICRO / rate->per_minute;
    (void)pthread_mutex_lock(&rates->lock);
    struct bucket *bucket = bucket_of(rates, &digest);
    int64_t full_at = bucket->full_at < at ? at : bucket->full_at;
    int64_t over = full_at + one - at - one * rate->burst;
    bool may = over <= 0;
    if (may) {
        bucket->full_at = full_at + one;
        bucket->refused = 0;
    } else {
        bucket->refused++;
        *wait = over / MICRO + 1;
        *again = bucket->refused;
    }
    (void)pthread_mutex_unlock(&rates->lock);
    return may;
}
