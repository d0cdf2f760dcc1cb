/* err.h - the one way to fail: a small value that must be looked at.
 *
 * Every function that can fail returns `err`. The type itself is [[nodiscard]], so ignoring a
 * result does not compile. Outputs are untouched on failure. `what` is always a string literal: a
 * sentence a person could read, without any data in it (no personal data can leak through an
 * error). Details that depend on input (file, row, field) travel in structures of their own, for
 * instance `struct problem` of the form engine.
 *
 * Called by everybody. Must never allocate.
 */
#ifndef OPENTRM_BASE_ERR_H
#define OPENTRM_BASE_ERR_H

#include <stdbool.h>

enum err_kind {
    ERR_NONE = 0,
    ERR_INPUT,     /* what came in is malformed or not allowed there: the caller's fault */
    ERR_DENIED,    /* the actor may not, or holds no key */
    ERR_NOT_FOUND, /* no such thing, or none that the actor may know of */
    ERR_CONFLICT,  /* somebody else changed it first, or it exists already */
    ERR_STATE,     /* not in this state of the thing */
    ERR_LIMIT,     /* larger, longer or more than allowed */
    ERR_PEER,      /* a partner's node or organisation did wrong */
    ERR_CRYPTO,    /* does not verify, does not decrypt, wrong key */
    ERR_STORE,     /* the store failed: disk, constraint, corruption */
    ERR_IO,        /* file or network */
    ERR_MEMORY,    /* no memory */
    ERR_BUSY,      /* try again: queue full, locked */
    ERR_BUG        /* our own mistake */
};

struct [[nodiscard]] err {
    enum err_kind kind;
    const char *what;  /* literal, never NULL when kind is set */
    const char *where; /* "file.c:12", literal */
};
typedef struct err err;

#define ERR_STR2(x) #x
#define ERR_STR(x) ERR_STR2(x)
#define ERR_OK ((err){ERR_NONE, 0, 0})
#define ERR_MAKE(k, w) ((err){(k), (w), __FILE__ ":" ERR_STR(__LINE__)})

/* err_failed: true if e is a failure. */
static inline bool err_failed(err e) { return e.kind != ERR_NONE; }

/* err_ignore: says in the code that this failure cannot change what happens next. Give the reason
 * in a comment beside the call. */
static inline void err_ignore(err e) { (void)e; }

/* err_name: "input", "denied", ... for logs. */
const char *err_name(enum err_kind kind);

/* TRY: hand a failure to our caller. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        err try_e = (call);                                                                        \
        if (try_e.kind != ERR_NONE) return try_e;                                                  \
    } while (0)

/* TRY_AS: the same, told as a failure of another kind; but lack of memory stays lack of memory, since
 * it says nothing about what was looked at. */
#define TRY_AS(call, k, w)                                                                         \
    do {                                                                                           \
        err try_e = (call);                                                                        \
        if (try_e.kind == ERR_MEMORY) return try_e;                                                \
        if (try_e.kind != ERR_NONE) return ERR_MAKE(k, w);                                         \
    } while (0)

/* FAIL: return a new failure. ENSURE: a guard that reads straight down. */
#define FAIL(k, w) return ERR_MAKE(k, w)
#define ENSURE(cond, k, w)                                                                         \
    do {                                                                                           \
        if (!(cond)) return ERR_MAKE(k, w);                                                        \
    } while (0)
/* ENSURE_MEM: for the result of an allocation. */
#define ENSURE_MEM(p) ENSURE((p) != 0, ERR_MEMORY, "out of memory")

#endif
