/* team_members.c - finding, signing and verifying members. */
#include "domain/team_members.h"

#include <string.h>

#include "base/text.h"
#include "domain/user_wish.h"

static err keys_of(const struct db_user *user, struct member *out)
{
    ENSURE(user->box_public.n == BOX_PUBLIC_SIZE && user->sign_public.n == SIGN_PUBLIC_SIZE,
           ERR_STATE, "this person has not activated their account yet");
    memcpy(out->box.p, user->box_public.p, BOX_PUBLIC_SIZE);
    memcpy(out->sign.p, user->sign_public.p, SIGN_PUBLIC_SIZE);
    return ERR_OK;
}

err member_find(struct tx *tx, struct id user_id, struct id organisation_id, struct member *out)
{
    MEM_SCOPE(scope, NULL);
    struct db_user user;
    struct member m = {.user_id = user_id};
    db_memberships rows;
    err e = db_user_by_id(tx, scope, user_id, &user);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_INPUT, "there is no such user");
    TRY(e);
    ENSURE(user.active, ERR_INPUT, "this account is closed");
    TRY(user_roles(tx, &user, &m.roles));
    ENSURE(!role_in(m.roles, ROLE_ADMINISTRATOR), ERR_INPUT,
           "an administrator reads no case, so belongs to no team");
    ENSURE(id_same(user.organisation_id, organisation_id), ERR_INPUT,
           "this person belongs to another organisation");
    TRY(keys_of(&user, &m));
    TRY(db_membership_of_user(tx, scope, user_id, &rows));
    ENSURE(rows.n < ACTOR_TEAMS_MOST, ERR_LIMIT,
           "this person is a member of as many teams as can be");
    *out = m;
    return ERR_OK;
}

err member_sign(mem *ctx, struct node *node, const struct actor *actor, const struct member *member,
                struct id team_id, compartment_set compartments, bool may_send, const char *state,
                struct db_membership *out)
{
    msec now = node_now(node);
    const struct sign_pair *sign;
    struct db_statement signed_row;
    struct db_membership row = {.id = id_new(now),
                                .team_id = team_id,
                                .user_id = member->user_id,
                                .state = state,
                                .signer_id = actor->user_id,
                                .created_at = now};
    struct statement statement = {.type = STATEMENT_MEMBERSHIP,
                                  .user_id = member->user_id,
                                  .sign = member->sign,
                                  .box = member->box,
                                  .roles = member->roles,
                                  .team_id = team_id,
                                  .compartments = compartments,
                                  .may_send = may_send,
                                  .since = now};
    TRY(keys_sign(actor->keys, &sign));
    TRY(statement_sign(ctx, node, sign, actor->user_id, &statement, &signed_row));
    TRY(may_words(ctx, compartments, may_send, &row.may));
    row.statement = signed_row.statement;
    row.signature = signed_row.signature;
    *out = row;
    return ERR_OK;
}

err member_verify(struct tx *tx, const struct node *node, const struct sign_public *root,
                  const struct db_membership *row, struct member *out)
{
    MEM_SCOPE(scope, NULL);
    struct statement statement;
    struct db_user user;
    struct member m = {.membership_id = row->id, .user_id = row->user_id};
    TRY(membership_verify(tx, node, root, row, &statement));
    TRY(db_user_by_id(tx, scope, row->user_id, &user));
    ENSURE(user.active, ERR_CRYPTO, "this account is closed");
    static const char WHAT[] = "the keys of this person are not those that the administrator signed";
    TRY_AS(keys_of(&user, &m), ERR_CRYPTO, WHAT);
    ENSURE(memcmp(m.box.p, statement.box.p, BOX_PUBLIC_SIZE) == 0 &&
               memcmp(m.sign.p, statement.sign.p, SIGN_PUBLIC_SIZE) == 0,
           ERR_CRYPTO, WHAT);
    m.roles = statement.roles;
    *out = m;
    return ERR_OK;
}

err member_wrap(mem *ctx, struct secret team_key, struct id team_id, int64_t generation,
                const struct member *member, struct db_team_wrap *out)
{
    struct db_team_wrap row = {
        .team_id = team_id, .generation = generation, .user_id = member->user_id};
    TRY(team_key_seal(ctx, team_key, team_id, generation, member->user_id, &member->box,
                      &row.blob));
    *out = row;
    return ERR_OK;
}
