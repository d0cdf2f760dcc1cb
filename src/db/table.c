/* table.c - the catalogue, and walking a table in pieces that fit into memory. */
#include "db/table.h"

#include <string.h>

#include "db/row.h"

#define P1 "$1"
#define P2 P1 ", $2"
#define P3 P2 ", $3"
#define P4 P3 ", $4"
#define P5 P4 ", $5"
#define P6 P5 ", $6"
#define P7 P6 ", $7"
#define P8 P7 ", $8"
#define P9 P8 ", $9"
#define P10 P9 ", $10"
#define P11 P10 ", $11"
#define P12 P11 ", $12"
#define P13 P12 ", $13"

/* A key: how many columns, their names and letters, and the texts made from them. */
#define KEY_1(A, LETTERS) 1, A, LETTERS, "$1", "$2", A " DESC"
#define KEY_2(A, B, LETTERS) 2, A ", " B, LETTERS, "$1, $2", "$3", A " DESC, " B " DESC"
#define KEY_3(A, B, C, LETTERS)                                                                    \
    3, A ", " B ", " C, LETTERS, "$1, $2, $3", "$4", A " DESC, " B " DESC, " C " DESC"
#define KEY_4(A, B, C, D, LETTERS)                                                                 \
    4, A ", " B ", " C ", " D, LETTERS, "$1, $2, $3, $4", "$5",                                    \
        A " DESC, " B " DESC, " C " DESC, " D " DESC"

#define FIRST(WHAT, NAME, KEY) "SELECT " WHAT " FROM " NAME " ORDER BY " KEY " LIMIT $1"
#define NEXT(WHAT, NAME, KEY, AFTER, LIMIT)                                                        \
    "SELECT " WHAT " FROM " NAME " WHERE (" KEY ") > (" AFTER ") ORDER BY " KEY " LIMIT " LIMIT

#define TABLE_TEXTS(NAME, K, KEY, KEY_LETTERS, AFTER, LIMIT, BACKWARDS, N, REST, LETTERS)          \
    .name = NAME, .columns = KEY REST, .types = KEY_LETTERS LETTERS, .n = N, .key = K,             \
    .count = {NAME "_copy_count", "SELECT count(*) FROM " NAME, "", "i"},                          \
    .first = {NAME "_copy_first", FIRST(KEY REST, NAME, KEY), "i", KEY_LETTERS LETTERS},           \
    .next = {NAME "_copy_next", NEXT(KEY REST, NAME, KEY, AFTER, LIMIT), KEY_LETTERS "i",          \
             KEY_LETTERS LETTERS},                                                                 \
    .last = {NAME "_copy_last",                                                                    \
             "SELECT " KEY " FROM " NAME " ORDER BY " BACKWARDS " LIMIT 1", "", KEY_LETTERS},      \
    .insert = {NAME "_copy_insert",                                                                \
               "INSERT INTO " NAME " (" KEY REST ") VALUES (" P##N ")", KEY_LETTERS LETTERS, ""}

#define SIZE_TEXTS(NAME, K, KEY, KEY_LETTERS, AFTER, LIMIT, BACKWARDS, SIZE)                       \
    .first_sizes = {NAME "_copy_first_sizes", FIRST(SIZE, NAME, KEY), "i", "i"},                   \
    .next_sizes = {NAME "_copy_next_sizes", NEXT(SIZE, NAME, KEY, AFTER, LIMIT), KEY_LETTERS "i",  \
                   "i"}

#define BYTES_OF(COLUMN) "CAST(coalesce(length(" COLUMN "), 0) AS BIGINT)"

/* TABLE: all rows are small. LARGE: its bytes are asked for before its rows are. */
#define TABLE(NAME, KEY, N, REST, LETTERS) {TABLE_TEXTS_(NAME, KEY, N, REST, LETTERS)}
#define LARGE(NAME, KEY, N, REST, LETTERS, COLUMN)                                                 \
    {                                                                                              \
        TABLE_TEXTS_(NAME, KEY, N, REST, LETTERS), SIZE_TEXTS_(NAME, KEY, BYTES_OF(COLUMN))        \
    }
#define PASSING(NAME, KEY, N, REST, LETTERS)                                                       \
    {TABLE_TEXTS_(NAME, KEY, N, REST, LETTERS), .passing = true}
/* Once more round, so that the key's macro has become its six pieces. */
#define TABLE_TEXTS_(...) TABLE_TEXTS(__VA_ARGS__)
#define SIZE_TEXTS_(...) SIZE_TEXTS(__VA_ARGS__)

static const struct db_table RECORDS[] = {
    TABLE("setting", KEY_1("key", "t"), 2, ", value", "t"),
    TABLE("organisation", KEY_1("id", "t"), 9,
          ", name, country, procedures, languages, child_authority, focal_point, active, "
          "created_at",
          "ttttiiii"),
    TABLE("user_account", KEY_1("id", "t"), 10,
          ", login, display_name, language, organisation_id, active, is_admin, created_at, "
          "box_public, sign_public",
          "tttTiiibb"),
    TABLE("role", KEY_3("user_id", "organisation_id", "role", "ttt"), 3, "", ""),
    TABLE("team", KEY_1("id", "t"), 6, ", organisation_id, name, generation, box_public, created_at",
          "ttibi"),
    TABLE("membership", KEY_1("id", "t"), 10,
          ", team_id, user_id, state, may, statement, signature, signer_id, created_at, ended_at",
          "ttttbbtiI"),
    TABLE("statement", KEY_3("kind", "subject_id", "generation", "tti"), 7,
          ", statement, signature, signer_id, created_at", "bbti"),
    PASSING("signin", KEY_1("login_hash", "b"), 4, ", failures, last_at, next_at", "iii"),
    TABLE("case_file", KEY_1("id", "t"), 9,
          ", code, organisation_id, team_id, origin, state, created_at, updated_at, created_by",
          "tttttiiT"),
    TABLE("case_team", KEY_2("case_id", "team_id", "tt"), 7,
          ", compartments, since, until, state, updated_at", "tiIti"),
    LARGE("record", KEY_1("id", "t"), 11,
          ", case_id, kind, name, compartment, revision, generation, author_id, created_at, "
          "latest, body",
          "ttttiiTiib", "body"),
    LARGE("partner", KEY_1("id", "t"), 11,
          ", name, country, sequence, expires_at, card, fingerprint, state, pinned_at, pinned_by, "
          "endpoint",
          "ttiibttiTt", "card"),
    TABLE("conversation", KEY_1("handle", "t"), 10,
          ", case_id, partner_id, local_organisation, remote_organisation, direction, state, "
          "created_at, updated_at, due_at",
          "TtttttiiI"),
    LARGE("message", KEY_1("id", "t"), 12,
          ", handle, direction, class, in_reply_to, state, sender_organisation, "
          "recipient_organisation, created_at, due_at, author_id, kept",
          "tttTtttiITB", "kept"),
    TABLE("delivery", KEY_1("message_id", "t"), 10,
          ", partner_id, state, attempts, next_at, deadline_at, lease_until, lease_by, "
          "last_problem, mic",
          "ttiiIITTt"),
    LARGE("delivery_body", KEY_1("message_id", "t"), 2, ", body", "b", "body"),
    LARGE("received", KEY_1("id", "t"), 12,
          ", partner_id, message_id, mic, at, state, class, handle, organisation_id, due_at, "
          "unopened, mdn",
          "tttittttITb", "mdn"),
    LARGE("received_body", KEY_1("id", "t"), 2, ", body", "b", "body"),
    LARGE("evidence", KEY_1("id", "t"), 6, ", message_id, kind, at, signed_by, body", "ttiTb",
          "body"),
    TABLE("contact", KEY_1("id", "t"), 13,
          ", country, body, city, procedures, roles, channels, languages, source, verified_at, "
          "confidential, organisation_id, partner_id",
          "ttttttttTiTT"),
    TABLE("audit_chain", KEY_1("chain", "t"), 2, ", sealed", "i"),
    TABLE("audit_line", KEY_2("chain", "number", "ti"), 3, ", line", "t"),
    TABLE("audit_event", KEY_1("id", "t"), 6, ", chain, number, at, case_id, opening", "tiiTt"),
    TABLE("audit_checkpoint", KEY_1("number", "i"), 3, ", text, signature", "tb"),
    TABLE("erasure", KEY_2("kind", "subject_id", "tt"), 4, ", at, done_at", "iI"),
};

static const struct db_table KEYS[] = {
    TABLE("user_key", KEY_1("user_id", "t"), 10,
          ", password_salt, password_ops, password_mem, verifier, blob, recovery_salt, "
          "recovery_verifier, recovery_blob, changed_at",
          "biibbbbbi"),
    PASSING("session", KEY_1("id_hash", "b"), 7,
            ", user_id, created_at, seen_at, expires_at, blob, agent_hash", "tiiibB"),
    TABLE("team_wrap", KEY_3("team_id", "generation", "user_id", "tit"), 4, ", blob", "b"),
    TABLE("case_wrap", KEY_4("case_id", "compartment", "generation", "holder_id", "ttit"), 8,
          ", holder_kind, holder_generation, how, blob", "titb"),
    TABLE("message_wrap", KEY_4("message_id", "compartment", "generation", "holder_id", "ttit"), 8,
          ", holder_kind, holder_generation, how, blob", "titb"),
    TABLE("organisation_key", KEY_3("organisation_id", "purpose", "generation", "tti"), 6,
          ", certificate, created_at, retired_at", "biI"),
    TABLE("organisation_wrap", KEY_4("organisation_id", "purpose", "generation", "team_id", "ttit"),
          6, ", team_generation, blob", "ib"),
};

enum {
    PIECE_ROWS = 256,               /* asked for at a time */
    PIECE_BYTES = 8 * 1024 * 1024,  /* of large columns; one row may have more */
};

struct db_tables db_tables_of(enum db_store store)
{
    return store == DB_RECORDS ? (struct db_tables){RECORDS, COUNT_OF(RECORDS)}
                               : (struct db_tables){KEYS, COUNT_OF(KEYS)};
}

const struct db_table *db_table_find(enum db_store store, const char *name)
{
    struct db_tables all = db_tables_of(store);
    for (size_t i = 0; i < all.n; i++)
        if (strcmp(all.at[i].name, name) == 0) return &all.at[i];
    return NULL;
}

err db_table_count(struct tx *tx, const struct db_table *table, int64_t *out)
{
    return row_number(tx, &table->count, NULL, 0, 0, out);
}

/* Copies a key out of a row. */
static err place_take(mem *ctx, size_t n, const struct db_value *columns, struct db_place *out)
{
    for (size_t i = 0; i < n; i++) {
        out->key[i] = columns[i];
        if (columns[i].type == DB_TEXT || columns[i].type == DB_BYTES)
            TRY(bytes_copy(ctx, columns[i].bytes, &out->key[i].bytes));
    }
    out->set = true;
    return ERR_OK;
}

struct last {
    size_t key;
    struct db_place place;
};

static err on_last(mem *ctx, const struct db_value *columns, void *arg)
{
    struct last *last = arg;
    return place_take(ctx, last->key, columns, &last->place);
}

err db_table_last(struct tx *tx, mem *ctx, const struct db_table *table, struct db_place *out)
{
    struct last last = {.key = table->key};
    err e = db_one(tx, ctx, &table->last, NULL, 0, on_last, &last);
    if (e.kind != ERR_NOT_FOUND) TRY(e);
    *out = last.place;
    return ERR_OK;
}

/* ---- walking ---- */

struct walk {
    const struct db_table *table;
    struct db_place place; /* where this piece began; the statement looks at it until it ends */
    struct db_place next;
    mem *ctx;     /* holds the next place */
    size_t limit; /* of this piece */
    size_t seen;
    int64_t bytes;
    db_row_fn *fn;
    void *arg;
};

/* How many of the rows to come fit; one always does. */
static err on_size(mem *ctx, const struct db_value *columns, void *arg)
{
    (void)ctx;
    struct walk *walk = arg;
    walk->seen++;
    walk->bytes += columns[0].number;
    if (walk->seen == 1 || walk->bytes <= PIECE_BYTES) walk->limit = walk->seen;
    return ERR_OK;
}

/* The key is kept of a full piece's last row only: a shorter piece is the last one. */
static err on_row(mem *ctx, const struct db_value *columns, void *arg)
{
    struct walk *walk = arg;
    walk->seen++;
    TRY(walk->fn(ctx, columns, walk->arg));
    if (walk->seen < walk->limit) return ERR_OK;
    return place_take(walk->ctx, walk->table->key, columns, &walk->next);
}

/* `first` or `next`, from where the walk is. */
static err piece(struct tx *tx, struct walk *walk, const struct db_query *first,
                 const struct db_query *next, db_row_fn *fn)
{
    struct db_value values[DB_KEY_MOST + 1];
    size_t n = 0, limit = walk->limit;
    MEM_SCOPE(scope, NULL);
    ENSURE_MEM(scope);
    if (walk->place.set)
        for (; n < walk->table->key; n++) values[n] = walk->place.key[n];
    values[n++] = db_int((int64_t)limit);
    walk->seen = 0;
    return db_each(tx, scope, walk->place.set ? next : first, values, n, limit, fn, walk);
}

/* The memory of one piece, which holds where the next one begins. */
static err walk_piece(struct tx *tx, struct walk *walk, mem *ctx, bool *more)
{
    const struct db_table *table = walk->table;
    walk->ctx = ctx;
    walk->limit = PIECE_ROWS;
    walk->bytes = 0;
    if (table->first_sizes.sql != NULL) {
        TRY(piece(tx, walk, &table->first_sizes, &table->next_sizes, on_size));
        *more = walk->seen > 0;
        if (!*more) return ERR_OK;
    }
    TRY(piece(tx, walk, &table->first, &table->next, on_row));
    *more = walk->seen == walk->limit;
    walk->place = walk->next;
    return ERR_OK;
}

err db_table_walk(struct tx *tx, const struct db_table *table, const struct db_place *place,
                  db_row_fn *fn, void *arg)
{
    MEM_SCOPE(scope, NULL);
    ENSURE_MEM(scope);
    struct walk walk = {.table = table, .fn = fn, .arg = arg};
    if (place != NULL) walk.place = *place;
    mem *before = NULL;
    for (bool more = true; more;) {
        mem *now = talloc_new(scope);
        ENSURE_MEM(now);
        TRY(walk_piece(tx, &walk, now, &more));
        talloc_free(before);
        before = now;
    }
    return ERR_OK;
}

err db_table_insert(struct tx *tx, const struct db_table *table, const struct db_value *columns)
{
    return db_exec(tx, &table->insert, columns, table->n, NULL);
}
