/* contact.c - the directory. */
#include "db/contact.h"

#include <string.h>

#include "db/row.h"

#define COLUMNS                                                                                    \
    "id, country, body, city, procedures, roles, channels, languages, source, verified_at,"        \
    " confidential, organisation_id, partner_id"
#define OUT "tttttttttTiTT"
#define SEARCHED_MOST 20000 /* entries looked at for one search */

static const struct db_field FIELDS[] = {
    DB_FIELD(ID, struct db_contact, id),
    DB_FIELD(TEXT, struct db_contact, country),
    DB_FIELD(TEXT, struct db_contact, body),
    DB_FIELD(TEXT, struct db_contact, city),
    DB_FIELD(TEXT, struct db_contact, procedures),
    DB_FIELD(TEXT, struct db_contact, roles),
    DB_FIELD(TEXT, struct db_contact, channels),
    DB_FIELD(TEXT, struct db_contact, languages),
    DB_FIELD(TEXT, struct db_contact, source),
    DB_FIELD(TEXT, struct db_contact, verified_at),
    DB_FIELD(FLAG, struct db_contact, confidential),
    DB_FIELD(TEXT, struct db_contact, organisation_id),
    DB_FIELD(TEXT, struct db_contact, partner_id),
};
#define SHAPE DB_SHAPE(struct db_contact, FIELDS)
enum { PROCEDURES_COLUMN = 4 };

static const struct db_query INSERT = {
    "contact_insert",
    "INSERT INTO contact (" COLUMNS ")"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
    OUT,
    "",
};
static const struct db_query BY_ID = {
    "contact_by_id",
    "SELECT " COLUMNS " FROM contact WHERE id = $1",
    "t",
    OUT,
};
#define REACHABLE_FIRST " ORDER BY CASE WHEN organisation_id IS NULL THEN 1 ELSE 0 END, body, id"
static const struct db_query ALL = {
    "contact_all",
    "SELECT " COLUMNS " FROM contact" REACHABLE_FIRST,
    "",
    OUT,
};
static const struct db_query OF_COUNTRY = {
    "contact_of_country",
    "SELECT " COLUMNS " FROM contact WHERE country = $1" REACHABLE_FIRST,
    "t",
    OUT,
};
static const struct db_query CLEAR_OWN = {
    "contact_clear_own",
    "DELETE FROM contact WHERE partner_id IS NULL",
    "",
    "",
};
static const struct db_query CLEAR_PARTNER = {
    "contact_clear_partner",
    "DELETE FROM contact WHERE partner_id = $1",
    "t",
    "",
};
static const struct db_query COUNTRIES = {
    "contact_countries",
    "SELECT DISTINCT country FROM contact ORDER BY country",
    "",
    "t",
};

err db_contact_insert(struct tx *tx, const struct db_contact *row)
{
    return row_insert(tx, &INSERT, SHAPE, row);
}

err db_contact_by_id(struct tx *tx, mem *ctx, struct id id, struct db_contact *out)
{
    struct db_value values[] = {value_id(&id)};
    return row_one(tx, ctx, &BY_ID, values, 1, SHAPE, out);
}

struct search {
    const char *procedure;
    size_t limit;
    VEC(struct db_contact) found;
    bool more;
};

/* Is `word` one of the words of the list? */
static bool word_in(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = list; (at = strstr(at, word)) != NULL; at += n) {
        bool begins = at == list || at[-1] == ' ';
        if (begins && (at[n] == ' ' || at[n] == '\0')) return true;
    }
    return false;
}

static err on_contact(mem *ctx, const struct db_value *columns, void *arg)
{
    struct search *search = arg;
    const char *procedures = (const char *)columns[PROCEDURES_COLUMN].bytes.p;
    if (search->procedure != NULL && !word_in(procedures, search->procedure)) return ERR_OK;
    if (search->found.n == search->limit) {
        search->more = true;
        return ERR_OK;
    }
    struct db_contact row = {0};
    TRY(row_read(ctx, SHAPE, columns, &row));
    return vec_push(ctx, &search->found, row, search->limit);
}

err db_contact_search(struct tx *tx, mem *ctx, const char *country, const char *procedure,
                      size_t limit, db_contacts *out)
{
    ENSURE(limit >= 1 && limit <= DB_CONTACTS_MOST, ERR_BUG, "a page of impossible length");
    ENSURE(procedure == NULL || procedure[0] != '\0', ERR_INPUT, "a procedure without a name");
    struct search search = {.procedure = procedure, .limit = limit};
    struct db_value values[] = {db_text(country)};
    bool any = country == NULL;
    TRY(db_each(tx, ctx, any ? &ALL : &OF_COUNTRY, values, any ? 0 : 1, SEARCHED_MOST, on_contact,
                &search));
    out->at = search.found.at;
    out->n = search.found.n;
    out->more = search.more;
    return ERR_OK;
}

err db_contact_clear(struct tx *tx, const char *partner_id)
{
    struct db_value values[] = {db_text(partner_id)};
    if (partner_id == NULL) return db_exec(tx, &CLEAR_OWN, NULL, 0, NULL);
    return db_exec(tx, &CLEAR_PARTNER, values, 1, NULL);
}

static const struct db_field COUNTRY_FIELDS[] = {DB_FIELD(TEXT, struct db_country, code)};

err db_contact_countries(struct tx *tx, mem *ctx, db_countries *out)
{
    return ROW_LIST(tx, ctx, &COUNTRIES, NULL, 0, DB_SHAPE(struct db_country, COUNTRY_FIELDS), 300,
                    true, out);
}
