/* secret.c - arenas of guarded pages. */
#include "crypto/secret.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <sys/resource.h>

/* One region: what libsodium fits into a page beside its canary, or more for a large secret. It is
 * placed against the guard page behind it. */
enum { CANARY = 16, REGION_SIZE = 4096 - CANARY, REGIONS = 64, ALIGN = 16 };
static_assert(REGIONS * REGION_SIZE <= SECRET_ARENA_MAX);

struct region {
    uint8_t *p;
    size_t n;
};

struct secret_arena {
    struct secret_pool *pool;
    struct region regions[REGIONS];
    size_t n_regions;
    size_t used;  /* of the last region */
    size_t total; /* bytes of all regions */
};

struct secret_pool {
    pthread_mutex_t lock;
    size_t idle;
    size_t n;
    uint8_t *regions[]; /* each REGION_SIZE, zeroed */
};

err crypto_start(void)
{
    /* Guarded pages are left out of core files; plaintext and passwords in ordinary memory are not.
     */
    const struct rlimit none = {0, 0};
    ENSURE(setrlimit(RLIMIT_CORE, &none) == 0, ERR_BUG, "core files can't be turned off");
    ENSURE(sodium_init() >= 0, ERR_BUG, "libsodium does not start");
    return ERR_OK;
}

void wipe(void *p, size_t n)
{
    if (n > 0) sodium_memzero(p, n);
}

static int pool_end(struct secret_pool *pool)
{
    for (size_t i = 0; i < pool->n; i++) sodium_free(pool->regions[i]);
    (void)pthread_mutex_destroy(&pool->lock);
    return 0;
}

err secret_pool_new(mem *ctx, size_t idle, struct secret_pool **out)
{
    ENSURE(idle <= 4096, ERR_BUG, "a pool of secrets that is too large");
    struct secret_pool *pool = talloc_zero_size(ctx, sizeof *pool + idle * sizeof pool->regions[0]);
    ENSURE_MEM(pool);
    talloc_set_name_const(pool, "struct secret_pool");
    ENSURE(pthread_mutex_init(&pool->lock, NULL) == 0, ERR_MEMORY, "out of memory");
    pool->idle = idle;
    talloc_set_destructor(pool, pool_end);
    *out = pool;
    return ERR_OK;
}

static uint8_t *pool_take(struct secret_pool *pool)
{
    uint8_t *p = NULL;
    if (pool == NULL) return NULL;
    (void)pthread_mutex_lock(&pool->lock);
    if (pool->n > 0) p = pool->regions[--pool->n];
    (void)pthread_mutex_unlock(&pool->lock);
    return p;
}

static bool pool_give(struct secret_pool *pool, struct region r)
{
    if (pool == NULL || r.n != REGION_SIZE) return false;
    sodium_memzero(r.p, r.n);
    (void)pthread_mutex_lock(&pool->lock);
    bool room = pool->n < pool->idle;
    if (room) pool->regions[pool->n++] = r.p;
    (void)pthread_mutex_unlock(&pool->lock);
    return room;
}

static int arena_end(struct secret_arena *arena)
{
    for (size_t i = 0; i < arena->n_regions; i++) {
        if (!pool_give(arena->pool, arena->regions[i]))
            sodium_free(arena->regions[i].p); /* wipes */
    }
    return 0;
}

err secret_arena_new(mem *ctx, struct secret_pool *pool, struct secret_arena **out)
{
    struct secret_arena *arena = mem_new(ctx, struct secret_arena);
    ENSURE_MEM(arena);
    arena->pool = pool;
    talloc_set_destructor(arena, arena_end);
    *out = arena;
    return ERR_OK;
}

static err region_add(struct secret_arena *arena, size_t n)
{
    size_t size = n <= REGION_SIZE ? REGION_SIZE : n;
    ENSURE(arena->n_regions < REGIONS && arena->total + size <= SECRET_ARENA_MAX, ERR_LIMIT,
           "more secrets than one request may hold");
    uint8_t *p = size == REGION_SIZE ? pool_take(arena->pool) : NULL;
    if (p == NULL) {
        p = sodium_malloc(size);
        ENSURE_MEM(p);
        memset(p, 0, size);
    }
    arena->regions[arena->n_regions++] = (struct region){p, size};
    arena->total += size;
    arena->used = 0;
    return ERR_OK;
}

err secret_new(struct secret_arena *arena, size_t n, struct secret *out)
{
    ENSURE(n > 0 && n <= SECRET_MAX, ERR_LIMIT, "a secret of impossible size");
    size_t need = (n + ALIGN - 1) / ALIGN * ALIGN;
    if (arena->n_regions == 0 || arena->regions[arena->n_regions - 1].n - arena->used < need)
        TRY(region_add(arena, need));
    *out = (struct secret){arena->regions[arena->n_regions - 1].p + arena->used, n};
    arena->used += need;
    return ERR_OK;
}

err secret_random(struct secret_arena *arena, size_t n, struct secret *out)
{
    struct secret s;
    TRY(secret_new(arena, n, &s));
    randombytes_buf(s.p, s.n);
    *out = s;
    return ERR_OK;
}

err secret_copy(struct secret_arena *arena, struct bytes in, struct secret *out)
{
    struct secret s;
    TRY(secret_new(arena, in.n, &s));
    memcpy(s.p, in.p, in.n);
    *out = s;
    return ERR_OK;
}

struct secret secret_part(struct secret s, size_t from, size_t n)
{
    assert(from <= s.n && n <= s.n - from);
    return (struct secret){s.p + from, n};
}

void secret_wipe(struct secret *s)
{
    if (s->p != NULL) sodium_memzero(s->p, s->n);
    *s = (struct secret){0};
}

bool secret_equal(struct bytes a, struct bytes b)
{
    return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}

err secret_derive(struct secret_arena *arena, struct secret key, const char *label,
                  struct bytes context, size_t n, struct secret *out)
{
    size_t label_size = strlen(label);
    ENSURE(key.n >= KEY_SIZE && key.n <= 64 && n >= 16 && n <= 64 && label_size > 0 &&
               label_size < 256,
           ERR_BUG, "a key is derived in a way that is not allowed");
    struct secret s;
    TRY(secret_new(arena, n, &s));
    uint8_t head = (uint8_t)label_size;
    crypto_generichash_state state;
    bool ok = crypto_generichash_init(&state, key.p, key.n, n) == 0 &&
              crypto_generichash_update(&state, &head, 1) == 0 &&
              crypto_generichash_update(&state, (const uint8_t *)label, label_size) == 0 &&
              (context.n == 0 || crypto_generichash_update(&state, context.p, context.n) == 0) &&
              crypto_generichash_final(&state, s.p, n) == 0;
    sodium_memzero(&state, sizeof state);
    ENSURE(ok, ERR_CRYPTO, "a key can't be derived");
    *out = s;
    return ERR_OK;
}
