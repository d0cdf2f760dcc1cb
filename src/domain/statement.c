/* statement.c - writing, signing, reading and verifying statements. */
#include "domain/statement.h"

#include <string.h>

#include "base/buf.h"
#include "base/encode.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/node.h"
#include "domain/verified.h"

static const char LABEL[] = "opentrm statement";
enum { STATEMENT_MOST = 4096, CHAIN_MOST = 8 };

/* Which members each type has, in one table for writing and reading. */
enum member {
    HAS_USER = 1,
    HAS_SIGN = 2,
    HAS_BOX = 4,
    HAS_ROLES = 8,
    HAS_TEAM = 16,
    HAS_ORGANISATION = 32,
    HAS_MAY = 64,
    HAS_GENERATION = 128,
    HAS_MEMBERSHIP = 256,
};
static const struct {
    const char *name;
    unsigned members;
} TYPES[STATEMENT_TYPES] = {
    [STATEMENT_APPOINTMENT] = {"appointment", HAS_USER | HAS_SIGN | HAS_ROLES},
    [STATEMENT_TEAM] = {"team", HAS_TEAM | HAS_ORGANISATION | HAS_MAY | HAS_BOX},
    [STATEMENT_MEMBERSHIP] = {"membership",
                              HAS_TEAM | HAS_USER | HAS_SIGN | HAS_BOX | HAS_ROLES | HAS_MAY},
    [STATEMENT_TEAM_KEY] = {"team_key", HAS_TEAM | HAS_BOX | HAS_GENERATION | HAS_MEMBERSHIP},
};

const char *statement_type_name(enum statement_type type) { return TYPES[type].name; }

err may_words(mem *ctx, compartment_set compartments, bool may_send, const char **out)
{
    struct buf b;
    buf_init(&b, ctx, 256);
    if (may_send) buf_add_text(&b, "send ");
    for (unsigned c = 0; c < COMPARTMENTS; c++) {
        if ((compartments & COMPARTMENT_BIT(c)) != 0)
            buf_addf(&b, "%s ", compartment_name((enum compartment)c));
    }
    if (b.n > 0) b.n--; /* the last space */
    return buf_text(&b, out);
}

err may_read(const char *words, compartment_set *compartments, bool *may_send)
{
    MEM_SCOPE(scope, NULL);
    compartment_set set = 0;
    bool send = false;
    const char *word;
    for (;;) {
        TRY(text_split(scope, &words, ' ', &word));
        if (word == NULL) break;
        enum compartment c;
        if (text_same(word, "send")) {
            send = true;
            continue;
        }
        TRY(compartment_parse(word, &c));
        set |= COMPARTMENT_BIT(c);
    }
    *compartments = set;
    *may_send = send;
    return ERR_OK;
}

static err put_key(mem *scope, json_t *object, const char *name, const uint8_t *p)
{
    const char *text;
    TRY(encode_base64url(scope, bytes_of(p, 32), &text));
    return json_put(object, name, json_string(text));
}

static err get_key(mem *scope, const json_t *object, const char *name, uint8_t *p)
{
    const char *text;
    struct bytes b;
    TRY(json_get_text(object, name, &text));
    TRY(decode_base64url(scope, text, &b));
    ENSURE(b.n == 32, ERR_INPUT, "a public key of a wrong size");
    memcpy(p, b.p, 32);
    return ERR_OK;
}

static err get_id(const json_t *object, const char *name, struct id *out)
{
    const char *text;
    TRY(json_get_text(object, name, &text));
    return id_parse(text, out);
}

static err role_words(mem *ctx, role_set roles, const char **out)
{
    struct buf b;
    buf_init(&b, ctx, 1024);
    for (unsigned r = 0; r < ROLES; r++) {
        if (role_in(roles, (enum role)r))
            buf_addf(&b, "%s%s", b.n > 0 ? " " : "", role_name((enum role)r));
    }
    return buf_text(&b, out);
}

static err role_words_read(mem *scope, const char *words, role_set *out)
{
    role_set set = 0, one = 0;
    const char *word;
    for (;;) {
        TRY(text_split(scope, &words, ' ', &word));
        if (word == NULL) break;
        TRY(role_parse(word, &one));
        set |= one;
    }
    *out = set;
    return ERR_OK;
}

/* The one text of a statement. Verifying writes it again from what was read, so there is no second
 * way to write the same. */
static err statement_text(mem *ctx, const struct node *node, const struct statement *s,
                          struct bytes *out)
{
    unsigned has = TYPES[s->type].members;
    const char *words;
    JSON_SCOPE(o) = json_object();
    ENSURE_MEM(o);
    TRY(json_put(o, "type", json_string(TYPES[s->type].name)));
    TRY(json_put(o, "node", json_string(node->settings.id)));
    TRY(json_put(o, "since", json_integer(s->since)));
    if (has & HAS_USER) TRY(json_put(o, "user", json_string(s->user_id.text)));
    if (has & HAS_SIGN) TRY(put_key(ctx, o, "sign", s->sign.p));
    if (has & HAS_BOX) TRY(put_key(ctx, o, "box", s->box.p));
    if (has & HAS_TEAM) TRY(json_put(o, "team", json_string(s->team_id.text)));
    if (has & HAS_ORGANISATION)
        TRY(json_put(o, "organisation", json_string(s->organisation_id.text)));
    if (has & HAS_GENERATION) TRY(json_put(o, "generation", json_integer(s->generation)));
    if (has & HAS_MEMBERSHIP) TRY(json_put(o, "membership", json_string(s->membership_id.text)));
    if (has & HAS_ROLES) {
        TRY(role_words(ctx, s->roles, &words));
        TRY(json_put(o, "roles", json_string(words)));
    }
    if (has & HAS_MAY) {
        TRY(may_words(ctx, s->compartments, s->may_send, &words));
        TRY(json_put(o, "may", json_string(words)));
    }
    return json_write(ctx, o, out);
}

static err statement_members(mem *scope, const json_t *o, enum statement_type type,
                             struct statement *s)
{
    unsigned has = TYPES[type].members;
    const char *words;
    s->type = type;
    TRY(json_get_number(o, "since", &s->since));
    if (has & HAS_USER) TRY(get_id(o, "user", &s->user_id));
    if (has & HAS_SIGN) TRY(get_key(scope, o, "sign", s->sign.p));
    if (has & HAS_BOX) TRY(get_key(scope, o, "box", s->box.p));
    if (has & HAS_TEAM) TRY(get_id(o, "team", &s->team_id));
    if (has & HAS_ORGANISATION) TRY(get_id(o, "organisation", &s->organisation_id));
    if (has & HAS_GENERATION) TRY(json_get_number(o, "generation", &s->generation));
    if (has & HAS_MEMBERSHIP) TRY(get_id(o, "membership", &s->membership_id));
    if (has & HAS_ROLES) {
        TRY(json_get_text(o, "roles", &words));
        TRY(role_words_read(scope, words, &s->roles));
    }
    if (has & HAS_MAY) {
        TRY(json_get_text(o, "may", &words));
        TRY(may_read(words, &s->compartments, &s->may_send));
    }
    return ERR_OK;
}

err statement_sign(mem *ctx, const struct node *node, const struct sign_pair *pair,
                   struct id signer_id, const struct statement *statement, struct db_statement *out)
{
    struct signature *signature = mem_new(ctx, struct signature);
    ENSURE_MEM(signature);
    struct db_statement row = {
        .kind = TYPES[statement->type].name,
        .subject_id =
            statement->type == STATEMENT_APPOINTMENT ? statement->user_id : statement->team_id,
        .generation = statement->type == STATEMENT_TEAM_KEY ? statement->generation : 1,
        .signer_id = signer_id,
        .created_at = statement->since};
    TRY(statement_text(ctx, node, statement, &row.statement));
    TRY(sign_message(pair, LABEL, row.statement, signature));
    row.signature = bytes_of(signature->p, SIGNATURE_SIZE);
    *out = row;
    return ERR_OK;
}

err statement_verify(const struct node *node, const struct sign_public *by,
                     enum statement_type type, struct bytes text, struct bytes signature,
                     struct statement *out)
{
    static const char WHAT[] = "a signed statement that can't be read";
    MEM_SCOPE(scope, NULL);
    ENSURE(text.n <= STATEMENT_MOST && signature.n == SIGNATURE_SIZE, ERR_CRYPTO, WHAT);
    struct signature s;
    memcpy(s.p, signature.p, SIGNATURE_SIZE);
    TRY(verified_sign(node->verified, by, LABEL, text, &s));
    JSON_SCOPE(o) = NULL;
    TRY_AS(json_read(text, STATEMENT_MOST, &o), ERR_CRYPTO, WHAT);
    struct statement read = {0};
    TRY_AS(statement_members(scope, o, type, &read), ERR_CRYPTO, WHAT);
    struct bytes again;
    TRY(statement_text(scope, node, &read, &again));
    ENSURE(bytes_equal(again, text), ERR_CRYPTO,
           "a signed statement of another kind, or for another node");
    *out = read;
    return ERR_OK;
}

err statement_may(struct bytes text, compartment_set *compartments, bool *may_send)
{
    JSON_SCOPE(o) = NULL;
    const char *words;
    TRY(json_read(text, STATEMENT_MOST, &o));
    TRY(json_get_text(o, "may", &words));
    return may_read(words, compartments, may_send);
}

err signer_verify(struct tx *tx, const struct node *node, const struct sign_public *root,
                  struct id administrator, struct sign_public *out)
{
    static const char WHAT[] = "the signer is no administrator of this node";
    MEM_SCOPE(scope, NULL);
    /* Upwards: who appointed whom, until the root. Then downwards: verify each with the key above
     * it. */
    struct db_statement chain[CHAIN_MOST];
    size_t n = 0;
    struct id who = administrator;
    for (;;) {
        ENSURE(n < CHAIN_MOST, ERR_CRYPTO, WHAT);
        err e = db_statement_latest(tx, scope, "appointment", who, &chain[n]);
        ENSURE(e.kind != ERR_NOT_FOUND, ERR_CRYPTO, WHAT);
        TRY(e);
        n++;
        if (id_same(chain[n - 1].signer_id, who)) break;
        who = chain[n - 1].signer_id;
    }
    struct sign_public by = *root;
    struct statement s = {0};
    while (n > 0) {
        const struct db_statement *link = &chain[--n];
        TRY(statement_verify(node, &by, STATEMENT_APPOINTMENT, link->statement, link->signature,
                             &s));
        ENSURE(id_same(s.user_id, link->subject_id) && role_in(s.roles, ROLE_ADMINISTRATOR),
               ERR_CRYPTO, WHAT);
        by = s.sign;
    }
    *out = by;
    return ERR_OK;
}

err membership_verify(struct tx *tx, const struct node *node, const struct sign_public *root,
                      const struct db_membership *row, struct statement *out)
{
    struct sign_public by;
    struct statement s;
    TRY(signer_verify(tx, node, root, row->signer_id, &by));
    TRY(statement_verify(node, &by, STATEMENT_MEMBERSHIP, row->statement, row->signature, &s));
    ENSURE(id_same(s.team_id, row->team_id) && id_same(s.user_id, row->user_id), ERR_CRYPTO,
           "the statement is about another membership");
    *out = s;
    return ERR_OK;
}

err member_sign_verify(struct tx *tx, const struct node *node, const struct sign_public *root,
                       struct id user_id, struct sign_public *out)
{
    MEM_SCOPE(scope, NULL);
    db_memberships rows;
    struct statement s;
    TRY(db_membership_ever_of_user(tx, scope, user_id, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        err e = membership_verify(tx, node, root, &rows.at[i], &s);
        if (e.kind == ERR_CRYPTO) continue;
        TRY(e);
        *out = s.sign;
        return ERR_OK;
    }
    FAIL(ERR_CRYPTO, "the signer is no member of a team of this node");
}

/* The later public key of a team: by somebody whom an administrator made a member of it. */
static err team_key_verify(struct tx *tx, const struct node *node, const struct sign_public *root,
                           const struct db_team *team, int64_t generation, struct box_public *out)
{
    MEM_SCOPE(scope, NULL);
    struct db_statement row;
    struct db_membership signer;
    struct statement membership, key;
    err e = db_statement_get(tx, scope, "team_key", team->id, generation, &row);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_CRYPTO, "nobody signed this team's key");
    TRY(e);
    /* Which membership it claims is read before it is verified; then it is verified with that
     * member's key. */
    JSON_SCOPE(o) = NULL;
    struct id membership_id;
    TRY_AS(json_read(row.statement, STATEMENT_MOST, &o), ERR_CRYPTO, "nobody signed this team's key");
    TRY_AS(get_id(o, "membership", &membership_id), ERR_CRYPTO, "nobody signed this team's key");
    e = db_membership_by_id(tx, scope, membership_id, &signer);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_CRYPTO, "this team's key was signed by no member");
    TRY(e);
    TRY(membership_verify(tx, node, root, &signer, &membership));
    TRY(statement_verify(node, &membership.sign, STATEMENT_TEAM_KEY, row.statement, row.signature,
                         &key));
    ENSURE(id_same(key.team_id, team->id) && id_same(signer.team_id, team->id) &&
               key.generation == generation,
           ERR_CRYPTO, "the statement is about another team");
    *out = key.box;
    return ERR_OK;
}

/* What an administrator said of the team, with the public key of that generation. */
static err team_verify_at(struct tx *tx, const struct node *node, const struct sign_public *root,
                          const struct db_team *team, int64_t generation, struct statement *out)
{
    MEM_SCOPE(scope, NULL);
    struct db_statement row;
    struct sign_public by;
    struct statement s;
    err e = db_statement_latest(tx, scope, "team", team->id, &row);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_CRYPTO, "nobody signed this team");
    TRY(e);
    TRY(signer_verify(tx, node, root, row.signer_id, &by));
    TRY(statement_verify(node, &by, STATEMENT_TEAM, row.statement, row.signature, &s));
    ENSURE(id_same(s.team_id, team->id) && id_same(s.organisation_id, team->organisation_id),
           ERR_CRYPTO, "the statement is about another team");
    if (generation != 1) TRY(team_key_verify(tx, node, root, team, generation, &s.box));
    s.generation = generation;
    *out = s;
    return ERR_OK;
}

err team_box_verify(struct tx *tx, const struct node *node, const struct sign_public *root,
                    const struct db_team *team, int64_t generation, struct box_public *out)
{
    struct statement s;
    TRY(team_verify_at(tx, node, root, team, generation, &s));
    *out = s.box;
    return ERR_OK;
}

err team_verify(struct tx *tx, const struct node *node, const struct sign_public *root,
                const struct db_team *team, struct statement *out)
{
    struct statement s;
    TRY(team_verify_at(tx, node, root, team, team->generation, &s));
    ENSURE(bytes_equal(bytes_of(s.box.p, BOX_PUBLIC_SIZE), team->box_public), ERR_CRYPTO,
           "this team's public key is not the one that was signed");
    *out = s;
    return ERR_OK;
}
