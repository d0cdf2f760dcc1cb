/* partner.c - pinned nodes. */
#include "db/partner.h"

#include "db/row.h"

#define COLUMNS                                                                                    \
    "id, name, country, sequence, expires_at, card, fingerprint, state, pinned_at, pinned_by,"     \
    " endpoint"
#define OUT "tttiibttiTt"

static const struct db_field FIELDS[] = {
    DB_FIELD(TEXT, struct db_partner, id),          DB_FIELD(TEXT, struct db_partner, name),
    DB_FIELD(TEXT, struct db_partner, country),     DB_FIELD(INT, struct db_partner, sequence),
    DB_FIELD(INT, struct db_partner, expires_at),   DB_FIELD(BYTES, struct db_partner, card),
    DB_FIELD(TEXT, struct db_partner, fingerprint), DB_FIELD(TEXT, struct db_partner, state),
    DB_FIELD(INT, struct db_partner, pinned_at),    DB_FIELD(ID, struct db_partner, pinned_by),
    DB_FIELD(TEXT, struct db_partner, endpoint),
};
#define SHAPE DB_SHAPE(struct db_partner, FIELDS)

static const struct db_query PUT = {
    "partner_put",
    "INSERT INTO partner (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    " ON CONFLICT (id) DO UPDATE SET name = excluded.name, country = excluded.country,"
    " sequence = excluded.sequence, expires_at = excluded.expires_at, card = excluded.card,"
    " fingerprint = excluded.fingerprint, state = excluded.state, pinned_at = excluded.pinned_at,"
    " pinned_by = excluded.pinned_by, endpoint = excluded.endpoint"
    " WHERE excluded.sequence > partner.sequence"
    " OR (partner.state = 'revoked' AND excluded.sequence = partner.sequence)",
    OUT,
    "",
};
static const struct db_query BY_ID = {
    "partner_by_id",
    "SELECT " COLUMNS " FROM partner WHERE id = $1",
    "t",
    OUT,
};
static const struct db_query ALL = {
    "partner_list",
    "SELECT " COLUMNS " FROM partner ORDER BY id",
    "",
    OUT,
};
static const struct db_query REVOKE = {
    "partner_revoke",
    "UPDATE partner SET state = 'revoked' WHERE id = $1",
    "t",
    "",
};

err db_partner_put(struct tx *tx, const struct db_partner *row)
{
    struct db_value values[COUNT_OF(FIELDS)];
    row_values(SHAPE, row, values);
    return row_change(tx, &PUT, values, COUNT_OF(values), ERR_CONFLICT,
                      "a card with this sequence number or a later one is known already");
}

err db_partner_by_id(struct tx *tx, mem *ctx, const char *id, struct db_partner *out)
{
    struct db_value values[] = {db_text(id)};
    return row_one(tx, ctx, &BY_ID, values, 1, SHAPE, out);
}

err db_partner_list(struct tx *tx, mem *ctx, db_partners *out)
{
    return ROW_LIST(tx, ctx, &ALL, NULL, 0, SHAPE, 500, true, out);
}

err db_partner_revoke(struct tx *tx, const char *id)
{
    struct db_value values[] = {db_text(id)};
    return row_change(tx, &REVOKE, values, 1, ERR_NOT_FOUND, "there is no such partner");
}
