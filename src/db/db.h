/* db.h - a store: opened once at start, then written and read through two functions.
 *
 * db_run is the only way to write, db_read the only way to read; begin, retry and commit live
 * behind them and nowhere else. What runs inside uses the entity files of this folder (case_file.h,
 * ...), which take the `tx`. Called by domain, exchange, audit, cli. Never decides who may.
 *
 * A node has two: records (`opentrm.db`) and keys (`keys.db`). They commit apart, so: additions to
 * keys first, removals from records first (design §5).
 *
 * Source: design §5.
 */
#ifndef OPENTRM_DB_DB_H
#define OPENTRM_DB_DB_H

#include "base/clock.h"

struct db; /* one open store; shared by all threads */
struct tx; /* a transaction or a read snapshot; valid only inside the function it was given to */

enum db_kind {
    DB_SQLITE,
    DB_POSTGRES,
    DB_ENGINES /* how many there are */
};

enum db_store { DB_RECORDS, DB_KEYS };

/* Zero in a number means the default in brackets. */
struct db_settings {
    enum db_kind kind;
    enum db_store store; /* which migrations */
    const char *path;    /* SQLite: the file; PostgreSQL: its address (postgres_address.h) */
    const char *vfs;     /* SQLite: name of a VFS, NULL for the system's (fault tests set it) */
    bool create;         /* make it if it is not there; else ERR_NOT_FOUND */
    bool read_only;      /* db_run is refused with ERR_STATE; nothing is migrated */
    unsigned readers;    /* connections that read at the same time, at most 64 (8) */
    unsigned writers;    /* PostgreSQL: connections that write at the same time, at most DB_LANES (8) */
    unsigned queue;      /* transactions that may wait (1024) */
    unsigned group;      /* transactions that share a commit (128) */
    msec wait;           /* longest wait for a turn, for another program that writes, for a server
                            that takes another's place (SQLite 10 s, PostgreSQL 60 s) */
    msec limit;          /* longest run of one statement (30 s) */
};

/* db_open: opens and migrates. Call it from one thread at start; the result may then be used from
 * all. It belongs to ctx and closes with it. ERR_NOT_FOUND without `create` (PostgreSQL: no store of
 * ours in the database); ERR_STATE for a store
 * that is newer than this program, or older and read_only; ERR_STORE if damaged or not a store. */
err db_open(mem *ctx, const struct db_settings *settings, struct db **out);
/* db_close: refuses what is new (ERR_STATE), lets what waits finish, closes. No thread may be
 * inside db_run or db_read any more when it returns control of `db`'s memory; call it last. */
void db_close(struct db *db);

/* db_kind_of: which engine an address is for ("postgres://..."). ERR_INPUT if for none. */
err db_kind_of(const char *address, enum db_kind *out);

/* What runs in a transaction. May run more than once, therefore: no effect but on the store and on
 * what `arg` points to, and the latter is set afresh by each run. Runs on another thread (SQLite's
 * writer) while the caller waits, so it may use the caller's memory. No sealing, no network, no
 * other db_run in it: everybody else waits meanwhile. A failure takes the transaction back and is
 * what db_run returns. A statement that failed takes it back even if fn goes on and returns ERR_OK.
 */
typedef err db_fn(struct tx *tx, void *arg);

/* db_run: a write transaction, serialisable. Returns after it is on the disk (fsync), or as if it
 * had never been. On SQLite waiting transactions of several threads share one commit, each
 * protected from the others' failures; on PostgreSQL each has a connection of its own, and runs
 * anew when another was in its way or the server changes. ERR_BUSY if the queue is full or no turn
 * came in time; also, with a sentence that says so, in the one case where nobody can know whether
 * it was kept: the server went away in the middle of a commit and none took its place in time. */
err db_run(struct db *db, db_fn *fn, void *arg);

/* db_read: a read snapshot: fn sees the store as it is now and no later write; everything that
 * db_run returned for before is in it. Many at a time. Writing in it is ERR_BUG. ERR_BUSY if no
 * connection came free in time. */
err db_read(struct db *db, db_fn *fn, void *arg);

/* db_check: looks the whole store over (SQLite: quick_check, foreign keys). ERR_STORE if damaged.
 * Reads every page. */
err db_check(struct db *db);

/* db_scrub: what was deleted is gone from the write-ahead log too (SQLite: checkpoint, log cut to
 * nothing). Deleted rows are overwritten with zeros in the file itself at once (secure_delete).
 * ERR_BUSY if readers kept it from finishing. */
err db_scrub(struct db *db);

/* db_writes: how many transactions were committed, in how many commits; how many wait at this
 * moment. For metrics and the bench. */
struct db_writes {
    uint64_t transactions;
    uint64_t commits;
    uint64_t lost_groups; /* commits that failed and were rerun one by one (PostgreSQL: rerun) */
    uint64_t waiting;
};
struct db_writes db_writes(const struct db *db);

/* db_scratch: memory that ends with this run of the transaction. */
mem *db_scratch(struct tx *tx);
enum db_store db_which(const struct tx *tx);
enum db_kind db_engine_of(const struct tx *tx);
/* db_lane: which of the process's writing connections this is, less than DB_LANES. Two transactions
 * of one lane never run at the same time. */
unsigned db_lane(const struct tx *tx);
#define DB_LANES 16

#endif
