/* The audit log: what is written, that it holds, and that every kind of meddling is found. */
#include "store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "audit/audit.h"
#include "audit/export.h"
#include "audit/line.h"
#include "audit/verify.h"
#include "base/text.h"
#include "crypto/certificate.h"
#include "db/audit_log.h"

/* One key for all tests: making one takes a while. */
static mem *keys_ctx;
static struct private_key *node_key;
static struct certificate *node_certificate;
static struct private_key *other_key;

struct log {
    struct store store;
    struct audit *audit;
};

static int setup(void **state)
{
    struct log *log = calloc(1, sizeof *log);
    store_open(&log->store, DB_RECORDS);
    OK(audit_open(log->store.ctx, T0, &log->audit));
    *state = log;
    return 0;
}

static int teardown(void **state)
{
    struct log *log = *state;
    store_close(&log->store);
    free(log);
    return 0;
}

/* ---- writing ---- */

struct writing {
    const struct audit *audit;
    struct audit_event event;
    enum err_kind fail;
};

static err append(struct tx *tx, void *arg)
{
    const struct writing *w = arg;
    TRY(audit_append(tx, w->audit, &w->event));
    return w->fail == ERR_NONE ? ERR_OK : ERR_MAKE(w->fail, "as asked");
}

static struct writing event_of(const struct log *log, unsigned n)
{
    return (struct writing){.audit = log->audit,
                            .event = {.at = T0 + n,
                                      .actor_id = id_of(1, n % 3 + 1),
                                      .action = n % 2 == 0 ? AUDIT_CASE_READ : AUDIT_CASE_WRITE,
                                      .case_id = id_of(2, n % 4 + 1),
                                      .object = "annex-1",
                                      .detail = "health"}};
}

static void write_lines(struct log *log, unsigned from, unsigned n)
{
    for (unsigned i = from; i < from + n; i++) {
        struct writing w = event_of(log, i);
        OK(db_run(log->store.db, append, &w));
    }
}

/* ---- signing, verifying ---- */

static err sign(void *arg, mem *ctx, struct bytes text, struct bytes *signature)
{
    return private_key_sign(ctx, *(struct private_key **)arg, text, signature);
}

static err verify(void *arg, struct bytes text, struct bytes signature)
{
    return certificate_verify(*(struct certificate **)arg, text, signature);
}

static struct audit_checkpoint checkpoint_by(struct log *log, struct private_key **key)
{
    struct audit_checkpoint c;
    struct audit_signer signer = {sign, key};
    OK(audit_checkpoint_write(log->store.db, signer, "it.localhost", T0 + 1000, log->store.ctx,
                              &c));
    return c;
}

static struct audit_checkpoint checkpoint(struct log *log) { return checkpoint_by(log, &node_key); }

static struct audit_report report(struct log *log, const char *known)
{
    struct audit_report r;
    OK(audit_verify(log->store.db, (struct audit_verifier){verify, &node_certificate}, known, &r));
    return r;
}

/* What somebody with the file does to it. */
static void meddle(struct log *log, const char *sql)
{
    static const char *const TABLES[] = {"audit_line", "audit_checkpoint"};
    for (size_t i = 0; i < COUNT_OF(TABLES); i++)
        for (int stays = 0; stays < 2; stays++)
            (void)engine_do(log->store.path,
                            talloc_asprintf(log->store.ctx, "DROP TRIGGER IF EXISTS %s_%s%s%s", TABLES[i],
                                            stays ? "stays" : "kept", engine_server() == NULL ? "" : " ON ",
                                            engine_server() == NULL ? "" : TABLES[i]));
    (void)engine_do(log->store.path, sql);
}

static bool found(const struct audit_report *r, enum audit_fault fault, int64_t number)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->findings[i].fault == fault && r->findings[i].number == number) return true;
    return false;
}

/* ---- what is written ---- */

static void an_empty_log_holds(void **state)
{
    struct audit_report r = report(*state, NULL);
    assert_int_equal(r.faults, 0);
    assert_int_equal(r.lines, 0);
}

static void lines_hold(void **state)
{
    struct log *log = *state;
    write_lines(log, 0, 20);
    struct audit_report r = report(log, NULL);
    assert_int_equal(r.faults, 0);
    assert_int_equal(r.chains, 1);
    assert_int_equal(r.lines, 20);
    assert_int_equal(r.events, 20);
    assert_int_equal(r.unsealed, 20);
    checkpoint(log);
    write_lines(log, 20, 3);
    r = report(log, NULL);
    assert_int_equal(r.faults, 0);
    assert_int_equal(r.checkpoints, 1);
    assert_int_equal(r.unsealed, 3);
}

static void more_lines_than_one_piece(void **state)
{
    struct log *log = *state;
    write_lines(log, 0, 1200);
    checkpoint(log);
    struct audit_report r = report(log, NULL);
    assert_int_equal(r.faults, 0);
    assert_int_equal(r.lines, 1200);
    meddle(log, "DELETE FROM audit_line WHERE number = 1000");
    r = report(log, NULL);
    assert_true(found(&r, AUDIT_LINE_MISSING, 1000));
}

/* An act that is taken back takes its line with it, and the numbers have no gap. */
static void taken_back_with_its_act(void **state)
{
    struct log *log = *state;
    write_lines(log, 0, 2);
    struct writing w = event_of(log, 2);
    w.fail = ERR_STATE;
    BAD(ERR_STATE, db_run(log->store.db, append, &w));
    write_lines(log, 3, 2);
    struct audit_report r = report(log, NULL);
    assert_int_equal(r.faults, 0);
    assert_int_equal(r.lines, 4);
}

static void no_free_text(void **state)
{
    struct log *log = *state;
    static const char *const BAD_TEXTS[] = {"Maria Rossi", "", "a/b", "x\n", "é", "a\"b"};
    for (size_t i = 0; i < COUNT_OF(BAD_TEXTS); i++) {
        struct writing w = event_of(log, 1);
        w.event.object = BAD_TEXTS[i];
        BAD(ERR_BUG, db_run(log->store.db, append, &w));
        w = event_of(log, 1);
        w.event.detail = BAD_TEXTS[i];
        BAD(ERR_BUG, db_run(log->store.db, append, &w));
    }
    char large[102];
    memset(large, 'x', 101);
    large[101] = '\0';
    struct writing w = event_of(log, 1);
    w.event.object = large;
    BAD(ERR_BUG, db_run(log->store.db, append, &w));
    w.event.object = large + 1;
    OK(db_run(log->store.db, append, &w));
    w.event.action = AUDIT_ACTION_COUNT;
    BAD(ERR_BUG, db_run(log->store.db, append, &w));
}

static void every_action_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < AUDIT_ACTION_COUNT; i++)
        for (int k = 0; k < i; k++)
            assert_string_not_equal(audit_action_name((enum audit_action)i),
                                    audit_action_name((enum audit_action)k));
    assert_string_equal(audit_action_name(AUDIT_ACTION_COUNT), "?");
    assert_string_equal(audit_action_name(AUDIT_CASE_READ), "case.read");
    assert_string_equal(audit_result_name(AUDIT_DENIED), "denied");
    for (int i = 0; i < AUDIT_FAULT_COUNT; i++)
        assert_true(strlen(audit_fault_text((enum audit_fault)i)) > 10);
}

struct reading {
    mem *ctx;
    struct id case_id;
    struct db_page page;
    audit_entries out;
};

static err read_case(struct tx *tx, void *arg)
{
    struct reading *r = arg;
    return audit_of_case(tx, r->ctx, r->case_id, r->page, &r->out);
}

static err read_all(struct tx *tx, void *arg)
{
    struct reading *r = arg;
    return audit_all(tx, r->ctx, r->page, &r->out);
}

static void entries_are_listed(void **state)
{
    struct log *log = *state;
    write_lines(log, 0, 10);
    struct writing own = {
        .audit = log->audit,
        .event = {.at = T0 + 50, .action = AUDIT_NODE_START, .result = AUDIT_FAILED}};
    OK(db_run(log->store.db, append, &own));
    struct reading r = {.ctx = log->store.ctx, .case_id = id_of(2, 3), .page = db_page_first(2)};
    OK(db_read(log->store.db, read_case, &r)); /* n = 2 and 6 */
    assert_int_equal(r.out.n, 2);
    assert_false(r.out.more);
    const struct audit_entry *newest = &r.out.at[0];
    assert_int_equal(newest->at, T0 + 6);
    assert_int_equal(newest->number, 7);
    assert_string_equal(newest->action, "case.read");
    assert_string_equal(newest->result, "done");
    assert_string_equal(newest->object, "annex-1");
    assert_string_equal(newest->detail, "health");
    assert_true(id_same(newest->case_id, id_of(2, 3)));
    assert_true(id_same(newest->actor_id, id_of(1, 1)));

    r.page = db_page_first(4);
    size_t seen = 0;
    msec last = INT64_MAX;
    do {
        OK(db_read(log->store.db, read_all, &r));
        for (size_t i = 0; i < r.out.n; i++) {
            assert_true(r.out.at[i].at < last);
            last = r.out.at[i].at;
        }
        seen += r.out.n;
        r.page = db_page_after(r.out.at[r.out.n - 1].at, r.out.at[r.out.n - 1].id, 4);
    } while (r.out.more);
    assert_int_equal(seen, 11);

    r.page = db_page_first(1);
    OK(db_read(log->store.db, read_all, &r));
    assert_string_equal(r.out.at[0].result, "failed");
    assert_false(id_is_set(r.out.at[0].actor_id));
    assert_null(r.out.at[0].object);
}

/* Two processes at one store. */
static void chains_stand_beside_each_other(void **state)
{
    struct log *log = *state;
    struct audit *first = log->audit, *second = NULL;
    OK(audit_open(log->store.ctx, T0 + 1, &second));
    for (unsigned i = 0; i < 10; i++) {
        log->audit = i % 2 == 0 ? first : second;
        write_lines(log, i, 1);
    }
    struct audit_checkpoint c = checkpoint(log);
    assert_int_equal(c.number, 1);
    struct audit_report r = report(log, c.hash);
    assert_int_equal(r.faults, 0);
    assert_int_equal(r.chains, 2);
    assert_int_equal(r.unsealed, 0);
    /* A later process begins with the checkpoint's hash. */
    OK(audit_open(log->store.ctx, T0 + 2, &log->audit));
    write_lines(log, 10, 1);
    r = report(log, c.hash);
    assert_int_equal(r.faults, 0);
    assert_int_equal(r.chains, 3);
    meddle(log, "DELETE FROM audit_checkpoint");
    r = report(log, NULL);
    assert_int_equal(r.faults, 1);
    assert_true(found(&r, AUDIT_LINE_BROKEN, 1));
}

/* ---- reading again ---- */

static void a_minute_of_one_case_is_one_line(void **state)
{
    struct log *log = *state;
    struct bytes anna = bytes_text("session-of-anna"), ben = bytes_text("session-of-ben");
    struct id c1 = id_of(2, 1), c2 = id_of(2, 2);
    assert_true(audit_read_needed(log->audit, anna, c1, T0));
    assert_true(audit_read_needed(log->audit, anna, c1, T0)); /* asking is not writing */
    audit_read_written(log->audit, anna, c1, T0);
    assert_false(audit_read_needed(log->audit, anna, c1, T0));
    assert_false(audit_read_needed(log->audit, anna, c1, T0 + MSEC_MINUTE - 1));
    assert_true(audit_read_needed(log->audit, anna, c1, T0 + MSEC_MINUTE));
    assert_true(audit_read_needed(log->audit, anna, c2, T0));
    assert_true(audit_read_needed(log->audit, ben, c1, T0));
    assert_true(audit_read_needed(log->audit, anna, c1, T0 - 1)); /* the clock was set back */
}

static void a_full_table_writes_too_much_never_too_little(void **state)
{
    struct log *log = *state;
    unsigned kept = 0;
    enum { MANY = 20000 };
    for (unsigned i = 0; i < MANY; i++) {
        struct bytes session = bytes_of(&i, sizeof i);
        assert_true(audit_read_needed(log->audit, session, id_of(2, 1), T0 + i));
        audit_read_written(log->audit, session, id_of(2, 1), T0 + i);
        assert_false(audit_read_needed(log->audit, session, id_of(2, 1), T0 + i));
    }
    for (unsigned i = 0; i < MANY; i++)
        kept += !audit_read_needed(log->audit, bytes_of(&i, sizeof i), id_of(2, 1), T0 + MANY);
    assert_true(kept > 3000 && kept <= 4096);
}

/* ---- checkpoints ---- */

static err last_checkpoint(struct tx *tx, void *arg)
{
    return audit_checkpoint_last(tx, db_scratch(tx), arg);
}

static void checkpoints_follow_each_other(void **state)
{
    struct log *log = *state;
    struct audit_signer signer = {sign, &node_key};
    struct audit_checkpoint c;
    BAD(ERR_NOT_FOUND, db_read(log->store.db, last_checkpoint, &c));
    BAD(ERR_NOT_FOUND,
        audit_checkpoint_write(log->store.db, signer, "it.localhost", T0, log->store.ctx, &c));
    write_lines(log, 0, 3);
    struct audit_checkpoint first = checkpoint(log);
    assert_int_equal(first.number, 1);
    BAD(ERR_NOT_FOUND,
        audit_checkpoint_write(log->store.db, signer, "it.localhost", T0, log->store.ctx, &c));
    write_lines(log, 3, 2);
    struct audit_checkpoint second = checkpoint(log);
    assert_int_equal(second.number, 2);
    assert_true(bytes_find(second.text, bytes_text(first.hash), 0) != SIZE_MAX);
    char hash[AUDIT_HASH_ROOM];
    text_hash((const char *)second.text.p, hash);
    assert_string_equal(hash, second.hash);
    OK(certificate_verify(node_certificate, second.text, second.signature));
    struct audit_report r = report(log, first.hash);
    assert_int_equal(r.faults, 0);
    r = report(log, second.hash);
    assert_int_equal(r.faults, 0);
    BAD(ERR_BUG, audit_checkpoint_write(log->store.db, signer, "a node", T0, log->store.ctx, &c));
    struct audit_report out;
    BAD(ERR_INPUT, audit_verify(log->store.db, (struct audit_verifier){verify, &node_certificate},
                                "abc", &out));
}

/* The exact bytes of docs/audit.md. */
static void exact_bytes(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct audit_line line = {.number = 17};
    memcpy(line.chain, id_of(3, 4).text, sizeof line.chain);
    memset(line.before, 'a', 64);
    memset(line.commitment, 'b', 64);
    char text[AUDIT_LINE_ROOM];
    line_write(&line, text);
    assert_string_equal(text, "opentrm-audit-1 0196a003-0000-7000-8000-000000000004 17 "
                              "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "
                              "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n");
    struct audit_line again;
    OK(line_read(text, &again));
    assert_memory_equal(&again.before, &line.before, sizeof line.before);

    struct checkpoint_head head = {id_of(3, 4), 17, ""};
    memset(head.hash, 'c', 64);
    struct checkpoint c = {.node = "it.localhost", .number = 2, .at = T0, .heads = &head, .n = 1};
    memset(c.before, 'd', 64);
    const char *out = NULL;
    OK(checkpoint_write(ctx, &c, &out));
    assert_string_equal(out,
                        "opentrm-audit-checkpoint-1\n"
                        "node it.localhost\n"
                        "number 2\n"
                        "at 1790000000000\n"
                        "before dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd\n"
                        "chain 0196a003-0000-7000-8000-000000000004 17 "
                        "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc\n");
    struct checkpoint back;
    OK(checkpoint_read(ctx, out, &back));
    assert_int_equal(back.n, 1);
    assert_string_equal(back.node, "it.localhost");

    /* Nearly the same bytes are refused: there is one way to write it. */
    for (size_t i = 0; out[i] != '\0'; i++) {
        char *changed = mem_text(ctx, out);
        assert_non_null(changed);
        changed[i] = changed[i] == ' ' ? '\n' : ' ';
        BAD(ERR_INPUT, checkpoint_read(ctx, changed, &back));
    }
    for (size_t i = 0; text[i] != '\0'; i++) {
        char *changed = mem_text(ctx, text);
        assert_non_null(changed);
        changed[i] = changed[i] == ' ' ? '\n' : ' ';
        BAD(ERR_INPUT, line_read(changed, &again));
        changed[i] = '\0';
        BAD(ERR_INPUT, line_read(changed, &again));
    }
    BAD(ERR_INPUT, line_read("", &again));
    BAD(ERR_INPUT, checkpoint_read(ctx, "", &back));
}

/* ---- meddling ---- */

static void the_store_itself_refuses(void **state)
{
    struct log *log = *state;
    write_lines(log, 0, 3);
    checkpoint(log);
    static const char *const TRIES[] = {
        "UPDATE audit_line SET line = 'x'",
        "DELETE FROM audit_line",
        "UPDATE audit_checkpoint SET text = 'x'",
        "DELETE FROM audit_checkpoint",
    };
    for (size_t i = 0; i < COUNT_OF(TRIES); i++) assert_true(engine_do(log->store.path, TRIES[i]).refused);
}

/* Each row: what is done to a log of 12 lines (9 of them sealed), and what verifying says of it. */
struct meddling {
    const char *what;
    const char *sql;
    enum audit_fault fault;
    int64_t number;
};

static const struct meddling MEDDLINGS[] = {
    {"a line edited",
     "UPDATE audit_line SET line = replace(line, 'opentrm', 'OPENTRM') WHERE number = 5",
     AUDIT_LINE_MALFORMED, 5},
    {"a commitment edited, and its event to match",
     "UPDATE audit_line SET line = substr(line, 1, length(line) - 65) || CASE substr(line, length(line) - 64, 1) "
     "WHEN 'f' THEN 'e' ELSE 'f' END || substr(line, length(line) - 63)"
     " WHERE number = 5",
     AUDIT_LINE_BROKEN, 6},
    {"a line removed", "DELETE FROM audit_line WHERE number = 5", AUDIT_LINE_MISSING, 5},
    {"the first line removed", "DELETE FROM audit_line WHERE number = 1", AUDIT_LINE_MISSING, 1},
    {"a line removed, the others moved up",
     "DELETE FROM audit_line WHERE number = 5;"
     "UPDATE audit_line SET number = -number WHERE number > 5;"
     "UPDATE audit_line SET number = -number - 1 WHERE number < 0",
     AUDIT_LINE_MALFORMED, 5},
    {"two lines exchanged",
     "UPDATE audit_line SET number = 100 WHERE number = 5;"
     "UPDATE audit_line SET number = 5 WHERE number = 6;"
     "UPDATE audit_line SET number = 6 WHERE number = 100",
     AUDIT_LINE_MALFORMED, 5},
    {"a line put in",
     "INSERT INTO audit_line SELECT chain, 13, replace(line, ' 12 ', ' 13 ') FROM audit_line"
     " WHERE number = 12",
     AUDIT_LINE_BROKEN, 13},
    {"a sealed tail cut", "DELETE FROM audit_line WHERE number >= 9", AUDIT_TAIL_CUT, 9},
    {"a whole chain gone", "DELETE FROM audit_line; DELETE FROM audit_event", AUDIT_TAIL_CUT, 9},
    {"a sealed last line rewritten",
     "DELETE FROM audit_line WHERE number > 9;"
     "UPDATE audit_line SET line = substr(line, 1, length(line) - 65) || CASE substr(line, length(line) - 64, 1) "
     "WHEN 'f' THEN 'e' ELSE 'f' END || substr(line, length(line) - 63)"
     " WHERE number = 9",
     AUDIT_LINE_REWRITTEN, 9},
    {"an event edited",
     "UPDATE audit_event SET opening = replace(opening, 'done', 'denied') WHERE number = 4",
     AUDIT_EVENT_DIFFERENT, 4},
    {"a salt edited",
     "UPDATE audit_event SET opening = CASE substr(opening, 1, 1) WHEN 'f' THEN 'e' ELSE 'f' END "
     "|| substr(opening, 2) WHERE number = 4",
     AUDIT_EVENT_DIFFERENT, 4},
    {"an event moved to another time", "UPDATE audit_event SET at = at + 1 WHERE number = 4",
     AUDIT_EVENT_DIFFERENT, 4},
    {"an event moved to another case", "UPDATE audit_event SET case_id = NULL WHERE number = 4",
     AUDIT_EVENT_DIFFERENT, 4},
    {"an event replaced by nonsense", "UPDATE audit_event SET opening = 'x' WHERE number = 4",
     AUDIT_EVENT_DIFFERENT, 4},
    {"an event put in",
     "INSERT INTO audit_event SELECT 'x' || substr(id, 2), chain, 77, at, case_id, opening"
     " FROM audit_event WHERE number = 4",
     AUDIT_EVENT_STRAY, 77},
    {"a checkpoint edited", "UPDATE audit_checkpoint SET text = replace(text, ' 9 ', ' 8 ')",
     AUDIT_CHECKPOINT_SIGNATURE, 1},
    {"a checkpoint made unreadable", "UPDATE audit_checkpoint SET text = 'x'",
     AUDIT_CHECKPOINT_BROKEN, 1},
    {"a signature edited", "UPDATE audit_checkpoint SET signature = zeroblob(384)",
     AUDIT_CHECKPOINT_SIGNATURE, 1},
    {"a checkpoint renumbered", "UPDATE audit_checkpoint SET number = 2", AUDIT_CHECKPOINT_BROKEN,
     2},
};

static void meddling_is_found(void **state)
{
    for (size_t i = 0; i < COUNT_OF(MEDDLINGS); i++) {
        const struct meddling *m = &MEDDLINGS[i];
        void *one = NULL;
        assert_int_equal(setup(&one), 0);
        struct log *log = one;
        write_lines(log, 0, 9);
        checkpoint(log);
        write_lines(log, 9, 3);
        struct audit_report r = report(log, NULL);
        assert_int_equal(r.faults, 0);
        meddle(log, m->sql);
        r = report(log, NULL);
        if (!found(&r, m->fault, m->number))
            fail_msg("%s: not found among %d faults; first: %s at %d", m->what, (int)r.faults,
                     r.n == 0 ? "none" : audit_fault_text(r.findings[0].fault),
                     r.n == 0 ? 0 : (int)r.findings[0].number);
        assert_int_equal(teardown(&one), 0);
    }
    (void)state;
}

/* What lies behind the last checkpoint can be cut unseen by the log itself; whoever has a later
 * hash sees it. */
static void a_cut_shows_to_who_knows_a_later_checkpoint(void **state)
{
    struct log *log = *state;
    write_lines(log, 0, 4);
    checkpoint(log);
    write_lines(log, 4, 4);
    struct audit_checkpoint later = checkpoint(log);
    meddle(log, "DELETE FROM audit_line WHERE number > 4; DELETE FROM audit_event WHERE number > 4;"
                "DELETE FROM audit_checkpoint WHERE number = 2");
    struct audit_report r = report(log, NULL);
    assert_int_equal(r.faults, 0);
    r = report(log, later.hash);
    assert_int_equal(r.faults, 1);
    assert_true(found(&r, AUDIT_CHECKPOINT_LOST, 0));
}

static void another_signer_is_found(void **state)
{
    struct log *log = *state;
    write_lines(log, 0, 4);
    checkpoint_by(log, &other_key);
    struct audit_report r = report(log, NULL);
    assert_int_equal(r.faults, 1);
    assert_true(found(&r, AUDIT_CHECKPOINT_SIGNATURE, 1));
}

static void findings_are_counted_beyond_the_list(void **state)
{
    struct log *log = *state;
    write_lines(log, 0, AUDIT_FINDINGS_MOST + 20);
    meddle(log, "UPDATE audit_event SET at = at + 1");
    struct audit_report r = report(log, NULL);
    assert_int_equal(r.faults, AUDIT_FINDINGS_MOST + 20);
    assert_int_equal(r.n, AUDIT_FINDINGS_MOST);
}

/* ---- erasing ---- */

static err erase(struct tx *tx, void *arg)
{
    int64_t erased = 0;
    TRY(audit_erase_case(tx, *(struct id *)arg, &erased));
    assert_int_equal(erased, 3);
    return ERR_OK;
}

static void erased_events_leave_a_log_that_holds(void **state)
{
    struct log *log = *state;
    write_lines(log, 0, 12);
    struct audit_checkpoint c = checkpoint(log);
    struct id gone = id_of(2, 3);
    OK(db_run(log->store.db, erase, &gone));
    struct audit_report r = report(log, c.hash);
    assert_int_equal(r.faults, 0);
    assert_int_equal(r.lines, 12);
    assert_int_equal(r.events, 9);
    assert_int_equal(r.erased, 3);
    struct reading reading = {.ctx = log->store.ctx, .case_id = gone, .page = db_page_first(10)};
    OK(db_read(log->store.db, read_case, &reading));
    assert_int_equal(reading.out.n, 0);
    OK(db_scrub(log->store.db));
    if (engine_server() != NULL) {
        assert_int_equal(engine_grep(log->store.path, gone.text), 0);
        return;
    }
    struct bytes file;
    OK(file_read(log->store.ctx, log->store.path, 1 << 26, &file));
    assert_true(bytes_find(file, bytes_text(gone.text), 0) == SIZE_MAX);
}

/* ---- with other people's tools ---- */

/* The script of docs/audit.md, on an export. Returns its exit code. */
static int script_run(const char *folder)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        (void)dup2(null, STDOUT_FILENO);
        (void)dup2(null, STDERR_FILENO);
        (void)execl("/bin/sh", "sh", SOURCE_ROOT "/tools/audit-verify", folder, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void export_to(struct log *log, const char *folder)
{
    assert_int_equal(mkdir(folder, 0700), 0);
    OK(audit_export(log->store.db, folder));
    const char *pem = NULL, *path = NULL;
    OK(certificate_write_pem(log->store.ctx, node_certificate, &pem));
    OK(file_join(log->store.ctx, folder, "node.pem", &path));
    OK(file_write(path, bytes_text(pem), 0600));
}

static void sha256sum_and_openssl_agree(void **state)
{
    struct log *log = *state;
    char folder[128];
    (void)snprintf(folder, sizeof folder, "%s/export", log->store.folder);
    write_lines(log, 0, 5);
    checkpoint(log);
    OK(audit_open(log->store.ctx, T0 + 2, &log->audit));
    write_lines(log, 5, 4);
    checkpoint(log);
    struct id gone = id_of(2, 1);
    OK(db_run(log->store.db, erase, &gone));
    export_to(log, folder);
    assert_int_equal(script_run(folder), 0);

    static const char *const CASES[] = {
        "UPDATE audit_event SET opening = replace(opening, 'done', 'denied') WHERE number = 2",
        "UPDATE audit_line SET line = replace(line, ' 2 ', ' 3 ') WHERE number = 2",
        "DELETE FROM audit_line WHERE number = 3",
        "DELETE FROM audit_line WHERE number > 3",
        "UPDATE audit_checkpoint SET signature = zeroblob(384) WHERE number = 2",
        "DELETE FROM audit_checkpoint WHERE number = 1",
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        folder_remove(folder);
        OK(db_scrub(log->store.db));
        struct bytes whole;
        const char *kept = NULL;
        if (engine_server() == NULL)
            OK(file_read(log->store.ctx, log->store.path, 1 << 26, &whole));
        else
            kept = engine_copy(log->store.ctx, log->store.path, DB_RECORDS);
        meddle(log, CASES[i]);
        export_to(log, folder);
        if (script_run(folder) != 1) fail_msg("the script missed: %s", CASES[i]);
        db_close(log->store.db);
        if (kept == NULL)
            OK(file_write(log->store.path, whole, 0600));
        else
            log->store.path = kept;
        struct db_settings settings = store_settings(&log->store, DB_RECORDS);
        OK(db_open(log->store.ctx, &settings, &log->store.db));
    }
    folder_remove(folder);
}

static int keys_make(void **state)
{
    (void)state;
    mem *ctx = keys_ctx = talloc_new(NULL);
    struct certificate_wish wish = {.purpose = CERTIFICATE_NODE,
                                    .name = "it.localhost",
                                    .country = "IT",
                                    .from = T0,
                                    .until = T0 + MSEC_DAY};
    OK(private_key_generate(ctx, &node_key));
    OK(private_key_generate(ctx, &other_key));
    OK(certificate_make(ctx, &wish, node_key, &node_certificate));
    return 0;
}

static int keys_end(void **state)
{
    (void)state;
    talloc_free(keys_ctx);
    return 0;
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_empty_log_holds),
        T(lines_hold),
        T(more_lines_than_one_piece),
        T(taken_back_with_its_act),
        T(no_free_text),
        cmocka_unit_test(every_action_has_a_name),
        T(entries_are_listed),
        T(chains_stand_beside_each_other),
        T(a_minute_of_one_case_is_one_line),
        T(a_full_table_writes_too_much_never_too_little),
        T(checkpoints_follow_each_other),
        cmocka_unit_test(exact_bytes),
        T(the_store_itself_refuses),
        cmocka_unit_test(meddling_is_found),
        T(a_cut_shows_to_who_knows_a_later_checkpoint),
        T(another_signer_is_found),
        T(findings_are_counted_beyond_the_list),
        T(erased_events_leave_a_log_that_holds),
        T(sha256sum_and_openssl_agree),
    };
    return cmocka_run_group_tests_name("audit", tests, keys_make, keys_end);
}
