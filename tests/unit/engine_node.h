/* engine_node.h - a node's stores on the engine that the tests run on (engine.h). */
#ifndef OPENTRM_TESTS_ENGINE_NODE_H
#define OPENTRM_TESTS_ENGINE_NODE_H

#include "domain/node_stores.h"
#include "engine.h"

/* Where a node that is to be made shall have its stores. */
static inline struct node_stores engine_stores(mem *ctx)
{
    struct node_stores stores = {0};
    if (engine_server() != NULL) stores = (struct node_stores){engine_new(ctx), engine_new(ctx)};
    return stores;
}

/* `file`: "opentrm.db" or "keys.db", also where the stores are no files. */
static inline struct engine_answer engine_node(const char *folder, const char *file, const char *sql)
{
    mem *ctx = talloc_new(NULL);
    struct db_settings settings;
    OK(node_store(ctx, folder, strcmp(file, "keys.db") == 0 ? DB_KEYS : DB_RECORDS, &settings));
    struct engine_answer out = engine_do(settings.path, sql);
    talloc_free(ctx);
    return out;
}

/* In how many tables of a node's stores a word stands; of stores that are files nothing is said. */
static inline int engine_node_grep(const char *folder, const char *word)
{
    int hits = 0;
    mem *ctx = talloc_new(NULL);
    for (int i = 0; engine_server() != NULL && i < 2; i++) {
        struct db_settings settings;
        OK(node_store(ctx, folder, (enum db_store)i, &settings));
        hits += engine_grep(settings.path, word);
    }
    talloc_free(ctx);
    return hits;
}

/* A node that is a copy of another's files gets stores of its own, with the same rows. */
static inline void engine_stores_copy(mem *ctx, const char *from, const char *to)
{
    struct node_stores stores = {0};
    if (engine_server() == NULL) return;
    OK(node_stores_read(ctx, from, &stores));
    stores.records = engine_copy(ctx, stores.records, DB_RECORDS);
    stores.keys = engine_copy(ctx, stores.keys, DB_KEYS);
    OK(node_stores_write(to, &stores));
}

/* The stores of a node that nobody needs any more. */
static inline void engine_stores_give_back(const char *folder)
{
    struct node_stores stores = {0};
    mem *ctx = talloc_new(NULL);
    if (engine_server() != NULL && !err_failed(node_stores_read(ctx, folder, &stores)) && stores.keys != NULL) {
        engine_give_back(DB_RECORDS, stores.records);
        engine_give_back(DB_KEYS, stores.keys);
    }
    talloc_free(ctx);
}

#endif
