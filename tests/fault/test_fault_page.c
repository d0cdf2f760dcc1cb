/* Bytes on the disk change. A node on such stores may refuse to start, refuse a sign-in, say that something
 * is damaged, or not notice what holds nothing; it never shows another answer than the one that was typed,
 * and never lets anybody in who was not.
 *
 * By default a sample of pages of both stores, by a fixed seed (FAULT_SEED), and of the bits of the answers; FAULT=all: all.
 */
#include "../unit/office.h"

enum { PAGE = 4096, SAMPLE = 24 };

static struct {
    struct clock *clock;
    struct office whole; /* shut */
    char code[CASE_CODE_ROOM];
    const char *answers;
    uint64_t random;
    int refused, said, checked, unnoticed;
} w;

static uint64_t next(void)
{
    w.random = w.random * 6364136223846793005u + 1442695040888963407u;
    return w.random >> 33;
}

static const char *const FILES[] = {"opentrm.db", "keys.db"};

/* The whole stores, with some bytes of one page of one of them changed. */
static void spoil(struct office *o, size_t file, size_t page)
{
    for (size_t i = 0; i < COUNT_OF(FILES); i++) {
        MEM_SCOPE(scope, NULL);
        struct bytes content;
        OK(file_read(scope, talloc_asprintf(scope, "%s/%s", w.whole.folder, FILES[i]), (size_t)1 << 30, &content));
        uint8_t *p = talloc_memdup(scope, content.p, content.n);
        for (int k = 0; i == file && k < 8; k++) {
            size_t at = page * PAGE + next() % PAGE;
            for (int tries = 0; p[at] == 0 && tries < 400; tries++) at = page * PAGE + next() % PAGE; /* not in a gap */
            p[at] ^= (uint8_t)(1u << next() % 8);
        }
        OK(file_write(talloc_asprintf(scope, "%s/%s", o->folder, FILES[i]), bytes_of(p, content.n), 0600));
    }
}

static err sign_in(struct office *o, const char *login, const char *password, struct actor **out)
{
    struct session_start start;
    const struct session_wish wish = {.login = login, .password = bytes_text(password), .address = "192.0.2.9"};
    TRY(session_sign_in(o->node, &wish, &start));
    return session_open(o->node, start.cookie, o->ctx, out);
}

/* What the worker reads is what was typed, as far as it is there. */
static err read_case(struct office *o, struct actor *actor)
{
    struct casefile *c;
    json_t *answers;
    JSON_SCOPE(typed) = json_loads(w.answers, 0, NULL);
    TRY(case_find(o->node, actor, w.code, o->ctx, &c));
    TRY(case_leave_out_damaged(c));
    TRY(formbook_find(o->node->forms, FORM_ID, &o->form));
    TRY(case_answers(c, o->form, &answers));
    const char *name;
    json_t *value;
    json_object_foreach(answers, name, value) {
        if (!json_equal(value, json_object_get(typed, name))) fail_msg("%s came out as another answer", name);
    }
    if (!text_empty(c->facts->label) && !text_same(c->facts->label, "Blue door")) fail_msg("another label");
    ENSURE(c->damaged == 0 && !c->facts_damaged && json_equal(answers, typed), ERR_CRYPTO, "a part of it is damaged");
    return ERR_OK;
}

static err read_all(struct office *o)
{
    struct actor *actor;
    TRY(sign_in(o, "worker", PASSWORD, &actor));
    return read_case(o, actor);
}

static void nobody_else_gets_in(struct office *o)
{
    struct actor *actor = NULL;
    struct casefile *c = NULL;
    json_t *answers = NULL;
    if (!err_failed(sign_in(o, "worker", "four other words", &actor))) fail_msg("signed in with a wrong password");
    if (err_failed(sign_in(o, "stranger", PASSWORD, &actor))) return;
    if (err_failed(case_find(o->node, actor, w.code, o->ctx, &c))) return;
    /* A changed clear column may name a case; without a key there is nothing in it. */
    if (c->held != 0 || !text_empty(c->facts->label)) fail_msg("a stranger holds a key of the case");
    if (!err_failed(case_answers(c, o->form, &answers)) && json_object_size(answers) > 0)
        fail_msg("a stranger reads answers");
}

static bool damage_is(err e) { return e.kind == ERR_STORE || e.kind == ERR_CRYPTO; }

/* A folder with the other files of the node; the stores come by spoil. */
static void folder_like(struct office *o)
{
    office_folder(o, w.clock);
    DIR *dir = opendir(w.whole.folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        MEM_SCOPE(scope, NULL);
        struct bytes content;
        if (entry->d_type != DT_REG || strstr(entry->d_name, ".db") != NULL) continue;
        OK(file_read(scope, talloc_asprintf(scope, "%s/%s", w.whole.folder, entry->d_name), (size_t)1 << 24, &content));
        OK(file_write(talloc_asprintf(scope, "%s/%s", o->folder, entry->d_name), content, 0600));
    }
    (void)closedir(dir);
}

static void spoilt(size_t file, size_t page)
{
    struct office o;
    folder_like(&o);
    spoil(&o, file, page);
    err opened = node_open(o.ctx, o.folder, w.clock, &o.node);
    if (err_failed(opened)) {
        w.refused++;
    } else {
        err read = read_all(&o);
        bool sound = !err_failed(db_check(o.node->records)) && !err_failed(db_check(o.node->keys));
        if (err_failed(read)) w.said++;
        if (!err_failed(read) && !sound) w.checked++;
        if (!err_failed(read) && sound) w.unnoticed++;
        if (err_failed(read) && !damage_is(read) && sound && read.kind == ERR_BUG)
            fail_msg("%s page %zu: %s (%s)", FILES[file], page, read.what, read.where);
        nobody_else_gets_in(&o);
    }
    office_close(&o);
}

static void pages_of(size_t file)
{
    const char *how = getenv("FAULT"), *seed = getenv("FAULT_SEED");
    struct stat s;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", w.whole.folder, FILES[file]);
    assert_int_equal(stat(path, &s), 0);
    size_t pages = (size_t)s.st_size / PAGE, step = how != NULL || pages <= SAMPLE ? 1 : pages / SAMPLE;
    w.random = seed == NULL ? 7 : strtoull(seed, NULL, 10);
    w.refused = w.said = w.checked = w.unnoticed = 0;
    size_t tried = 0;
    for (size_t page = 0; page < pages; page += step, tried++) spoilt(file, page);
    print_message("  %s: of %zu pages %d kept the node from starting, %d were said, %d only db_check found, %d were not noticed\n",
                  FILES[file], tried, w.refused, w.said, w.checked, w.unnoticed);
    assert_true(w.refused + w.said > 0);
}

static void pages_of_records(void **state)
{
    (void)state;
    pages_of(0);
}

struct body {
    int64_t row;
    size_t n;
    uint8_t p[8192];
};

static size_t bodies_read(sqlite3 *db, struct body *out, size_t most)
{
    sqlite3_stmt *q = NULL;
    size_t n = 0;
    const char *sql = "SELECT rowid, body FROM record WHERE latest = 1 AND kind IN ('form', 'facts')";
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    for (; n < most && sqlite3_step(q) == SQLITE_ROW; n++) {
        out[n].row = sqlite3_column_int64(q, 0);
        out[n].n = (size_t)sqlite3_column_bytes(q, 1);
        assert_true(out[n].n <= sizeof out[n].p);
        memcpy(out[n].p, sqlite3_column_blob(q, 1), out[n].n);
    }
    (void)sqlite3_finalize(q);
    return n;
}

static void body_write(sqlite3 *db, const struct body *body)
{
    sqlite3_stmt *q = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, "UPDATE record SET body = ?2 WHERE rowid = ?1", -1, &q, NULL), SQLITE_OK);
    (void)sqlite3_bind_int64(q, 1, body->row);
    (void)sqlite3_bind_blob(q, 2, body->p, (int)body->n, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(q), SQLITE_DONE);
    (void)sqlite3_finalize(q);
}

/* A page has room for more than answers; here one bit of an answer's own bytes, which is always found. */
static void bits_of_answers(void **state)
{
    (void)state;
    static struct body bodies[8];
    struct office o;
    struct actor *actor;
    sqlite3 *db = NULL;
    size_t step = getenv("FAULT") == NULL ? 3 : 1, tried = 0;
    folder_like(&o);
    spoil(&o, COUNT_OF(FILES), 0); /* nothing */
    OK(node_open(o.ctx, o.folder, w.clock, &o.node));
    OK(sign_in(&o, "worker", PASSWORD, &actor));
    OK(read_case(&o, actor));
    assert_int_equal(sqlite3_open(talloc_asprintf(o.ctx, "%s/opentrm.db", o.folder), &db), SQLITE_OK);
    (void)sqlite3_busy_timeout(db, 5000);
    size_t n = bodies_read(db, bodies, COUNT_OF(bodies));
    assert_true(n >= 3);
    for (size_t i = 0; i < n; i++) {
        for (size_t at = i; at < bodies[i].n; at += step, tried++) {
            uint8_t bit = (uint8_t)(1u << (at % 8));
            bodies[i].p[at] ^= bit;
            body_write(db, &bodies[i]);
            err e = read_case(&o, actor);
            if (!damage_is(e)) fail_msg("byte %zu of record %zu: %s", at, i, err_failed(e) ? e.what : "not found");
            bodies[i].p[at] ^= bit;
        }
        body_write(db, &bodies[i]);
    }
    OK(read_case(&o, actor));
    print_message("  %zu bits of %zu records\n", tried, n);
    (void)sqlite3_close(db);
    office_close(&o);
}

static void pages_of_keys(void **state)
{
    (void)state;
    pages_of(1);
}

static int make(void **state)
{
    (void)state;
    OK(clock_fixed(NULL, T0, &w.clock));
    office_open(&w.whole, &ITALY, w.clock);
    struct casefile *c = office_case(&w.whole, "Blue door");
    office_answer(&w.whole, c, "s1_1", "{\"person_name\": \"Zamira Lisaku\", \"birth_date\": \"1999-04-17\"}");
    office_answer(&w.whole, c, "s3_2", "{\"medication\": \"Ferro\"}");
    office_answer(&w.whole, c, "s3_3", "{\"unsafe_location\": \"Il paese\"}");
    memcpy(w.code, c->code, sizeof w.code);
    w.answers = mem_text(w.clock, answers_text(&w.whole, office_find(&w.whole, w.whole.worker, c->code)));
    OK(db_scrub(w.whole.node->records));
    OK(db_scrub(w.whole.node->keys));
    office_shut(&w.whole);
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    office_close(&w.whole);
    talloc_free(w.clock);
    return 0;
}

int main(void)
{
    if (engine_server() != NULL) return 77; /* skipped: pages of SQLite's files */
    const struct CMUnitTest tests[] = {cmocka_unit_test(pages_of_records), cmocka_unit_test(pages_of_keys), cmocka_unit_test(bits_of_answers)};
    return cmocka_run_group_tests_name("fault_page", tests, make, unmake);
}
