/* migrate.h - brings a store to this program's version, step by step, each step in a transaction.
 *
 * A step, once released, never changes; what comes later is a new step. Table `migration` says
 * which were done. Used by db.c only.
 */
#ifndef OPENTRM_DB_MIGRATE_H
#define OPENTRM_DB_MIGRATE_H

#include "db/engine.h"

struct db_migration {
    int64_t number; /* 1, 2, ... without gaps */
    const char *name;
    const char *sql;              /* in the words of dialect.h */
    const char *also[DB_ENGINES]; /* what every engine says in its own way (triggers); or NULL */
};
struct db_migrations {
    const struct db_migration *at;
    size_t n;
};

extern const struct db_migrations db_migrations_records;
extern const struct db_migrations db_migrations_keys;

/* migrate: does what is missing. ERR_STATE if the store is newer than the program, or of the other
 * kind. Without `create` an empty file is no store: ERR_STORE (a lost file must not pass for a new
 * node); neither is an empty database, or one with something else in it: ERR_NOT_FOUND. */
err migrate(const struct db_engine *engine, struct db_conn *conn, enum db_store store,
            struct db_migrations steps, bool create);
/* migrate_find: is there a store, of this kind? The same failures; for reading. */
err migrate_find(const struct db_engine *engine, struct db_conn *conn, enum db_store store,
                 struct db_migrations steps);
/* migrate_check: ERR_STATE unless the store is exactly of this version; for reading only. */
err migrate_check(const struct db_engine *engine, struct db_conn *conn, enum db_store store,
                  struct db_migrations steps);

#endif
