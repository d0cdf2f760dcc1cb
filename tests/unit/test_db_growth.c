/* What pages and workers ask most costs the same at 40 times as many cases: SQLite's own counters
 * say how many steps its machine took, and that no table was walked through. PostgreSQL counts the rows
 * that came from tables and the entries that came from indexes.
 *
 * Not a measurement of time: the numbers are the same on every machine.
 */
#include "store_rows.h"

#include <pthread.h>
#include <sqlite3.h>

#include "db/audit_log.h"
#include "db/conversation.h"
#include "db/delivery.h"
#include "db/evidence.h"
#include "db/message.h"
#include "db/received.h"
#include "db/session.h"
#include "db/wrap.h"

/* Rows of tables that stay small (partners), which PostgreSQL walks through rather than to ask an index; or a count that
 * comes to its limit soon. */
enum { WALKED_MOST = 100 };

enum { SMALL = 100, LARGE = 4000, IN_THE_MIDDLE = 50, PIECE = 200 };

/* ---- counting ---- */

static struct {
    pthread_mutex_t lock;
    long steps, scanned, sorts;
} counted = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* A statement has come to its end. */
static int on_end(unsigned what, void *arg, void *statement, void *took)
{
    (void)what, (void)arg, (void)took;
    (void)pthread_mutex_lock(&counted.lock);
    counted.steps += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
    counted.scanned += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
    counted.sorts += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_SORT, 1);
    counted.sorts += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_AUTOINDEX, 1);
    (void)pthread_mutex_unlock(&counted.lock);
    return 0;
}

static int on_open(sqlite3 *handle, const char **problem, const struct sqlite3_api_routines *api)
{
    (void)problem, (void)api;
    return sqlite3_trace_v2(handle, SQLITE_TRACE_PROFILE, on_end, NULL);
}

/* ---- counting on PostgreSQL: inside of the transaction, before and after ---- */

static const struct db_query FETCHED = {
    "fetched",
    "SELECT coalesce(sum(pg_stat_get_xact_tuples_returned(c.oid)) FILTER (WHERE c.relkind = 'r'), 0)::bigint,"
    " coalesce(sum(pg_stat_get_xact_tuples_returned(c.oid)) FILTER (WHERE c.relkind = 'i'), 0)::bigint"
    " FROM pg_class AS c WHERE c.relnamespace = current_schema()::regnamespace",
    "",
    "ii",
};

struct fetched {
    int64_t of_tables; /* by walking through */
    int64_t of_indexes;
};

static err on_fetched(mem *ctx, const struct db_value *columns, void *arg)
{
    (void)ctx;
    *(struct fetched *)arg = (struct fetched){columns[0].number, columns[1].number};
    return ERR_OK;
}

static err fetched_read(struct tx *tx, struct fetched *out)
{
    return db_one(tx, NULL, &FETCHED, NULL, 0, on_fetched, out);
}

/* So that plans are made for tables of this size. */
static void sizes_learn(struct store *s)
{
    if (engine_server() != NULL)
        (void)engine_do(s->path, "DO $$ DECLARE t text; BEGIN FOR t IN SELECT format('%I.%I', schemaname, tablename)"
                                 " FROM pg_tables WHERE schemaname = current_schema() LOOP"
                                 " EXECUTE 'ANALYZE ' || t; END LOOP; END $$");
}

/* ---- a node with n cases ---- */

struct filling {
    unsigned from, to;
};

static err case_put(struct tx *tx, unsigned n)
{
    char code[24], handle[24], message_id[24];
    (void)snprintf(code, sizeof code, "IT-26-%06u", n);
    (void)snprintf(handle, sizeof handle, "h%u", n);
    (void)snprintf(message_id, sizeof message_id, "<m%u@al>", n);
    struct db_case row = case_row(n, n % 4 == 0 ? 2 : 1, code);
    TRY(db_case_insert(tx, &row, "identity health"));
    static const char *const COMPARTMENTS[] = {"identity", "health", "justice"};
    for (unsigned i = 0; i < 6; i++) {
        struct db_record record = {.id = id_of(ROW_RECORD, n * 6 + i),
                                   .case_id = row.id,
                                   .kind = "form",
                                   .name = "annex-1",
                                   .compartment = COMPARTMENTS[i % 3],
                                   .revision = 1 + i / 3,
                                   .generation = 1,
                                   .created_at = T0,
                                   .body = raw_bytes("ciphertext")};
        TRY(db_record_insert(tx, &record));
    }
    struct db_conversation talk = {.handle = handle,
                                   .case_id = row.id,
                                   .partner_id = "al.localhost",
                                   .local_organisation = row.organisation_id,
                                   .remote_organisation = "theirs",
                                   .direction = "out",
                                   .state = "open",
                                   .created_at = T0,
                                   .updated_at = T0,
                                   .due_at = T0 + n};
    TRY(db_conversation_insert(tx, &talk));
    struct db_message message = {.id = id_of(ROW_MESSAGE, n),
                                 .handle = handle,
                                 .direction = "out",
                                 .class_ = "referral",
                                 .state = "submitted",
                                 .sender_organisation = "ours",
                                 .recipient_organisation = "theirs",
                                 .created_at = T0};
    TRY(db_message_insert(tx, &message));
    struct db_evidence proof = {id_of(ROW_OTHER, n), message.id, "submitted", T0, NULL,
                                raw_bytes("cms")};
    TRY(db_evidence_insert(tx, &proof));
    struct db_delivery delivery = {.message_id = message.id,
                                   .partner_id = "al.localhost",
                                   .next_at = T0 + n,
                                   .mic = "mic",
                                   .body = raw_bytes("body")};
    TRY(db_delivery_insert(tx, &delivery));
    struct db_received received = {.id = id_of(ROW_OTHER, n),
                                   .partner_id = "al.localhost",
                                   .message_id = message_id,
                                   .mic = "mic",
                                   .at = T0 + n,
                                   .state = n % 2 == 0 ? "new" : "filed",
                                   .class_ = "referral",
                                   .handle = handle,
                                   .organisation_id = row.organisation_id,
                                   .mdn = raw_bytes("mdn"),
                                   .body = raw_bytes("body")};
    TRY(db_received_insert(tx, &received));
    struct db_audit_line line = {id_of(ROW_OTHER, 1).text, n + 1, "line\n"};
    struct db_audit_event event = {id_of(ROW_OTHER, n), line.chain, n + 1, T0 + n, row.id,
                                   "opening\n"};
    TRY(db_audit_line_insert(tx, &line));
    return db_audit_event_insert(tx, &event);
}

static err cases_put(struct tx *tx, void *arg)
{
    const struct filling *f = arg;
    for (unsigned n = f->from; n < f->to; n++) TRY(case_put(tx, n));
    return ERR_OK;
}

static err partners_put(struct tx *tx, void *arg)
{
    struct db_partner al = partner_row("al.localhost"), ro = partner_row("ro.localhost");
    TRY(people_put(tx, arg));
    TRY(db_partner_put(tx, &al));
    return db_partner_put(tx, &ro);
}

static err wraps_put(struct tx *tx, void *arg)
{
    const struct filling *f = arg;
    for (unsigned n = f->from; n < f->to; n++) {
        struct db_wrap wrap = {.subject_id = id_of(ROW_CASE, n),
                               .compartment = "identity",
                               .generation = 1,
                               .holder_kind = "team",
                               .holder_id = id_of(ROW_TEAM, 1),
                               .holder_generation = 1,
                               .how = "symmetric",
                               .blob = raw_bytes("wrap")};
        TRY(db_case_wrap_insert(tx, &wrap));
        wrap.compartment = "health";
        TRY(db_case_wrap_insert(tx, &wrap));
        char hash[24];
        (void)snprintf(hash, sizeof hash, "session-%u", n);
        struct db_session session = {.id_hash = raw_bytes(hash),
                                     .user_id = id_of(ROW_USER, n),
                                     .created_at = T0,
                                     .seen_at = T0,
                                     .expires_at = T0 + n,
                                     .blob = raw_bytes("keys")};
        TRY(db_session_insert(tx, &session));
    }
    return ERR_OK;
}

static void fill(struct db *db, db_fn *put, unsigned n)
{
    for (unsigned from = 0; from < n; from += PIECE) {
        struct filling f = {from, from + PIECE < n ? from + PIECE : n};
        OK(db_run(db, put, &f));
    }
}

/* ---- what is asked ---- */

static const struct id *holders(void)
{
    static struct id both[2];
    both[0] = id_of(ROW_TEAM, 1);
    both[1] = id_of(ROW_TEAM, 2);
    return both;
}

#define ASKED(name) static err name(struct tx *tx, void *arg)
#define SCRATCH                                                                                    \
    (void)arg;                                                                                     \
    mem *ctx = db_scratch(tx)

ASKED(case_found)
{
    SCRATCH;
    struct db_case out;
    return db_case_by_code(tx, ctx, "IT-26-000050", &out);
}
ASKED(case_listed)
{
    SCRATCH;
    db_cases out;
    return db_case_list(tx, ctx, (struct db_case_filter){holders(), 2, NULL}, db_page_first(20),
                        &out);
}
ASKED(case_listed_open)
{
    SCRATCH;
    db_cases out;
    return db_case_list(tx, ctx, (struct db_case_filter){holders(), 1, "open"}, db_page_first(20),
                        &out);
}
ASKED(case_listed_far)
{
    SCRATCH;
    db_cases out;
    struct db_page page = db_page_after(T0 + IN_THE_MIDDLE, id_of(ROW_CASE, IN_THE_MIDDLE), 20);
    return db_case_list(tx, ctx, (struct db_case_filter){holders(), 1, NULL}, page, &out);
}
ASKED(records_read)
{
    SCRATCH;
    db_records out;
    return db_record_current(tx, ctx, id_of(ROW_CASE, IN_THE_MIDDLE), &out);
}
ASKED(record_read)
{
    SCRATCH;
    struct db_record out;
    return db_record_one(tx, ctx, id_of(ROW_CASE, IN_THE_MIDDLE), "form", "annex-1", "health",
                         &out);
}
ASKED(teams_read)
{
    SCRATCH;
    db_case_teams out;
    return db_case_team_list(tx, ctx, id_of(ROW_CASE, IN_THE_MIDDLE), &out);
}
ASKED(timeline_read)
{
    SCRATCH;
    db_messages messages;
    db_evidences proofs;
    db_conversations talks;
    TRY(db_conversation_of_case(tx, ctx, id_of(ROW_CASE, IN_THE_MIDDLE), &talks));
    TRY(db_message_of_case(tx, ctx, id_of(ROW_CASE, IN_THE_MIDDLE), &messages));
    return db_evidence_of_case(tx, ctx, id_of(ROW_CASE, IN_THE_MIDDLE), &proofs);
}
ASKED(inbox_read)
{
    SCRATCH;
    db_receiveds out;
    return db_received_of_organisation(tx, ctx, id_of(ROW_ORGANISATION, 1), "new",
                                       db_page_first(20), &out);
}
ASKED(inbox_counted)
{
    (void)arg;
    size_t n;
    return db_received_count(tx, id_of(ROW_ORGANISATION, 1), "new", 40, &n);
}
ASKED(repeat_found)
{
    SCRATCH;
    struct db_received out;
    return db_received_find(tx, ctx, "al.localhost", "<m50@al>", &out);
}
ASKED(conversation_read)
{
    SCRATCH;
    db_receiveds out;
    return db_received_of_conversation(tx, ctx, "h50", &out);
}
ASKED(reminders_read)
{
    SCRATCH;
    db_conversations out;
    return db_conversation_due(tx, ctx, T0 + 90, 20, &out);
}
ASKED(queue_looked_at)
{
    (void)arg;
    msec next;
    return db_delivery_next(tx, &next);
}
ASKED(queue_claimed)
{
    SCRATCH;
    db_deliveries out;
    return db_delivery_claim(tx, ctx, "worker", T0 + 60000, T0 + 70000, 4, &out);
}
ASKED(audit_added)
{
    SCRATCH;
    struct db_audit_line tail;
    return db_audit_tail(tx, ctx, id_of(ROW_OTHER, 1).text, &tail);
}
ASKED(audit_read)
{
    SCRATCH;
    db_audit_events out;
    TRY(db_audit_events_all(tx, ctx, db_page_first(20), &out));
    return db_audit_events_of_case(tx, ctx, id_of(ROW_CASE, IN_THE_MIDDLE), db_page_first(20),
                                   &out);
}
ASKED(audit_heads_read)
{
    SCRATCH;
    db_audit_lines out;
    return db_audit_heads(tx, ctx, 20, &out);
}
ASKED(case_touched)
{
    (void)arg;
    return db_case_touch(tx, id_of(ROW_CASE, IN_THE_MIDDLE), T0 + 1000000);
}
ASKED(record_written)
{
    (void)arg;
    struct db_record row = {.id = id_of(ROW_RECORD, 999999),
                            .case_id = id_of(ROW_CASE, IN_THE_MIDDLE),
                            .kind = "form",
                            .name = "annex-1",
                            .compartment = "health",
                            .revision = 3,
                            .generation = 1,
                            .created_at = T0,
                            .body = raw_bytes("ciphertext")};
    return db_record_insert(tx, &row);
}
ASKED(session_found)
{
    SCRATCH;
    struct db_session out;
    return db_session_get(tx, ctx, raw_bytes("session-50"), &out);
}
ASKED(session_touched)
{
    (void)arg;
    return db_session_seen(tx, raw_bytes("session-50"), T0, T0 + 90);
}
ASKED(wraps_read)
{
    SCRATCH;
    db_wraps out;
    return db_case_wraps_for(tx, ctx, id_of(ROW_CASE, IN_THE_MIDDLE), holders(), 2, &out);
}
ASKED(wraps_listed)
{
    SCRATCH;
    db_wraps out;
    struct id cases[20];
    for (unsigned i = 0; i < 20; i++) cases[i] = id_of(ROW_CASE, i + 1);
    return db_case_wraps_for_list(tx, ctx, cases, 20, holders(), 2, "identity", &out);
}
ASKED(wrapped_cases_listed)
{
    SCRATCH;
    db_case_ids out;
    return db_case_wrap_cases(tx, ctx, id_of(ROW_TEAM, 1), id_of(ROW_CASE, 20), 20, &out);
}

struct asked {
    const char *name;
    db_fn *fn;
    bool writes;
    bool few_scanned; /* walks through a table that stays small (partners, chains) */
    bool few_sorted;  /* sorts the rows of one case */
};

static const struct asked OF_RECORDS[] = {
    {"a case by its code", case_found, false, false, false},
    {"my cases", case_listed, false, false, false},
    {"my open cases", case_listed_open, false, false, false},
    {"my cases, a later page", case_listed_far, false, false, false},
    {"the records of a case", records_read, false, false, false},
    {"one record", record_read, false, false, false},
    {"the teams of a case", teams_read, false, false, true},
    {"the timeline of a case", timeline_read, false, false, true},
    {"the inbox", inbox_read, false, false, false},
    {"the inbox, counted", inbox_counted, false, false, false},
    {"a repeated message", repeat_found, false, false, false},
    {"what came in a conversation", conversation_read, false, false, true},
    {"reminders", reminders_read, false, false, false},
    {"when the queue is due", queue_looked_at, false, true, false},
    {"a claim of the queue", queue_claimed, true, true, true},
    {"the audit log's tail", audit_added, false, false, false},
    {"the audit log", audit_read, false, false, false},
    {"the heads for a checkpoint", audit_heads_read, false, true, false},
    {"a touched case", case_touched, true, false, false},
    {"a saved record", record_written, true, false, false},
};
static const struct asked OF_KEYS[] = {
    {"a session", session_found, false, false, false},
    {"a session seen", session_touched, true, false, false},
    {"the wraps of a case", wraps_read, false, false, true},
    {"the wraps of a page of cases", wraps_listed, false, false, true},
    {"the cases of a team", wrapped_cases_listed, false, false, false},
};

struct fetching {
    const struct asked *asked;
    struct fetched before, after;
};

static err fetching_do(struct tx *tx, void *arg)
{
    struct fetching *f = arg;
    TRY(fetched_read(tx, &f->before));
    TRY(f->asked->fn(tx, NULL));
    TRY(fetched_read(tx, &f->after));
    FAIL(ERR_STATE, "so that it can be asked again");
}

/* Rows and entries that one question takes. */
static long fetched_of(struct db *db, const struct asked *asked, bool large)
{
    struct fetching f = {.asked = asked};
    if (asked->writes)
        BAD(ERR_STATE, db_run(db, fetching_do, &f));
    else
        BAD(ERR_STATE, db_read(db, fetching_do, &f));
    long walked = (long)(f.after.of_tables - f.before.of_tables), entries = (long)(f.after.of_indexes - f.before.of_indexes);
    if (large && walked > WALKED_MOST) fail_msg("%s: walks through a table (%ld rows)", asked->name, walked);
    return walked + entries;
}

static err taken_back(struct tx *tx, void *arg)
{
    const struct asked *asked = arg;
    TRY(asked->fn(tx, NULL));
    FAIL(ERR_STATE, "so that it can be asked again");
}

/* Steps of one question. Writing is taken back. */
static long steps_of(struct db *db, const struct asked *asked, bool large)
{
    if (engine_server() != NULL) return fetched_of(db, asked, large);
    for (int i = 0; i < 2; i++) { /* the first time also prepares the statements */
        (void)pthread_mutex_lock(&counted.lock);
        counted.steps = counted.scanned = counted.sorts = 0;
        (void)pthread_mutex_unlock(&counted.lock);
        struct asked copy = *asked;
        if (asked->writes)
            BAD(ERR_STATE, db_run(db, taken_back, &copy));
        else
            OK(db_read(db, asked->fn, NULL));
    }
    if (!asked->few_scanned && counted.scanned > 0)
        fail_msg("%s: walks through a table (%ld rows)", asked->name, counted.scanned);
    if (!asked->few_sorted && counted.sorts > 0) fail_msg("%s: sorts", asked->name);
    return counted.steps;
}

static void grows_little(enum db_store which, db_fn *first, db_fn *put, const struct asked *asked,
                         size_t n)
{
    struct store small, large;
    store_open(&small, which);
    store_open(&large, which);
    if (first != NULL) OK(db_run(small.db, first, NULL));
    if (first != NULL) OK(db_run(large.db, first, NULL));
    fill(small.db, put, SMALL);
    fill(large.db, put, LARGE);
    sizes_learn(&small);
    sizes_learn(&large);
    for (size_t i = 0; i < n; i++) {
        long few = steps_of(small.db, &asked[i], false), many = steps_of(large.db, &asked[i], true);
        assert_true(few > 0 || engine_server() != NULL);
        if (many > few + few * 3 / 10)
            fail_msg("%s: %ld steps at %d cases, %ld at %d", asked[i].name, few, SMALL, many,
                     LARGE);
    }
    store_close(&small);
    store_close(&large);
}

static void records_grow_little(void **state)
{
    (void)state;
    grows_little(DB_RECORDS, partners_put, cases_put, OF_RECORDS, COUNT_OF(OF_RECORDS));
}

static void keys_grow_little(void **state)
{
    (void)state;
    grows_little(DB_KEYS, NULL, wraps_put, OF_KEYS, COUNT_OF(OF_KEYS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_grow_little),
        cmocka_unit_test(keys_grow_little),
    };
    if (sqlite3_auto_extension((void (*)(void))on_open) != SQLITE_OK) return 1;
    return cmocka_run_group_tests_name("db_growth", tests, NULL, NULL);
}
