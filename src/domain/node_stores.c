/* node_stores.c - where a node's two stores are. */
#include "domain/node_stores.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "db/postgres_address.h"

enum { ADDRESS_MOST = 1000, FILE_MOST = 4096 };

static const char FILE_SCHEME[] = "sqlite:";
static const char MALFORMED[] = "the file `stores` is malformed: two lines, \"records ADDRESS\" and \"keys ADDRESS\"";

static err postgres_check(const char *address)
{
    MEM_SCOPE(scope, NULL);
    struct postgres_address read;
    return postgres_address_read(scope, address, &read);
}

static err address_check(const char *address)
{
    size_t n = strlen(address);
    ENSURE(n > 0 && n <= ADDRESS_MOST && strpbrk(address, " \t\r\n") == NULL, ERR_INPUT,
           "the address of a store is one word of at most 1000 bytes");
    enum db_kind kind;
    TRY(db_kind_of(address, &kind));
    ENSURE(kind != DB_SQLITE || address[strlen(FILE_SCHEME)] == '/', ERR_INPUT,
           "a store in a file has an address like sqlite:/srv/opentrm/records.db");
    return kind == DB_POSTGRES ? postgres_check(address) : ERR_OK;
}

static bool agree(const char *a, const char *b)
{
    return text_same(a == NULL ? "" : a, b == NULL ? "" : b);
}

/* Two addresses of one database, by other users, say. */
static err postgres_same(const struct node_stores *stores, bool *same)
{
    MEM_SCOPE(scope, NULL);
    struct postgres_address r, k;
    if (!postgres_address_is(stores->records) || !postgres_address_is(stores->keys)) return ERR_OK;
    TRY(postgres_address_read(scope, stores->records, &r));
    TRY(postgres_address_read(scope, stores->keys, &k));
    *same = agree(r.database, k.database) && agree(r.hosts, k.hosts) && agree(r.ports, k.ports) && agree(r.options, k.options);
    return ERR_OK;
}

err node_stores_check(const struct node_stores *stores)
{
    if (stores->records == NULL && stores->keys == NULL) return ERR_OK;
    ENSURE(stores->records != NULL && stores->keys != NULL, ERR_INPUT,
           "records and keys are two stores: give the addresses of both");
    TRY(address_check(stores->records));
    TRY(address_check(stores->keys));
    bool same = false;
    TRY(postgres_same(stores, &same));
    ENSURE(!same && !text_same(stores->records, stores->keys), ERR_INPUT, "records and keys are two different databases");
    return ERR_OK;
}

/* ---- the file ---- */

static err line_take(mem *ctx, const char **rest, const char *name, const char **out)
{
    const char *line, *word;
    TRY(text_split(ctx, rest, '\n', &line));
    ENSURE(line != NULL, ERR_STATE, MALFORMED);
    TRY(text_split(ctx, &line, ' ', &word));
    ENSURE(text_same(word, name), ERR_STATE, MALFORMED);
    TRY(text_split(ctx, &line, ' ', out));
    ENSURE(*out != NULL, ERR_STATE, MALFORMED);
    return ERR_OK;
}

static err parse(mem *ctx, const char *text, struct node_stores *out)
{
    struct node_stores stores;
    const char *more;
    TRY(line_take(ctx, &text, "records", &stores.records));
    TRY(line_take(ctx, &text, "keys", &stores.keys));
    TRY(text_split(ctx, &text, '\n', &more));
    ENSURE(more == NULL && !err_failed(node_stores_check(&stores)), ERR_STATE, MALFORMED);
    *out = stores;
    return ERR_OK;
}

err node_stores_read(mem *ctx, const char *folder, struct node_stores *out)
{
    const char *path, *text;
    struct bytes content;
    struct stat st;
    TRY(file_join(ctx, folder, NODE_STORES, &path));
    if (stat(path, &st) != 0 && !file_exists(path)) {
        *out = (struct node_stores){0};
        return ERR_OK;
    }
    ENSURE((st.st_mode & 077) == 0, ERR_STATE,
           "the file `stores` can be read by others than its owner: take their rights away (chmod 600)");
    TRY(file_read(ctx, path, FILE_MOST, &content));
    err e = bytes_string(ctx, content, &text);
    ENSURE(!err_failed(e), ERR_STATE, MALFORMED);
    return parse(ctx, text, out);
}

err node_stores_write(const char *folder, const struct node_stores *stores)
{
    MEM_SCOPE(scope, NULL);
    const char *path;
    struct bytes content;
    struct buf b;
    TRY(node_stores_check(stores));
    TRY(file_join(scope, folder, NODE_STORES, &path));
    if (stores->records == NULL) {
        ENSURE(!file_exists(path) || unlink(path) == 0, ERR_IO, "the file `stores` can't be removed");
        return file_sync_folder_of(path);
    }
    buf_init(&b, scope, FILE_MOST);
    buf_addf(&b, "records %s\nkeys %s\n", stores->records, stores->keys);
    TRY(buf_done(&b, &content));
    return file_write(path, content, 0600);
}

static err files_none(mem *scope, const char *folder)
{
    static const char *const FILES[] = {NODE_RECORDS, NODE_KEYS};
    for (size_t i = 0; i < COUNT_OF(FILES); i++) {
        const char *path;
        TRY(file_join(scope, folder, FILES[i], &path));
        ENSURE(!file_exists(path), ERR_CONFLICT, "this node has its stores in its folder: opentrm move takes them elsewhere");
    }
    return ERR_OK;
}

err node_stores_join(const char *folder, const struct node_stores *stores)
{
    MEM_SCOPE(scope, NULL);
    struct node_stores known;
    TRY(node_stores_check(stores));
    TRY(node_stores_read(scope, folder, &known));
    if (known.records != NULL) {
        ENSURE(text_same(known.records, stores->records) && text_same(known.keys, stores->keys), ERR_CONFLICT,
               "the file `stores` names other stores than these");
        return ERR_OK;
    }
    TRY(files_none(scope, folder));
    return node_stores_write(folder, stores);
}

/* ---- what db_open wants ---- */

err node_stores_settings(mem *ctx, const char *folder, const struct node_stores *stores, enum db_store store,
                         struct db_settings *out)
{
    bool records = store == DB_RECORDS;
    struct db_settings settings = {.kind = DB_SQLITE, .store = store};
    if (stores->records == NULL) {
        TRY(file_join(ctx, folder, records ? NODE_RECORDS : NODE_KEYS, &settings.path));
    } else {
        settings.path = mem_text(ctx, records ? stores->records : stores->keys);
        ENSURE_MEM(settings.path);
        TRY(db_kind_of(settings.path, &settings.kind));
        if (settings.kind == DB_SQLITE) settings.path += strlen(FILE_SCHEME);
    }
    *out = settings;
    return ERR_OK;
}

err node_store(mem *ctx, const char *folder, enum db_store store, struct db_settings *out)
{
    struct node_stores stores;
    TRY(node_stores_read(ctx, folder, &stores));
    return node_stores_settings(ctx, folder, &stores, store, out);
}
