/* secret.h - secrets live in libsodium's guarded memory and nowhere else.
 *
 * A guarded page costs system calls (24 microseconds, far more when threads contend for the address
 * space), and a request needs some twenty keys of 32 bytes. So keys are slots of an arena: one
 * guarded region for a request, taken from the node's pool and wiped when its context ends. A
 * `struct secret` is a view of a slot and is copied by value; it lives as long as its arena.
 *
 * Called by crypto and domain. Secrets are never logged, never compared with memcmp, and never
 * copied to ordinary memory except as ciphertext.
 */
#ifndef OPENTRM_CRYPTO_SECRET_H
#define OPENTRM_CRYPTO_SECRET_H

#include "base/bytes.h"

#define KEY_SIZE 32

/* crypto_start: once, before anything else of crypto, base/id.h and base/encode.h; again is
 * harmless. From then on this process writes no core file. */
err crypto_start(void);

struct secret {
    uint8_t *p; /* inside an arena */
    size_t n;
};

struct secret_pool;
struct secret_arena;

/* secret_pool_new: keeps up to `idle` wiped regions for the next arenas. Thread-safe. Owned by ctx,
 * which must outlive the arenas made from it. */
err secret_pool_new(mem *ctx, size_t idle, struct secret_pool **out);

/* secret_arena_new: an empty arena, wiped when ctx ends. It belongs to one thread at a time. `pool`
 * may be NULL (commands, tests). */
err secret_arena_new(mem *ctx, struct secret_pool *pool, struct secret_arena **out);

/* What one arena may hold, and the largest secret (an RSA private key in DER takes 2 kB). */
#define SECRET_ARENA_MAX (256 * 1024)
#define SECRET_MAX (16 * 1024)

/* secret_new: n zero bytes. ERR_LIMIT over SECRET_MAX or SECRET_ARENA_MAX. */
err secret_new(struct secret_arena *arena, size_t n, struct secret *out);
/* secret_random: n random bytes. */
err secret_random(struct secret_arena *arena, size_t n, struct secret *out);
/* secret_copy: from bytes, which the caller wipes if they lie in ordinary memory (wipe). */
err secret_copy(struct secret_arena *arena, struct bytes in, struct secret *out);

static inline struct bytes secret_bytes(struct secret s) { return (struct bytes){s.p, s.n}; }
/* secret_part: n bytes from `from`, the same memory. Must lie inside. */
struct secret secret_part(struct secret s, size_t from, size_t n);
/* secret_wipe: zeroes it now, before its arena ends. */
void secret_wipe(struct secret *s);
/* secret_equal: constant time for equal lengths. */
bool secret_equal(struct bytes a, struct bytes b);

/* secret_derive: n bytes (16 to 64) that only who holds `key` (32 to 64 bytes) can make: BLAKE2b
 * keyed with it over label and context. Labels begin with "opentrm " and are listed in
 * docs/security.md; each is used for one purpose. */
err secret_derive(struct secret_arena *arena, struct secret key, const char *label,
                  struct bytes context, size_t n, struct secret *out);

/* wipe: zeroes ordinary memory that held a secret on its way in or out. */
void wipe(void *p, size_t n);

#endif
