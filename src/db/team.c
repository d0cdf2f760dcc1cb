/* team.c - teams and memberships. */
#include "db/team.h"

#include "db/row.h"

#define COLUMNS "id, organisation_id, name, generation, box_public, created_at"
#define OUT "tttibi"

static const struct db_field FIELDS[] = {
    DB_FIELD(ID, struct db_team, id),
    DB_FIELD(ID, struct db_team, organisation_id),
    DB_FIELD(TEXT, struct db_team, name),
    DB_FIELD(INT, struct db_team, generation),
    DB_FIELD(BYTES, struct db_team, box_public),
    DB_FIELD(INT, struct db_team, created_at),
};
#define SHAPE DB_SHAPE(struct db_team, FIELDS)

static const struct db_query INSERT = {
    "team_insert",
    "INSERT INTO team (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    OUT,
    "",
};
static const struct db_query ROTATE = {
    "team_rotate",
    "UPDATE team SET generation = $2, box_public = $3 WHERE id = $1 AND generation < $2",
    "tib",
    "",
};
static const struct db_query BY_ID = {
    "team_by_id",
    "SELECT " COLUMNS " FROM team WHERE id = $1",
    "t",
    OUT,
};
static const struct db_query ALL = {
    "team_list",
    "SELECT " COLUMNS " FROM team ORDER BY organisation_id, name, id",
    "",
    OUT,
};
static const struct db_query OF_ORGANISATION = {
    "team_of_organisation",
    "SELECT " COLUMNS " FROM team WHERE organisation_id = $1 ORDER BY name, id",
    "t",
    OUT,
};

err db_team_insert(struct tx *tx, const struct db_team *row)
{
    return row_insert(tx, &INSERT, SHAPE, row);
}

err db_team_rotate(struct tx *tx, struct id team_id, int64_t generation, struct bytes box_public)
{
    struct db_value values[] = {value_id(&team_id), db_int(generation), db_bytes(box_public)};
    return row_change(tx, &ROTATE, values, COUNT_OF(values), ERR_CONFLICT,
                      "the team has another key by now");
}

err db_team_by_id(struct tx *tx, mem *ctx, struct id id, struct db_team *out)
{
    struct db_value values[] = {value_id(&id)};
    return row_one(tx, ctx, &BY_ID, values, 1, SHAPE, out);
}

err db_team_list(struct tx *tx, mem *ctx, db_teams *out)
{
    return ROW_LIST(tx, ctx, &ALL, NULL, 0, SHAPE, 500, true, out);
}

err db_team_of_organisation(struct tx *tx, mem *ctx, struct id organisation_id, db_teams *out)
{
    struct db_value values[] = {value_id(&organisation_id)};
    return ROW_LIST(tx, ctx, &OF_ORGANISATION, values, 1, SHAPE, 500, true, out);
}

#define MEMBERSHIP_COLUMNS                                                                         \
    "id, team_id, user_id, state, may, statement, signature, signer_id, created_at, ended_at"
#define MEMBERSHIP_OUT "tttttbbtiI"

static const struct db_field MEMBERSHIP_FIELDS[] = {
    DB_FIELD(ID, struct db_membership, id),
    DB_FIELD(ID, struct db_membership, team_id),
    DB_FIELD(ID, struct db_membership, user_id),
    DB_FIELD(TEXT, struct db_membership, state),
    DB_FIELD(TEXT, struct db_membership, may),
    DB_FIELD(BYTES, struct db_membership, statement),
    DB_FIELD(BYTES, struct db_membership, signature),
    DB_FIELD(ID, struct db_membership, signer_id),
    DB_FIELD(INT, struct db_membership, created_at),
    DB_FIELD(TIME, struct db_membership, ended_at),
};
#define MEMBERSHIP_SHAPE DB_SHAPE(struct db_membership, MEMBERSHIP_FIELDS)

static const struct db_query MEMBERSHIP_INSERT = {
    "membership_insert",
    "INSERT INTO membership (" MEMBERSHIP_COLUMNS ")"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
    MEMBERSHIP_OUT,
    "",
};
static const struct db_query MEMBERSHIP_ACTIVATE = {
    "membership_activate",
    "UPDATE membership SET state = 'active' WHERE id = $1 AND state = 'pending'",
    "t",
    "",
};
static const struct db_query MEMBERSHIP_END = {
    "membership_end",
    "UPDATE membership SET state = 'ended', ended_at = $2 WHERE id = $1 AND state <> 'ended'",
    "ti",
    "",
};
static const struct db_query MEMBERSHIP_BY_ID = {
    "membership_by_id",
    "SELECT " MEMBERSHIP_COLUMNS " FROM membership WHERE id = $1",
    "t",
    MEMBERSHIP_OUT,
};
static const struct db_query MEMBERSHIP_OF_USER = {
    "membership_of_user",
    "SELECT " MEMBERSHIP_COLUMNS " FROM membership WHERE user_id = $1 AND state <> 'ended'"
    " ORDER BY team_id",
    "t",
    MEMBERSHIP_OUT,
};
static const struct db_query MEMBERSHIP_EVER_OF_USER = {
    "membership_ever_of_user",
    "SELECT " MEMBERSHIP_COLUMNS " FROM membership WHERE user_id = $1 ORDER BY id DESC",
    "t",
    MEMBERSHIP_OUT,
};
static const struct db_query MEMBERSHIP_OF_TEAM = {
    "membership_of_team",
    "SELECT " MEMBERSHIP_COLUMNS " FROM membership WHERE team_id = $1 AND state <> 'ended'"
    " ORDER BY id",
    "t",
    MEMBERSHIP_OUT,
};

err db_membership_insert(struct tx *tx, const struct db_membership *row)
{
    return row_insert(tx, &MEMBERSHIP_INSERT, MEMBERSHIP_SHAPE, row);
}

err db_membership_activate(struct tx *tx, struct id id)
{
    struct db_value values[] = {value_id(&id)};
    return row_change(tx, &MEMBERSHIP_ACTIVATE, values, 1, ERR_CONFLICT,
                      "this membership does not wait any more");
}

err db_membership_end(struct tx *tx, struct id id, msec at)
{
    struct db_value values[] = {value_id(&id), db_int(at)};
    return row_change(tx, &MEMBERSHIP_END, values, 2, ERR_CONFLICT,
                      "this membership has ended already");
}

err db_membership_by_id(struct tx *tx, mem *ctx, struct id id, struct db_membership *out)
{
    struct db_value values[] = {value_id(&id)};
    return row_one(tx, ctx, &MEMBERSHIP_BY_ID, values, 1, MEMBERSHIP_SHAPE, out);
}

err db_membership_of_user(struct tx *tx, mem *ctx, struct id user_id, db_memberships *out)
{
    struct db_value values[] = {value_id(&user_id)};
    return ROW_LIST(tx, ctx, &MEMBERSHIP_OF_USER, values, 1, MEMBERSHIP_SHAPE, 500, true, out);
}

err db_membership_ever_of_user(struct tx *tx, mem *ctx, struct id user_id, db_memberships *out)
{
    struct db_value values[] = {value_id(&user_id)};
    return ROW_LIST(tx, ctx, &MEMBERSHIP_EVER_OF_USER, values, 1, MEMBERSHIP_SHAPE, 500, false,
                    out);
}

err db_membership_of_team(struct tx *tx, mem *ctx, struct id team_id, db_memberships *out)
{
    struct db_value values[] = {value_id(&team_id)};
    return ROW_LIST(tx, ctx, &MEMBERSHIP_OF_TEAM, values, 1, MEMBERSHIP_SHAPE, 500, true, out);
}
