/* store.h - a store in a folder of its own, gone when the test ends. */
#ifndef OPENTRM_TESTS_STORE_H
#define OPENTRM_TESTS_STORE_H

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cm.h"
#include "engine.h"

#include "base/file.h"
#include "base/id.h"
#include "db/db.h"
#include "db/query.h"

#define T0 ((msec)1790000000000)

struct store {
    mem *ctx;
    char folder[64];
    const char *path;
    struct db *db;
};

static inline struct db_settings store_settings(const struct store *s, enum db_store which)
{
    return (struct db_settings){.kind = engine_server() == NULL ? DB_SQLITE : DB_POSTGRES, .store = which, .path = s->path};
}

static inline void store_folder(struct store *s)
{
    *s = (struct store){.ctx = talloc_new(NULL)};
    /* In memory where there is such a place: the disk is not what is tested. */
    (void)snprintf(s->folder, sizeof s->folder, "%s/opentrm-test-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(s->folder));
    OK(file_join(s->ctx, s->folder, "store.db", &s->path));
    if (engine_server() != NULL) s->path = engine_new(s->ctx);
}

static inline void store_open(struct store *s, enum db_store which)
{
    store_folder(s);
    struct db_settings settings = store_settings(s, which);
    settings.create = true;
    OK(db_open(s->ctx, &settings, &s->db));
}

static inline void folder_remove(const char *folder)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.') (void)unlinkat(dirfd(dir), entry->d_name, 0);
    (void)closedir(dir);
    assert_int_equal(rmdir(folder), 0);
}

static inline void store_close(struct store *s)
{
    talloc_free(s->ctx); /* closes the store, too */
    folder_remove(s->folder);
}

/* For what runs inside db_run, on another thread: a failure is handed to the test, with its line.
 */
#define CHECK(cond) ENSURE(cond, ERR_BUG, "not so: " #cond)
#define WANT(kind_, call) ENSURE((call).kind == (kind_), ERR_BUG, "not " #kind_ ": " #call)

/* Ids that are the same in every run. */
static inline struct id id_of(unsigned kind, unsigned n)
{
    struct id id;
    (void)snprintf(id.text, sizeof id.text, "0196a%03x-0000-7000-8000-%012x", kind & 0xfff, n);
    return id;
}

#endif
