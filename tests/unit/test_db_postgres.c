/* test_db_postgres.c - what only PostgreSQL does: transactions at once on connections of their own, which run anew; servers
 * that go away at the worst moment; claims by several. Its addresses and its words are looked at without a server, too.
 */
#include "proxy.h"
#include "store_rows.h"

#include "db/conversation.h"
#include "db/delivery.h"
#include "db/dialect.h"
#include "db/message.h"
#include "db/postgres_address.h"
#include "db/setting.h"

#define NEEDS_SERVER                                                                               \
    do {                                                                                           \
        if (engine_server() == NULL) skip();                                                       \
    } while (0)

/* ---- a store with a counter, behind a line that can be cut ---- */

struct rig {
    struct store store;
    struct proxy proxy;
    struct db *db; /* through the proxy */
};

static err counter_put(struct tx *tx, void *arg) { return db_setting_put(tx, "n", arg); }

/* The same store, by way of the proxy. */
static const char *through(struct rig *r)
{
    const char *path = r->store.path, *host = strchr(path, '@'), *rest = strrchr(path, '/');
    assert_true(host != NULL && rest != NULL && rest > host);
    return talloc_asprintf(r->store.ctx, "%.*s@127.0.0.1:%u%s", (int)(host - path), path, (unsigned)r->proxy.port, rest);
}

static struct db_settings rig_settings(struct rig *r)
{
    struct db_settings settings = store_settings(&r->store, DB_RECORDS);
    settings.path = through(r);
    settings.writers = 1;
    settings.readers = 1;
    return settings;
}

static struct rig *rig_new(void)
{
    int64_t port = 0;
    struct postgres_address address;
    struct rig *r = mem_new(NULL, struct rig);
    store_open(&r->store, DB_RECORDS);
    OK(db_run(r->store.db, counter_put, (void *)"0"));
    OK(postgres_address_read(r->store.ctx, r->store.path, &address));
    OK(text_number(address.ports, &port));
    proxy_begin(&r->proxy, (uint16_t)port);
    return r;
}

static struct rig *rig_open(void)
{
    struct rig *r = rig_new();
    const struct db_settings settings = rig_settings(r);
    OK(db_open(r->store.ctx, &settings, &r->db));
    return r;
}

static void rig_close(struct rig *r)
{
    db_close(r->db);
    proxy_end(&r->proxy);
    store_close(&r->store);
    talloc_free(r);
}

static int64_t counter(struct rig *r)
{
    return engine_do(r->store.path, "SELECT value FROM setting WHERE key = 'n'").number;
}

static const struct db_query ADD = {
    "add", "UPDATE setting SET value = (value::bigint + 1)::text WHERE key = 'n'", "", ""};
static const struct db_query WHO = {"who", "SELECT pg_backend_pid()", "", "i"};

static err on_number(mem *ctx, const struct db_value *columns, void *arg)
{
    (void)ctx;
    *(int64_t *)arg = columns[0].number;
    return ERR_OK;
}

struct adding {
    struct rig *rig;
    int runs;
    int killed; /* the first so many runs lose their connection */
};

static err add(struct tx *tx, void *arg)
{
    struct adding *a = arg;
    a->runs++;
    return db_exec(tx, &ADD, NULL, 0, NULL);
}

/* As an operator does, or a server that is shut down. */
static void terminate(struct rig *r, int64_t backend)
{
    char sql[100];
    (void)snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%lld, 10000)::integer", (long long)backend);
    assert_int_equal(engine_do(r->store.path, sql).number, 1);
}

static err add_and_lose(struct tx *tx, void *arg)
{
    struct adding *a = arg;
    int64_t backend = 0;
    TRY(add(tx, a));
    TRY(db_one(tx, NULL, &WHO, NULL, 0, on_number, &backend));
    if (a->runs <= a->killed) terminate(a->rig, backend);
    return ERR_OK;
}

/* ---- connections that go ---- */

static void a_connection_lost_before_the_commit(void **state)
{
    (void)state;
    NEEDS_SERVER;
    struct rig *r = rig_open();
    struct adding a = {.rig = r, .killed = 2};
    OK(db_run(r->db, add_and_lose, &a));
    assert_int_equal(a.runs, 3);
    assert_int_equal(counter(r), 1);
    assert_int_equal(db_writes(r->db).transactions, 1);
    assert_int_equal(db_writes(r->db).lost_groups, 2);
    rig_close(r);
}

static err look_and_lose(struct tx *tx, void *arg)
{
    struct adding *a = arg;
    int64_t backend = 0;
    a->runs++;
    TRY(db_one(tx, NULL, &WHO, NULL, 0, on_number, &backend));
    if (a->runs <= a->killed) terminate(a->rig, backend);
    return db_one(tx, NULL, &WHO, NULL, 0, on_number, &backend);
}

static void a_snapshot_that_is_lost_is_taken_anew(void **state)
{
    (void)state;
    NEEDS_SERVER;
    struct rig *r = rig_open();
    struct adding a = {.rig = r, .killed = 1};
    OK(db_read(r->db, look_and_lose, &a));
    assert_int_equal(a.runs, 2);
    rig_close(r);
}

/* The line is cut with the commit on its way: the mark says that it was not done, and it is done again. */
static void a_commit_that_never_arrived_is_made_again(void **state)
{
    (void)state;
    NEEDS_SERVER;
    struct rig *r = rig_open();
    struct adding a = {.rig = r};
    proxy_at_commit(&r->proxy, PROXY_CUT_BEFORE);
    OK(db_run(r->db, add, &a));
    assert_int_equal(a.runs, 2);
    assert_int_equal(counter(r), 1);
    assert_int_equal(db_writes(r->db).lost_groups, 1);
    rig_close(r);
}

/* It was done and the answer is lost: the mark says so, and nothing is done twice. */
static void a_commit_whose_answer_is_lost_is_not_made_again(void **state)
{
    (void)state;
    NEEDS_SERVER;
    struct rig *r = rig_open();
    int before = r->proxy.commits;
    for (int i = 1; i <= 3; i++) {
        struct adding a = {.rig = r};
        proxy_at_commit(&r->proxy, PROXY_CUT_AFTER);
        OK(db_run(r->db, add, &a));
        assert_int_equal(a.runs, 1);
        assert_int_equal(counter(r), i);
    }
    assert_int_equal(r->proxy.commits - before, 3);
    assert_int_equal(db_writes(r->db).lost_groups, 0);
    assert_int_equal(db_writes(r->db).transactions, 3);
    rig_close(r);
}

static int64_t asked(struct rig *r) { return engine_do(r->store.path, "SELECT sum(asked) FROM commit_mark").number; }

/* "Committed here, but perhaps not on the standby": the mark is asked, which waits for the standby. */
static void a_commit_with_a_warning_is_doubted(void **state)
{
    (void)state;
    NEEDS_SERVER;
    struct rig *r = rig_open();
    struct adding a = {.rig = r};
    OK(db_run(r->db, add, &a));
    assert_int_equal(asked(r), 0);
    proxy_at_commit(&r->proxy, PROXY_WARN);
    OK(db_run(r->db, add, &a));
    assert_int_equal(asked(r), 1);
    assert_int_equal(a.runs, 2);
    assert_int_equal(counter(r), 2);
    rig_close(r);
}

/* The server that answers now has an older state than was acknowledged: it can't say what became of a commit. */
static void an_older_state_is_not_believed(void **state)
{
    (void)state;
    NEEDS_SERVER;
    struct rig *r = rig_new();
    struct adding a = {.rig = r};
    struct db_settings settings = rig_settings(r);
    settings.wait = 2000;
    OK(db_open(r->store.ctx, &settings, &r->db));
    for (int i = 0; i < 2; i++) OK(db_run(r->db, add, &a));
    (void)engine_do(r->store.path,
                    "CREATE FUNCTION older() RETURNS trigger LANGUAGE plpgsql AS"
                    " 'BEGIN NEW.number := 1; RETURN NEW; END';"
                    "CREATE TRIGGER older BEFORE UPDATE ON commit_mark FOR EACH ROW"
                    " WHEN (NEW.asked > OLD.asked) EXECUTE FUNCTION older()");
    proxy_at_commit(&r->proxy, PROXY_CUT_BEFORE);
    err e = db_run(r->db, add, &a);
    BAD(ERR_BUSY, e);
    assert_string_equal(e.what, "it is not known whether this was saved: look before you do it again");
    assert_int_equal(a.runs, 3);
    assert_int_equal(counter(r), 2);
    rig_close(r);
}

/* A transaction that could not begin (its mark could not be written: a full disk, say) leaves nothing open: the
 * connection is there for the next one. */
static void a_beginning_that_failed_leaves_nothing_open(void **state)
{
    (void)state;
    NEEDS_SERVER;
    struct rig *r = rig_open();
    struct adding a = {.rig = r};
    (void)engine_do(r->store.path, "ALTER TABLE commit_mark RENAME TO elsewhere");
    BAD(ERR_BUG, db_run(r->db, add, &a));
    (void)engine_do(r->store.path, "ALTER TABLE elsewhere RENAME TO commit_mark");
    OK(db_run(r->db, add, &a));
    assert_int_equal(a.runs, 1);
    assert_int_equal(counter(r), 1);
    rig_close(r);
}

/* ---- servers that stand still ---- */

static void a_short_standstill_is_waited_for(void **state)
{
    (void)state;
    NEEDS_SERVER;
    struct rig *r = rig_new();
    struct adding a = {.rig = r};
    struct db_settings settings = rig_settings(r);
    settings.limit = 200; /* then this connection is given up, and others are tried */
    settings.wait = MSEC_MINUTE;
    OK(db_open(r->store.ctx, &settings, &r->db));
    OK(db_run(r->db, add, &a));
    proxy_still(&r->proxy, 2500);
    OK(db_run(r->db, add, &a));
    assert_int_equal(counter(r), 2);
    assert_true(db_writes(r->db).lost_groups > 0);
    rig_close(r);
}

static void a_long_standstill_is_told(void **state)
{
    (void)state;
    NEEDS_SERVER;
    struct rig *r = rig_new();
    struct adding a = {.rig = r};
    struct db_settings settings = rig_settings(r);
    settings.limit = 200;
    settings.wait = 300;
    OK(db_open(r->store.ctx, &settings, &r->db));
    OK(db_run(r->db, add, &a));
    proxy_still(&r->proxy, MSEC_HOUR);
    BAD(ERR_BUSY, db_run(r->db, add, &a));
    proxy_still(&r->proxy, 0);
    assert_int_equal(counter(r), 1);
    /* In the middle of a commit nobody can know, and that is what is said. */
    proxy_at_commit(&r->proxy, PROXY_STOP_AFTER);
    err e;
    do e = db_run(r->db, add, &a);
    while (e.kind == ERR_BUSY && strstr(e.what, "not known") == NULL); /* the machine may be slow */
    BAD(ERR_BUSY, e);
    assert_string_equal(e.what, "it is not known whether this was saved: look before you do it again");
    assert_int_equal(counter(r), 2); /* here it was */
    proxy_still(&r->proxy, 0);
    rig_close(r);
}

/* ---- at once ---- */

struct skew {
    struct db *db;
    pthread_barrier_t *both_have_read;
    const char *mine, *other;
    int runs;
    err result;
    pthread_t thread;
};

static const struct db_query VALUE = {"value", "SELECT count(*) FROM setting WHERE key = $1 AND value = 'on'", "t", "i"};

/* Goes on duty unless the other is. */
static err duty_take(struct tx *tx, void *arg)
{
    struct skew *s = arg;
    struct db_value other[] = {db_text(s->other)};
    int64_t on = 0;
    TRY(db_one(tx, NULL, &VALUE, other, 1, on_number, &on));
    if (s->runs++ == 0) (void)pthread_barrier_wait(s->both_have_read);
    return on > 0 ? ERR_OK : db_setting_put(tx, s->mine, "on");
}

static void *duty_main(void *arg)
{
    struct skew *s = arg;
    s->result = db_run(s->db, duty_take, s);
    return NULL;
}

static err duties_put(struct tx *tx, void *arg)
{
    (void)arg;
    TRY(db_setting_put(tx, "anna", "off"));
    return db_setting_put(tx, "berta", "off");
}

/* Each reads what the other writes: in whatever order they had come, the second would have seen the first. */
static void two_that_read_and_write_crosswise(void **state)
{
    (void)state;
    NEEDS_SERVER;
    struct store s;
    store_open(&s, DB_RECORDS);
    OK(db_run(s.db, duties_put, NULL));
    pthread_barrier_t both;
    assert_int_equal(pthread_barrier_init(&both, NULL, 2), 0);
    struct skew a = {s.db, &both, "anna", "berta", 0, ERR_OK, 0}, b = {s.db, &both, "berta", "anna", 0, ERR_OK, 0};
    assert_int_equal(pthread_create(&a.thread, NULL, duty_main, &a), 0);
    assert_int_equal(pthread_create(&b.thread, NULL, duty_main, &b), 0);
    assert_int_equal(pthread_join(a.thread, NULL), 0);
    assert_int_equal(pthread_join(b.thread, NULL), 0);
    (void)pthread_barrier_destroy(&both);
    OK(a.result);
    OK(b.result);
    assert_int_equal(engine_do(s.path, "SELECT count(*) FROM setting WHERE value = 'on'").number, 1);
    assert_int_equal(a.runs + b.runs, 3);
    assert_int_equal(db_writes(s.db).lost_groups, 1);
    store_close(&s);
}

/* ---- claims ---- */

enum { PARTNERS = 4, OF_EACH = 5, CLAIMERS = 6 };

static err queue_put(struct tx *tx, void *arg)
{
    TRY(people_put(tx, arg));
    struct db_case c = case_row(1, 1, "IT-26-AAAA");
    TRY(db_case_insert(tx, &c, "identity"));
    for (unsigned i = 0; i < PARTNERS; i++) {
        char partner[32], handle[16];
        (void)snprintf(partner, sizeof partner, "p%u.localhost", i);
        (void)snprintf(handle, sizeof handle, "h%u", i);
        struct db_partner row = partner_row(partner);
        TRY(db_partner_put(tx, &row));
        struct db_conversation talk = {.handle = handle, .case_id = c.id, .partner_id = partner,
                                       .local_organisation = c.organisation_id, .remote_organisation = "theirs",
                                       .direction = "out", .state = "open", .created_at = T0, .updated_at = T0};
        TRY(db_conversation_insert(tx, &talk));
        for (unsigned k = 0; k < OF_EACH; k++) {
            struct db_message message = {.id = id_of(ROW_MESSAGE, i * OF_EACH + k), .handle = handle, .direction = "out",
                                         .class_ = "referral", .state = "submitted", .sender_organisation = "ours",
                                         .recipient_organisation = "theirs", .created_at = T0};
            struct db_delivery delivery = {.message_id = message.id, .partner_id = partner, .next_at = T0 + k, .mic = "mic",
                                           .body = raw_bytes("body")};
            TRY(db_message_insert(tx, &message));
            TRY(db_delivery_insert(tx, &delivery));
        }
    }
    return ERR_OK;
}

struct claimer {
    struct db *db;
    mem *ctx;
    char name[8];
    msec now;
    size_t limit;
    db_deliveries got;
    struct claimer *meanwhile; /* claims while this one's transaction is open, once */
    err result;
    pthread_t thread;
};

static err claim_some(struct tx *tx, void *arg)
{
    struct claimer *c = arg;
    TRY(db_delivery_claim(tx, c->ctx, c->name, c->now, c->now + MSEC_HOUR, c->limit, &c->got));
    if (c->meanwhile != NULL) {
        struct claimer *other = c->meanwhile;
        c->meanwhile = NULL;
        other->result = db_run(other->db, claim_some, other);
    }
    return ERR_OK;
}

static void *claim_main(void *arg)
{
    struct claimer *c = arg;
    c->result = db_run(c->db, claim_some, c);
    return NULL;
}

/* Marks whose partners they are; none of them was marked before. */
static size_t partners_mark(const db_deliveries *got, bool *seen)
{
    for (size_t i = 0; i < got->n; i++) {
        int which = got->at[i].partner_id[1] - '0';
        if (seen[which]) fail_msg("two of partner %d in work", which);
        seen[which] = true;
    }
    return got->n;
}

static struct db *another(struct store *s)
{
    struct db *db;
    struct db_settings settings = store_settings(s, DB_RECORDS);
    settings.wait = 5 * MSEC_SECOND; /* who waits for a turn that is not given is told soon */
    OK(db_open(s->ctx, &settings, &db));
    return db;
}

static void many_claim_and_none_gets_anothers(void **state)
{
    (void)state;
    NEEDS_SERVER;
    struct store s;
    store_open(&s, DB_RECORDS);
    OK(db_run(s.db, queue_put, NULL));
    struct db *second = another(&s); /* as another process's */
    struct claimer all[CLAIMERS], late = {.db = second, .ctx = s.ctx, .name = "late", .now = T0 + MSEC_DAY, .limit = 10};
    bool seen[PARTNERS] = {false};
    size_t n = 0;
    for (int i = 0; i < CLAIMERS; i++) {
        all[i] = (struct claimer){.db = i % 2 ? s.db : second, .ctx = talloc_new(s.ctx), .now = T0 + 10, .limit = 2};
        (void)snprintf(all[i].name, sizeof all[i].name, "w%d", i);
        assert_int_equal(pthread_create(&all[i].thread, NULL, claim_main, &all[i]), 0);
    }
    for (int i = 0; i < CLAIMERS; i++) {
        assert_int_equal(pthread_join(all[i].thread, NULL), 0);
        OK(all[i].result);
        n += partners_mark(&all[i].got, seen);
    }
    /* One whose turn was skipped may go home with less than there is; asked again, there is nothing between. */
    struct claimer rest = {.db = s.db, .ctx = s.ctx, .name = "rest", .now = T0 + 10, .limit = 10};
    OK(db_run(s.db, claim_some, &rest));
    n += partners_mark(&rest.got, seen);
    assert_int_equal(n, PARTNERS);
    /* A lease that ended is taken over: the same message, and who had it is told. */
    OK(db_run(second, claim_some, &late));
    assert_int_equal(late.got.n, PARTNERS);
    for (size_t i = 0; i < late.got.n; i++) {
        assert_int_equal(late.got.at[i].attempts, 2);
        assert_int_equal(late.got.at[i].next_at, T0);
        assert_string_equal(late.got.at[i].lease_by, "late");
    }
    db_close(second);
    store_close(&s);
}

/* A turn that another transaction has is skipped, not waited for. */
static void a_claim_does_not_wait_for_anothers(void **state)
{
    (void)state;
    NEEDS_SERVER;
    struct store s;
    store_open(&s, DB_RECORDS);
    OK(db_run(s.db, queue_put, NULL));
    struct db *second = another(&s);
    struct claimer b = {.db = second, .ctx = talloc_new(s.ctx), .name = "b", .now = T0 + 10, .limit = 10};
    struct claimer a = {.db = s.db, .ctx = talloc_new(s.ctx), .name = "a", .now = T0 + 10, .limit = 1, .meanwhile = &b};
    bool seen[PARTNERS] = {false};
    OK(db_run(s.db, claim_some, &a));
    OK(b.result);
    assert_int_equal(partners_mark(&b.got, seen), PARTNERS - 1);
    assert_int_equal(partners_mark(&a.got, seen), 1);
    db_close(second);
    store_close(&s);
}

/* ---- addresses ---- */

struct address_case {
    const char *address, *hosts, *ports, *database, *sslmode;
};

static void addresses_are_read(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    static const struct address_case CASES[] = {
        {"postgres://u@127.0.0.1:5433/node", "127.0.0.1", "5433", "node", "prefer"},
        {"postgresql://u@localhost/node", "localhost", NULL, "node", "prefer"},
        {"postgres://u@[::1]:1/node", "::1", "1", "node", "prefer"},
        {"postgres:///node?host=/run/postgresql", "/run/postgresql", NULL, "node", "prefer"},
        {"postgres:///node", NULL, NULL, "node", "prefer"},
        {"postgres://u@db.example.org/node", "db.example.org", NULL, "node", "verify-full"},
        {"postgres://u@10.0.0.1/node", "10.0.0.1", NULL, "node", "verify-full"},
        {"postgres://u@localhost.example.org/node", "localhost.example.org", NULL, "node", "verify-full"},
        {"postgres://u@127.0.0.1:1,b.example.org:2/node", "127.0.0.1,b.example.org", "1,2", "node", "verify-full"},
        {"postgres://u@127.0.0.1:1,127.0.0.1:2/node", "127.0.0.1,127.0.0.1", "1,2", "node", "prefer"},
        {"postgres:///node?host=127.0.0.1&hostaddr=203.0.113.9", "127.0.0.1", NULL, "node", "verify-full"},
        {"postgres:///node?hostaddr=203.0.113.9", NULL, NULL, "node", "verify-full"},
        {"postgres:///node?hostaddr=127.0.0.1", NULL, NULL, "node", "prefer"},
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct address_case *c = &CASES[i];
        struct postgres_address a = {0};
        OK(postgres_address_read(ctx, c->address, &a));
        if (!text_same(a.sslmode, c->sslmode)) fail_msg("%s: %s", c->address, a.sslmode);
        if (!text_same(a.hosts, c->hosts) && (a.hosts != NULL || c->hosts != NULL)) fail_msg("%s: %s", c->address, a.hosts);
        if (!text_same(a.ports, c->ports) && (a.ports != NULL || c->ports != NULL)) fail_msg("%s: %s", c->address, a.ports);
        assert_string_equal(a.database, c->database);
    }
}

static void addresses_that_cannot_be_are_refused(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    static const char *const CASES[] = {
        "",
        "mysql://u@localhost/node",
        "host=localhost dbname=node",
        "postgres:/u@localhost/node",
        "postgres://u@localhost",
        "postgres://u@localhost/",
        "postgres://u@[::1/node",
        "postgres://u@localhost/node?nonsense=1",
        "postgres://u@localhost/node?sslmode",
        "postgres://u@localhost/%zz",
    };
    struct postgres_address out = {.database = "untouched"};
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        if (postgres_address_read(ctx, CASES[i], &out).kind != ERR_INPUT) fail_msg("accepted: %s", CASES[i]);
    char *longer = talloc_asprintf(ctx, "postgres://u@localhost/%*d", POSTGRES_ADDRESS_MOST, 1);
    for (char *c = longer; *c != '\0'; c++)
        if (*c == ' ') *c = 'x';
    BAD(ERR_INPUT, postgres_address_read(ctx, longer, &out));
    assert_string_equal(out.database, "untouched");
    assert_true(postgres_address_is("postgres://x") && postgres_address_is("postgresql://x"));
    assert_false(postgres_address_is("postgres:x") || postgres_address_is("sqlite:/x"));
    struct db *db;
    const struct db_settings settings = {.kind = DB_POSTGRES, .path = "postgres://u@localhost/"};
    BAD(ERR_INPUT, db_open(ctx, &settings, &db));
}

static void nobody_there_is_busy(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct proxy proxy;
    struct db *db;
    proxy_begin(&proxy, 1); /* for its port, which nobody has afterwards */
    proxy_end(&proxy);
    const struct db_settings settings = {
        .kind = DB_POSTGRES,
        .path = talloc_asprintf(ctx, "postgres://u@127.0.0.1:%u/node", (unsigned)proxy.port),
        .wait = 100};
    BAD(ERR_BUSY, db_open(ctx, &settings, &db));
}

static void no_such_database(void **state)
{
    (void)state;
    NEEDS_SERVER;
    MEM_SCOPE(ctx, NULL);
    struct db *db;
    const char *server = engine_server();
    const struct db_settings settings = {
        .kind = DB_POSTGRES,
        .path = talloc_asprintf(ctx, "%.*s/nonesuch", (int)(strrchr(server, '/') - server), server),
        .wait = 100};
    BAD(ERR_BUSY, db_open(ctx, &settings, &db));
}

/* ---- words ---- */

static void words_are_exchanged_whole(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    static const char *const CASES[][2] = {
        {"CREATE TABLE a (x TEXT PRIMARY KEY, n INTEGER NOT NULL, b BLOB) STRICT, WITHOUT ROWID",
         "CREATE TABLE a (x TEXT COLLATE \"C\" PRIMARY KEY, n BIGINT NOT NULL, b BYTEA)"},
        {"CREATE TABLE a (x TEXT) STRICT; CREATE TABLE b (y INTEGER)",
         "CREATE TABLE a (x TEXT COLLATE \"C\"); CREATE TABLE b (y BIGINT)"},
        {"CREATE INDEX i ON a (x, TEXTUAL, INTEGERS, BLOB_ID)", "CREATE INDEX i ON a (x, TEXTUAL, INTEGERS, BLOB_ID)"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const char *out;
        OK(dialect_of(ctx, DB_POSTGRES, CASES[i][0], &out));
        assert_string_equal(out, CASES[i][1]);
        OK(dialect_of(ctx, DB_SQLITE, CASES[i][0], &out));
        assert_string_equal(out, CASES[i][0]);
    }
    char *large = talloc_array(ctx, char, 300 * 1024);
    memset(large, 'x', 300 * 1024);
    large[300 * 1024 - 1] = '\0';
    const char *out = "untouched";
    BAD(ERR_LIMIT, dialect_of(ctx, DB_POSTGRES, large, &out));
    assert_string_equal(out, "untouched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_lost_before_the_commit),
        cmocka_unit_test(a_snapshot_that_is_lost_is_taken_anew),
        cmocka_unit_test(a_commit_that_never_arrived_is_made_again),
        cmocka_unit_test(a_commit_whose_answer_is_lost_is_not_made_again),
        cmocka_unit_test(a_commit_with_a_warning_is_doubted),
        cmocka_unit_test(an_older_state_is_not_believed),
        cmocka_unit_test(a_beginning_that_failed_leaves_nothing_open),
        cmocka_unit_test(a_short_standstill_is_waited_for),
        cmocka_unit_test(a_long_standstill_is_told),
        cmocka_unit_test(two_that_read_and_write_crosswise),
        cmocka_unit_test(many_claim_and_none_gets_anothers),
        cmocka_unit_test(a_claim_does_not_wait_for_anothers),
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(addresses_that_cannot_be_are_refused),
        cmocka_unit_test(nobody_there_is_busy),
        cmocka_unit_test(no_such_database),
        cmocka_unit_test(words_are_exchanged_whole),
    };
    return cmocka_run_group_tests_name("db_postgres", tests, NULL, NULL);
}
