/* openssl.c - the pieces that every user of OpenSSL here needs. */
#include "crypto/openssl.h"

#include <limits.h>
#include <pthread.h>

#define SECURE_HEAP ((size_t)4 << 20)
#define SECURE_LEAST 32

static void *watched_malloc(size_t n, const char *file, int line)
{
    (void)file, (void)line;
    return refused_malloc(n);
}

static void *watched_realloc(void *p, size_t n, const char *file, int line)
{
    (void)file, (void)line;
    return refused_realloc(p, n);
}

static void watched_free(void *p, const char *file, int line)
{
    (void)file, (void)line;
    refused_free(p);
}

/* Before main: OpenSSL takes no other allocator once it has used its own. */
__attribute__((constructor)) static void openssl_watch(void)
{
    (void)CRYPTO_set_mem_functions(watched_malloc, watched_realloc, watched_free); /* checked below */
}

static bool is_watched(void)
{
    CRYPTO_malloc_fn allocate = NULL;
    CRYPTO_get_mem_functions(&allocate, NULL, NULL);
    return allocate == watched_malloc;
}

static pthread_once_t secure_once = PTHREAD_ONCE_INIT;

static void secure_init(void)
{
    /* 2 says that the heap works but could not be locked into memory (a low RLIMIT_MEMLOCK): still
     * guarded and wiped. 0 says there is none, which openssl_secure_start reports. */
    (void)CRYPTO_secure_malloc_init(SECURE_HEAP, SECURE_LEAST);
}

err openssl_secure_start(void)
{
    OSSL_QUIET();
    ENSURE(is_watched(), ERR_BUG, "OpenSSL has memory of its own already");
    ENSURE(pthread_once(&secure_once, secure_init) == 0, ERR_BUG, "pthread_once failed");
    ENSURE(CRYPTO_secure_malloc_initialized() == 1, ERR_MEMORY, "no guarded memory for keys");
    return ERR_OK;
}

err openssl_input(struct bytes in, size_t max, BIO **out)
{
    ENSURE(in.n <= max && in.n <= INT_MAX, ERR_LIMIT, "larger than allowed");
    BIO *bio = BIO_new_mem_buf(in.n == 0 ? "" : (const void *)in.p, (int)in.n);
    ENSURE_MEM(bio);
    *out = bio;
    return ERR_OK;
}

err openssl_output(mem *ctx, BIO *bio, size_t max, struct bytes *out)
{
    char *p = NULL;
    long n = BIO_get_mem_data(bio, &p);
    ENSURE(n >= 0, ERR_BUG, "a memory BIO has no memory");
    ENSURE((size_t)n <= max, ERR_LIMIT, "larger than allowed");
    return bytes_copy(ctx, bytes_of(p, (size_t)n), out);
}
