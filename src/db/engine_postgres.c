/* engine_postgres.c - PostgreSQL behind the engine table: every writer has a connection of its own,
 * transactions are serialisable. Called through db_engine_postgres only.
 *
 * The commit mark. When the connection is lost while a commit is on its way, nobody knows what
 * became of it: doing it again could do it twice, giving up could deny what is done. So each
 * writing transaction also writes its number into the row of its connection (table commit_mark). A
 * new connection then asks that row. It asks by writing: that waits for a transaction that still
 * holds the row, and its own commit is not answered before the standby has everything up to it,
 * the doubtful transaction included.
 *
 * A commit that is answered with a warning is doubtful, too: when somebody ends its wait for the standby
 * (pg_cancel_backend), the server says that it is committed here, but perhaps nowhere else.
 */
#include <stdio.h>
#include <time.h>

#include "base/buf.h"
#include "base/text.h"
#include "db/postgres_conn.h"
#include "db/table.h"

enum {
    SQL_ROOM = 512,
    SCRUB_MOST = 4096,
    CONNECT_LEAST = 3000, /* milliseconds to reach a server, however short the wait for a turn is */
    LOOK_AGAIN = 100, /* milliseconds between two tries to reach a server */
    MIGRATION_LOCK = 0x6f74726d, /* one process migrates; the number is any */
};

/* ---- transactions ---- */

static bool conn_again(const struct db_conn *conn) { return conn->fate != FATE_PLAIN; }

static bool conn_whole(const struct db_conn *conn)
{
    return conn->handle != NULL && PQtransactionStatus(conn->handle) == PQTRANS_INTRANS;
}

static void clock_start(struct db_conn *conn)
{
    conn->fate = FATE_PLAIN;
    conn->stop_at = clock_monotonic() + conn->limit + MSEC_SECOND;
}

static err plain(struct db_conn *conn, const char *sql)
{
    clock_start(conn);
    return postgres_script(conn, sql, NULL);
}

static void look_again_later(void)
{
    struct timespec pause = {.tv_nsec = LOOK_AGAIN * 1000000L};
    (void)nanosleep(&pause, NULL);
}

/* Who comes again at once after a failure does not come too often. */
static err connected(struct db_conn *conn)
{
    if (conn->handle != NULL) return ERR_OK;
    conn->stop_at = clock_monotonic() + (conn->wait > CONNECT_LEAST ? conn->wait : CONNECT_LEAST);
    err e = postgres_connect(conn);
    if (err_failed(e)) look_again_later();
    return e;
}

static void conn_rollback(struct db_conn *conn)
{
    if (conn->handle == NULL || PQtransactionStatus(conn->handle) == PQTRANS_IDLE) return;
    enum postgres_fate fate = conn->fate; /* of what failed before is what counts */
    if (err_failed(plain(conn, "ROLLBACK")) && conn->handle != NULL) postgres_disconnect(conn);
    conn->fate = fate;
}

static err conn_begin(struct db_conn *conn)
{
    char sql[SQL_ROOM];
    TRY(connected(conn));
    if (!conn->writes) return plain(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    conn->mark++;
    (void)snprintf(sql, sizeof sql,
                   "BEGIN ISOLATION LEVEL SERIALIZABLE;"
                   "INSERT INTO commit_mark (lane, number) VALUES ('%s', %lld)"
                   " ON CONFLICT (lane) DO UPDATE SET number = excluded.number, at = now()",
                   conn->lane.text, (long long)conn->mark);
    err e = plain(conn, sql);
    if (err_failed(e)) conn_rollback(conn); /* BEGIN may stand though its mark does not */
    return e;
}

/* What became of it? *done: it is committed, and so is what was asked. A row that knows neither this transaction nor
 * the one before it is an older state: of a server that was the first one once, or that lost what it had
 * acknowledged. It can't say. */
static err mark_ask(struct db_conn *conn, bool *done)
{
    char sql[SQL_ROOM];
    int64_t number = -1;
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO commit_mark (lane, number) VALUES ('%s', 0)"
                   " ON CONFLICT (lane) DO UPDATE SET asked = commit_mark.asked + 1"
                   " RETURNING number",
                   conn->lane.text);
    TRY(postgres_script(conn, sql, &number));
    ENSURE(number == conn->mark || number == conn->kept, ERR_STORE, "the store's server lost what it had");
    *done = number == conn->mark;
    return ERR_OK;
}

/* A commit whose answer did not come. */
static err commit_settle(struct db_conn *conn)
{
    msec until = clock_monotonic() + conn->wait;
    do {
        bool done = false;
        conn->stop_at = until;
        err e = postgres_connect(conn);
        if (!err_failed(e)) e = mark_ask(conn, &done);
        if (!err_failed(e)) {
            conn->fate = FATE_AGAIN;
            if (done) conn->kept = conn->mark;
            return done ? ERR_OK
                        : ERR_MAKE(ERR_BUSY, "the connection to the store was lost");
        }
        postgres_disconnect(conn);
        look_again_later();
    } while (clock_monotonic() < until);
    conn->fate = FATE_PLAIN;
    FAIL(ERR_BUSY, "it is not known whether this was saved: look before you do it again");
}

static err conn_commit(struct db_conn *conn)
{
    ENSURE(conn->handle != NULL, ERR_BUSY, "the connection to the store was lost");
    /* A transaction that a failed statement has spoilt is rolled back by COMMIT, without a word. */
    ENSURE(conn_whole(conn), ERR_BUG, "a transaction that cannot be committed");
    conn->warned = false;
    err e = plain(conn, "COMMIT");
    if (err_failed(e) ? conn->fate == FATE_LOST : conn->writes && conn->warned) return commit_settle(conn);
    if (err_failed(e))
        conn_rollback(conn);
    else
        conn->kept = conn->mark;
    return e;
}

static err conn_mark(struct db_conn *conn) { return plain(conn, "SAVEPOINT m"); }
static err conn_mark_keep(struct db_conn *conn) { return plain(conn, "RELEASE m"); }
static err conn_mark_undo(struct db_conn *conn)
{
    return plain(conn, "ROLLBACK TO m; RELEASE m");
}

/* ---- opening ---- */

/* Marks of connections that are long gone go. */
static const char PREPARE[] =
    "CREATE TABLE IF NOT EXISTS commit_mark (lane TEXT PRIMARY KEY, number BIGINT NOT NULL,"
    " asked BIGINT NOT NULL DEFAULT 0, at TIMESTAMPTZ NOT NULL DEFAULT now());"
    "DELETE FROM commit_mark WHERE at < now() - interval '7 days'";

/* alone: other processes wait here until we give the turn back. */
static err conn_alone(struct db_conn *conn, bool begin)
{
    char sql[SQL_ROOM];
    TRY(connected(conn));
    (void)snprintf(sql, sizeof sql, "SELECT 1 FROM (SELECT %s(%d, hashtext(current_schema()))) AS t",
                   begin ? "pg_advisory_lock" : "pg_advisory_unlock", MIGRATION_LOCK);
    TRY(plain(conn, sql));
    return begin ? plain(conn, PREPARE) : ERR_OK;
}

static void conn_close(struct db_conn *conn)
{
    if (conn->handle != NULL && conn->writes && conn->mark > 0) {
        char sql[SQL_ROOM];
        conn_rollback(conn);
        (void)snprintf(sql, sizeof sql, "DELETE FROM commit_mark WHERE lane = '%s'",
                       conn->lane.text);
        err_ignore(plain(conn, sql)); /* it goes after some days anyway */
    }
    postgres_disconnect(conn);
    talloc_free(conn);
}

/* ---- housekeeping ---- */

static void conn_tidy(struct db_conn *conn) { (void)conn; }

/* Reads every row of every table: with data checksums on, a damaged page does not pass. */
static const char CHECK[] =
    "DO $$ DECLARE t text; n bigint; BEGIN"
    " FOR t IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
    "   WHERE schemaname = current_schema() LOOP"
    "  EXECUTE 'SELECT coalesce(sum(length(t::text)), 0) FROM ' || t || ' AS t' INTO n;"
    " END LOOP; END $$";

static err conn_check(struct db_conn *conn)
{
    TRY(connected(conn));
    TRY(plain(conn, "SET statement_timeout = 0"));
    conn->fate = FATE_PLAIN;
    conn->stop_at = INT64_MAX;
    err e = postgres_script(conn, CHECK, NULL);
    if (conn->handle == NULL) return e;
    char sql[SQL_ROOM];
    (void)snprintf(sql, sizeof sql, "SET statement_timeout = %lld", (long long)conn->limit);
    TRY(plain(conn, sql));
    return e;
}

/* Deleted rows leave their pages: ours, nobody else's in the same database. What a page's free space and the write-ahead log keep is told in
 * docs/security.md. */
static err conn_scrub(struct db_conn *conn)
{
    MEM_SCOPE(scope, NULL);
    struct buf sql;
    const char *text;
    const struct db_tables tables = db_tables_of(conn->store);
    buf_init(&sql, scope, SCRUB_MOST);
    for (size_t i = 0; i < tables.n; i++) {
        buf_add_text(&sql, i == 0 ? "VACUUM " : ", ");
        buf_add_text(&sql, tables.at[i].name);
    }
    TRY(buf_text(&sql, &text));
    TRY(connected(conn));
    return plain(conn, text);
}

const struct db_engine db_engine_postgres = {
    .kind = DB_POSTGRES,
    .one_writer = false,
    .open = postgres_conn_open,
    .close = conn_close,
    .alone = conn_alone,
    .begin = conn_begin,
    .commit = conn_commit,
    .rollback = conn_rollback,
    .mark = conn_mark,
    .mark_keep = conn_mark_keep,
    .mark_undo = conn_mark_undo,
    .whole = conn_whole,
    .again = conn_again,
    .script = plain,
    .run = postgres_run,
    .tidy = conn_tidy,
    .check = conn_check,
    .scrub = conn_scrub,
};
