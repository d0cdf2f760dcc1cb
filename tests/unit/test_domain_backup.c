/* test_domain_backup.c - what was erased does not come back with a backup; a restore is whole or is not. */
#include "crew.h"

#include "crypto/backup_key.h"
#include "db/case_file.h"
#include "domain/backup.h"
#include "domain/erasure.h"
#include "domain/restore.h"

struct vaults {
    struct people *p;
    struct crew *c;
    struct box_pair key;
    struct secret_arena *arena;
    const char *folder;
};

static struct vaults ready(struct people *p)
{
    struct vaults v = {.p = p, .c = crew_new(p)};
    struct secret line;
    const char *text;
    OK(secret_arena_new(p, NULL, &v.arena));
    OK(backup_key_make(v.arena, p, &line, &text));
    OK(backup_key_read_secret(v.arena, secret_bytes(line), &v.key));
    v.folder = p->folder;
    return v;
}

static struct backup_made backed_up(struct vaults *v, bool keys_only)
{
    struct backup_made made;
    const struct backup_wish wish = {.to = v->folder, .key = v->key.public_key, .keys_only = keys_only};
    clock_set(v->p->clock, node_now(v->p->node) + MSEC_SECOND); /* names have seconds */
    OK(backup_make(v->p->node, &wish, v->p, &made));
    return made;
}

static const char *folder_new(struct vaults *v, const char *name)
{
    const char *path;
    OK(file_join(v->p, v->folder, name, &path));
    return path;
}

/* Wraps of a case in a store. */
static int64_t wraps(struct vaults *v, const char *node, struct id subject)
{
    char sql[128], path[200];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM case_wrap WHERE case_id = '%s'", subject.text);
    (void)snprintf(path, sizeof path, "%s/%s", v->folder, node);
    return engine_node(path, "keys.db", sql).number;
}

static err restored(struct vaults *v, const char *name, const char *records, const char *keys, const char *list,
                    struct restore_made *made)
{
    const char *lists[] = {list, NULL};
    const struct restore_wish wish = {.folder = folder_new(v, name),
                                      .records = records,
                                      .keys = keys,
                                      .erasures = lists,
                                      .key = &v->key,
                                      .clock = v->p->clock};
    return restore_make(&wish, made);
}

static void clean(struct vaults *v)
{
    DIR *dir = opendir(v->folder);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[400];
        (void)snprintf(path, sizeof path, "%s/%s", v->folder, entry->d_name);
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "node") == 0) continue;
        if (unlink(path) != 0) folder_remove(path);
    }
    (void)closedir(dir);
}

static void what_was_erased_does_not_come_back(void **state)
{
    struct vaults v = ready(*state);
    struct vault *vault;
    struct restore_made made;
    struct id erased = case_new(v.p, v.c->worker, v.c->team, &vault);
    struct id kept = case_new(v.p, v.c->worker, v.c->team, &vault);
    struct backup_made before = backed_up(&v, false);
    OK(vault_destroy(v.p->node, VAULT_CASE, erased));
    struct backup_made after = backed_up(&v, false);
    /* The older pair alone has it still; that is why the later list is given. */
    OK(restored(&v, "without", before.records, before.keys, NULL, &made));
    assert_int_equal(wraps(&v, "without", erased), 5);
    assert_int_equal(made.erasures, 0);
    OK(restored(&v, "with", before.records, before.keys, after.records, &made));
    assert_int_equal(made.erasures, 1);
    assert_int_equal(wraps(&v, "with", erased), 0);
    assert_int_equal(wraps(&v, "with", kept), 5);
    /* Records that know of it refuse the keys that do not. */
    BAD(ERR_STATE, restored(&v, "mixed", after.records, before.keys, NULL, &made));
    /* Newer keys with older records: it is gone already. */
    OK(restored(&v, "newer", before.records, after.keys, NULL, &made));
    assert_int_equal(wraps(&v, "newer", erased), 0);
    assert_int_equal(wraps(&v, "newer", kept), 5);
    clean(&v);
}

/* Listed, and then the power went: keys.db of the backup still has the keys. */
static void an_interrupted_erasure_is_finished(void **state)
{
    struct vaults v = ready(*state);
    struct vault *vault;
    struct restore_made made;
    struct id erased = case_new(v.p, v.c->worker, v.c->team, &vault);
    OK(erasure_begin(v.p->node->records, "case", erased, T0));
    struct backup_made backup = backed_up(&v, false);
    assert_int_equal(wraps(&v, "node", erased), 5);
    OK(restored(&v, "restored", backup.records, backup.keys, NULL, &made));
    assert_int_equal(wraps(&v, "restored", erased), 0);
    OK(erasure_finish(v.p->node->records, v.p->node->keys, T0 + 1));
    assert_int_equal(wraps(&v, "node", erased), 0);
    assert_int_equal(people_count(v.p, "opentrm.db", "SELECT count(*) FROM erasure WHERE done_at IS NULL"), 0);
    clean(&v);
}

/* Whoever has the public key can make a file, but not one that passes for this node's. */
static void a_backup_that_another_node_signed_is_refused(void **state)
{
    struct vaults v = ready(*state);
    struct restore_made made;
    struct backup_made mine = backed_up(&v, false);
    const struct private_key *own = v.p->node->key;
    struct private_key *forged;
    OK(private_key_generate(v.p, &forged));
    v.p->node->key = forged;
    struct backup_made theirs = backed_up(&v, false);
    v.p->node->key = own;
    BAD(ERR_CRYPTO, restored(&v, "forged", mine.records, theirs.keys, NULL, &made));
    BAD(ERR_CRYPTO, restored(&v, "forged", theirs.records, mine.keys, NULL, &made));
    assert_false(file_exists(folder_new(&v, "forged")));
    clean(&v);
}

/* A case is opened while the node is backed up: first the keys, then the row, as always. */
struct meanwhile {
    struct vaults *v;
    const char *last;
    unsigned opened;
};

static err case_put(struct tx *tx, void *arg) { return db_case_insert(tx, arg, "identity"); }

static void case_opens(void *arg, const char *what, int64_t done, int64_t total)
{
    struct meanwhile *m = arg;
    struct vault *vault;
    char code[32];
    (void)done, (void)total;
    if (m->last == what) return;
    m->last = what;
    (void)snprintf(code, sizeof code, "IT-26-M%u", m->opened++);
    struct db_case row = {.id = case_new(m->v->p, m->v->c->worker, m->v->c->team, &vault),
                          .code = code,
                          .organisation_id = m->v->p->organisation,
                          .team_id = m->v->c->team,
                          .origin = "own",
                          .state = "open",
                          .created_at = T0,
                          .updated_at = T0};
    OK(db_run(m->v->p->node->records, case_put, &row));
}

static void every_case_of_a_backup_has_its_keys(void **state)
{
    struct vaults v = ready(*state);
    struct meanwhile m = {.v = &v};
    struct backup_made made;
    struct restore_made back;
    char path[200], sql[300];
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    const struct backup_wish wish = {.to = v.folder, .key = v.key.public_key, .watch = {case_opens, &m}};
    clock_set(v.p->clock, node_now(v.p->node) + MSEC_SECOND);
    OK(backup_make(v.p->node, &wish, v.p, &made));
    assert_int_equal(m.opened, 2); /* while the records went, and while the keys went */
    OK(restored(&v, "restored", made.records, made.keys, NULL, &back));
    (void)snprintf(path, sizeof path, "%s/restored/opentrm.db", v.folder);
    (void)snprintf(sql, sizeof sql,
                   "ATTACH '%s/restored/keys.db' AS k; CREATE TEMP TABLE lost AS SELECT id FROM main.case_file "
                   "WHERE id NOT IN (SELECT case_id FROM k.case_wrap)",
                   v.folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM lost", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement, 0), 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    clean(&v);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_was_erased_does_not_come_back),
        T(an_interrupted_erasure_is_finished),
        T(every_case_of_a_backup_has_its_keys),
        T(a_backup_that_another_node_signed_is_refused),
    };
    return cmocka_run_group_tests(tests, people_begin, people_end);
}
