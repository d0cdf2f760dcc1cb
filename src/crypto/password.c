/* password.c - Argon2id behind a gate. */
#include "crypto/password.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

const struct password_cost PASSWORD_COST_STANDARD = {256 * 1024 * 1024, 3};
const struct password_cost PASSWORD_COST_TEST = {64 * 1024, 1};

enum { WAIT_SECONDS = 20, PASSES_MOST = 16 };
#define MEMORY_MOST ((int64_t)1024 * 1024 * 1024)

_Static_assert(PASSWORD_SALT_SIZE == crypto_pwhash_SALTBYTES, "salts of 16 bytes");

struct password_queue {
    pthread_mutex_t lock;
    pthread_cond_t turn;
    unsigned running, running_most;
    unsigned waiting, waiting_most;
};

/* Characters of well-formed UTF-8: all bytes but the following ones. */
static size_t characters(struct bytes in)
{
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++) n += (in.p[i] & 0xc0) != 0x80;
    return n;
}

err password_check(struct bytes password)
{
    ENSURE(password.n <= PASSWORD_MOST, ERR_INPUT, "this password is too long");
    ENSURE(!err_failed(text_check(password, PASSWORD_MOST)), ERR_INPUT,
           "a password is made of letters, digits, signs and spaces");
    ENSURE(characters(password) >= PASSWORD_LEAST, ERR_INPUT,
           "a password has at least 12 characters: four or five unrelated words are good");
    size_t different = 0;
    bool seen[256] = {false};
    for (size_t i = 0; i < password.n; i++) {
        different += !seen[password.p[i]];
        seen[password.p[i]] = true;
    }
    ENSURE(different >= 5, ERR_INPUT, "this password repeats the same few characters");
    return ERR_OK;
}

static int queue_end(struct password_queue *queue)
{
    (void)pthread_cond_destroy(&queue->turn);
    (void)pthread_mutex_destroy(&queue->lock);
    return 0;
}

err password_queue_new(mem *ctx, unsigned running, unsigned waiting, struct password_queue **out)
{
    ENSURE(running >= 1 && running <= 8 && waiting <= 256, ERR_BUG,
           "a password queue of impossible size");
    struct password_queue *queue = mem_new(ctx, struct password_queue);
    ENSURE_MEM(queue);
    queue->running_most = running;
    queue->waiting_most = waiting;
    pthread_condattr_t monotonic;
    ENSURE(pthread_condattr_init(&monotonic) == 0, ERR_MEMORY, "out of memory");
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    bool ok = pthread_mutex_init(&queue->lock, NULL) == 0 &&
              pthread_cond_init(&queue->turn, &monotonic) == 0;
    (void)pthread_condattr_destroy(&monotonic);
    ENSURE(ok, ERR_MEMORY, "out of memory");
    talloc_set_destructor(queue, queue_end);
    *out = queue;
    return ERR_OK;
}

/* With the lock held: waits until fewer run than may, or the deadline. */
static bool wait_for_turn(struct password_queue *queue)
{
    struct timespec until;
    if (clock_gettime(CLOCK_MONOTONIC, &until) != 0) return false;
    until.tv_sec += WAIT_SECONDS;
    queue->waiting++;
    int status = 0;
    while (queue->running >= queue->running_most && status != ETIMEDOUT)
        status = pthread_cond_timedwait(&queue->turn, &queue->lock, &until);
    queue->waiting--;
    return queue->running < queue->running_most;
}

err password_queue_enter(struct password_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    bool in = queue->running < queue->running_most;
    if (!in && queue->waiting < queue->waiting_most) in = wait_for_turn(queue);
    if (in) queue->running++;
    (void)pthread_mutex_unlock(&queue->lock);
    ENSURE(in, ERR_BUSY, "too many people sign in at this moment: try again in a minute");
    return ERR_OK;
}

void password_queue_leave(struct password_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->running--;
    (void)pthread_cond_signal(&queue->turn);
    (void)pthread_mutex_unlock(&queue->lock);
}

static err stretch(struct password_queue *queue, struct bytes password, struct password_cost cost,
                   const uint8_t *salt, struct secret out)
{
    TRY(password_queue_enter(queue));
    int status = crypto_pwhash(out.p, out.n, (const char *)password.p, password.n, salt,
                               (unsigned long long)cost.passes, (size_t)cost.memory,
                               crypto_pwhash_ALG_ARGON2ID13);
    password_queue_leave(queue);
    ENSURE(status == 0, ERR_MEMORY, "no memory to check a password");
    return ERR_OK;
}

err password_keys_make(struct secret_arena *arena, struct password_queue *queue,
                       struct bytes password, struct password_cost cost,
                       const uint8_t salt[static PASSWORD_SALT_SIZE], struct password_keys *out)
{
    ENSURE(password.n <= PASSWORD_MOST, ERR_LIMIT, "this password is too long");
    ENSURE(cost.memory >= (int64_t)crypto_pwhash_MEMLIMIT_MIN && cost.memory <= MEMORY_MOST &&
               cost.passes >= 1 && cost.passes <= PASSES_MOST,
           ERR_STORE, "the stored cost of a password is out of range");
    struct secret stretched, verifier, kek;
    TRY(secret_new(arena, KEY_SIZE, &stretched));
    TRY(stretch(queue, password, cost, salt, stretched));
    err e = secret_derive(arena, stretched, "opentrm password verifier", bytes_of(NULL, 0),
                          DIGEST_SIZE, &verifier);
    if (!err_failed(e))
        e = secret_derive(arena, stretched, "opentrm password kek", bytes_of(NULL, 0), KEY_SIZE,
                          &kek);
    secret_wipe(&stretched);
    TRY(e);
    memcpy(out->verifier.p, verifier.p, DIGEST_SIZE);
    out->kek = kek;
    return ERR_OK;
}
