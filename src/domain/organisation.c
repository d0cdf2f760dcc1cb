/* organisation.c - making an organisation and its keys; its certificates. */
#include "domain/organisation.h"

#include <string.h>

#include "base/text.h"
#include "crypto/certificate.h"
#include "db/organisation.h"
#include "db/organisation_key.h"
#include "domain/organisation_wrap.h"
#include "domain/statement.h"

enum { ORGANISATION_NAME_MOST = 200, CERTIFICATE_NAME_MOST = 64, WORDS_MOST = 500 };
#define CLOCKS_APART MSEC_DAY

struct making {
    mem *ctx;
    struct node *node;
    const struct actor *actor;
    struct db_organisation organisation;
    struct entitled *entitled;
    size_t n_entitled;
    db_organisation_keys keys;
    struct db_organisation_key key;
    db_organisation_wraps wraps;
    struct audit_event event;
};

const char *organisation_purpose(size_t i)
{
    return i == 0 ? "sign" : compartment_name((enum compartment)(i - 1));
}

static err wish_check(const struct organisation_wish *wish)
{
    ENSURE(!text_empty(wish->name) &&
               !err_failed(text_check(bytes_text(wish->name), ORGANISATION_NAME_MOST)) &&
               strpbrk(wish->name, "\t\r\n") == NULL,
           ERR_INPUT, "an organisation's name is one line of up to 200 bytes");
    ENSURE(!err_failed(text_check(bytes_text(wish->procedures), WORDS_MOST)) &&
               !err_failed(text_check(bytes_text(wish->languages), WORDS_MOST)),
           ERR_INPUT, "procedures and languages are codes with a space between");
    return ERR_OK;
}

static err insert_organisation(struct tx *tx, void *arg)
{
    const struct making *m = arg;
    TRY(db_organisation_insert(tx, &m->organisation));
    return audit_append(tx, m->node->audit, &m->event);
}

err organisation_create(struct node *node, struct actor *actor,
                        const struct organisation_wish *wish, struct id *organisation_id)
{
    TRY(actor_need(actor, CAPABILITY_ORGANISATION_MANAGE));
    TRY(wish_check(wish));
    msec now = node_now(node);
    struct making m = {
        .node = node,
        .actor = actor,
        .organisation = {.id = id_new(now),
                         .name = wish->name,
                         .country = node->settings.country,
                         .procedures = wish->procedures == NULL ? "" : wish->procedures,
                         .languages = wish->languages == NULL ? "" : wish->languages,
                         .child_authority = wish->child_authority,
                         .focal_point = wish->focal_point,
                         .active = true,
                         .created_at = now}};
    m.event = (struct audit_event){.at = now,
                                   .actor_id = actor->user_id,
                                   .action = AUDIT_ORGANISATION_CREATE,
                                   .object = m.organisation.id.text};
    TRY(db_run(node->records, insert_organisation, &m));
    *organisation_id = m.organisation.id;
    return ERR_OK;
}

static err read_organisation(struct tx *tx, void *arg)
{
    struct making *m = arg;
    struct sign_public by;
    err e = signer_verify(tx, m->node, &m->actor->keys->root, m->actor->user_id, &by);
    ENSURE(e.kind != ERR_CRYPTO, ERR_DENIED,
           "you are not appointed: another administrator does that");
    TRY(e);
    e = db_organisation_by_id(tx, m->ctx, m->organisation.id, &m->organisation);
    ENSURE(e.kind != ERR_NOT_FOUND, ERR_NOT_FOUND, "there is no such organisation");
    TRY(e);
    return entitled_read(tx, m->ctx, m->node, m->actor->keys, m->organisation.id, &m->entitled,
                         &m->n_entitled);
}

static err read_keys(struct tx *tx, void *arg)
{
    struct making *m = arg;
    return db_organisation_key_list(tx, m->ctx, m->organisation.id, &m->keys);
}

static bool has_key(const struct making *m, const char *purpose)
{
    for (size_t i = 0; i < m->keys.n; i++) {
        if (m->keys.at[i].retired_at == 0 && text_same(m->keys.at[i].purpose, purpose)) return true;
    }
    return false;
}

static int64_t last_generation(const struct making *m, const char *purpose)
{
    int64_t last = 0;
    for (size_t i = 0; i < m->keys.n; i++) {
        if (m->keys.at[i].generation > last && text_same(m->keys.at[i].purpose, purpose))
            last = m->keys.at[i].generation;
    }
    return last;
}

static err all_have_a_holder(const struct making *m)
{
    for (size_t i = 0; i < ORGANISATION_PURPOSES; i++) {
        const char *purpose = organisation_purpose(i);
        bool held = has_key(m, purpose);
        for (size_t t = 0; t < m->n_entitled && !held; t++)
            held = entitled_to(&m->entitled[t], purpose);
        ENSURE(held, ERR_STATE,
               "no team of this organisation may hold one of its keys: make teams first, which "
               "together may hold all");
    }
    return ERR_OK;
}

/* The certificate's common name is at most 64 characters: the organisation's name, cut between
 * characters. */
static err short_name(mem *ctx, const char *name, const char **out)
{
    size_t n = 0, characters = 0;
    while (name[n] != '\0') {
        size_t next = n + 1;
        while ((name[next] & 0xc0) == 0x80) next++;
        if (++characters > CERTIFICATE_NAME_MOST) break;
        n = next;
    }
    *out = mem_textn(ctx, name, n);
    ENSURE_MEM(*out);
    return ERR_OK;
}

static err certificate_for(struct making *m, const struct private_key *key, const char *purpose,
                           struct bytes *der)
{
    msec now = node_now(m->node);
    bool sign = text_same(purpose, "sign");
    struct certificate *certificate;
    struct certificate_wish wish = {.purpose = sign ? CERTIFICATE_SIGNING : CERTIFICATE_DECRYPTION,
                                    .unit = sign ? NULL : purpose,
                                    .country = m->organisation.country,
                                    .from = now - CLOCKS_APART,
                                    .until = now + ORGANISATION_KEY_DAYS * MSEC_DAY};
    TRY(short_name(m->ctx, m->organisation.name, &wish.name));
    TRY(certificate_make(m->ctx, &wish, key, &certificate));
    *der = certificate_der(certificate);
    return ERR_OK;
}

static err write_key(struct tx *tx, void *arg)
{
    const struct making *m = arg;
    for (size_t i = 0; i < m->wraps.n; i++) TRY(db_organisation_wrap_put(tx, &m->wraps.at[i]));
    return db_organisation_key_insert(tx, &m->key);
}

static err write_event(struct tx *tx, void *arg)
{
    const struct making *m = arg;
    return audit_append(tx, m->node->audit, &m->event);
}

/* One key: generated, certified, wrapped to each team that may hold it, forgotten. */
static err make_key(struct making *m, const char *purpose)
{
    MEM_SCOPE(scope, NULL);
    struct secret_arena *arena;
    struct private_key *key;
    struct secret der;
    m->key = (struct db_organisation_key){.organisation_id = m->organisation.id,
                                          .purpose = purpose,
                                          .generation = last_generation(m, purpose) + 1,
                                          .created_at = node_now(m->node)};
    m->wraps.at = mem_array(scope, struct db_organisation_wrap, m->n_entitled + 1);
    ENSURE_MEM(m->wraps.at);
    m->wraps.n = 0;
    TRY(secret_arena_new(scope, m->node->secrets, &arena));
    TRY(private_key_generate(scope, &key));
    TRY(private_key_write(key, arena, &der));
    TRY(certificate_for(m, key, purpose, &m->key.certificate));
    for (size_t t = 0; t < m->n_entitled; t++) {
        if (!entitled_to(&m->entitled[t], purpose)) continue;
        TRY(organisation_wrap_make(scope, m->actor->keys, &m->entitled[t].target, &m->key, der,
                                   &m->wraps.at[m->wraps.n]));
        m->wraps.n++;
    }
    TRY(db_run(m->node->keys, write_key, m));
    m->event = (struct audit_event){.at = node_now(m->node),
                                    .actor_id = m->actor->user_id,
                                    .action = AUDIT_ORGANISATION_KEY,
                                    .object = m->organisation.id.text,
                                    .detail = purpose};
    return db_run(m->node->records, write_event, m);
}

err organisation_keys_make(struct node *node, struct actor *actor, struct id organisation_id)
{
    TRY(actor_need(actor, CAPABILITY_ORGANISATION_MANAGE));
    MEM_SCOPE(scope, NULL);
    struct making m = {
        .ctx = scope, .node = node, .actor = actor, .organisation = {.id = organisation_id}};
    TRY(db_read(node->records, read_organisation, &m));
    TRY(db_read(node->keys, read_keys, &m));
    TRY(all_have_a_holder(&m));
    for (size_t i = 0; i < ORGANISATION_PURPOSES; i++) {
        if (!has_key(&m, organisation_purpose(i))) TRY(make_key(&m, organisation_purpose(i)));
    }
    return ERR_OK;
}

struct certificate_call {
    mem *ctx;
    struct id organisation_id;
    const char *purpose;
    struct db_organisation_key key;
};

static err read_certificate(struct tx *tx, void *arg)
{
    struct certificate_call *c = arg;
    return db_organisation_key_current(tx, c->ctx, c->organisation_id, c->purpose, &c->key);
}

static err certificate_current(struct node *node, struct id organisation_id, const char *purpose,
                               mem *ctx, const struct certificate **out)
{
    MEM_SCOPE(scope, NULL);
    struct certificate_call c = {
        .ctx = scope, .organisation_id = organisation_id, .purpose = purpose};
    struct certificate *certificate;
    TRY(db_read(node->keys, read_certificate, &c));
    TRY(certificate_read(ctx, c.key.certificate, &certificate));
    *out = certificate;
    return ERR_OK;
}

err organisation_certificate_signing(struct node *node, struct id organisation_id, mem *ctx,
                                     const struct certificate **out)
{
    return certificate_current(node, organisation_id, "sign", ctx, out);
}

err organisation_certificate_for(struct node *node, struct id organisation_id,
                                 enum compartment compartment, mem *ctx,
                                 const struct certificate **out)
{
    return certificate_current(node, organisation_id, compartment_name(compartment), ctx, out);
}
