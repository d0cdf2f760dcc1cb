/* contact.c - searching the directory, and importing one. */
#include "domain/contact.h"

#include "audit/audit.h"
#include "db/contact.h"
#include "domain/contact_csv.h"
#include "domain/node.h"

#define CONTACT_PAGE 200
#define CHANNELS_MAX 16384

/* The channels of an entry: members of one JSON object in the store, beside its names by language. */
static const struct {
    const char *member;
    size_t offset;
} CHANNELS[] = {
    {"telephone", offsetof(struct contact, telephone)},
    {"fax", offsetof(struct contact, fax)},
    {"email", offsetof(struct contact, email)},
    {"address", offsetof(struct contact, address)},
    {"hours", offsetof(struct contact, hours)},
};

static err from_row(mem *ctx, const struct db_contact *row, struct contact *out)
{
    struct contact c = {
        .id = row->id,
        .country = row->country,
        .body = row->body,
        .city = row->city,
        .procedures = row->procedures,
        .roles = row->roles,
        .languages = row->languages,
        .source = row->source,
        .verified = row->verified_at == NULL ? "" : row->verified_at,
        .organisation_id = row->organisation_id,
        .partner_id = row->partner_id,
    };
    JSON_SCOPE(channels) = NULL;
    TRY(json_read(bytes_text(row->channels), CHANNELS_MAX, &channels));
    for (size_t i = 0; i < COUNT_OF(CHANNELS); i++) {
        const char *text = mem_text(ctx, json_text_or(channels, CHANNELS[i].member, ""));
        ENSURE_MEM(text);
        *(const char **)(void *)((char *)&c + CHANNELS[i].offset) = text;
    }
    json_t *names = json_object_get(channels, "names");
    if (json_is_object(names)) {
        TRY(json_keep(ctx, json_incref(names)));
        c.names = names;
    }
    *out = c;
    return ERR_OK;
}

struct search {
    mem *ctx;
    const char *country, *procedure;
    struct id id;
    struct contact_list list;
    struct contact one;
    db_countries countries;
};

static err search(struct tx *tx, void *arg)
{
    struct search *s = arg;
    db_contacts rows;
    TRY(db_contact_search(tx, s->ctx, s->country, s->procedure, CONTACT_PAGE, &rows));
    struct contact *at = mem_array(s->ctx, struct contact, rows.n + 1);
    ENSURE_MEM(at);
    for (size_t i = 0; i < rows.n; i++) TRY(from_row(s->ctx, &rows.at[i], &at[i]));
    s->list = (struct contact_list){at, rows.n};
    return ERR_OK;
}

err contact_search(struct node *node, mem *ctx, const char *country, const char *procedure,
                   struct contact_list *out)
{
    struct search s = {.ctx = ctx, .country = country, .procedure = procedure};
    TRY(db_read(node->records, search, &s));
    *out = s.list;
    return ERR_OK;
}

static err get(struct tx *tx, void *arg)
{
    struct search *s = arg;
    struct db_contact row;
    TRY(db_contact_by_id(tx, s->ctx, s->id, &row));
    return from_row(s->ctx, &row, &s->one);
}

err contact_get(struct node *node, mem *ctx, struct id id, struct contact *out)
{
    struct search s = {.ctx = ctx, .id = id};
    TRY(db_read(node->records, get, &s));
    *out = s.one;
    return ERR_OK;
}

static err countries(struct tx *tx, void *arg)
{
    struct search *s = arg;
    return db_contact_countries(tx, s->ctx, &s->countries);
}

err contact_countries(struct node *node, mem *ctx, json_t **out)
{
    struct search s = {.ctx = ctx};
    TRY(db_read(node->records, countries, &s));
    json_t *list = json_array();
    TRY(json_keep(ctx, list));
    for (size_t i = 0; i < s.countries.n; i++) TRY(json_add(list, json_string(s.countries.at[i].code)));
    *out = list;
    return ERR_OK;
}

struct import {
    struct node *node;
    struct db_contact *rows;
    size_t n;
};

static err replace_own(struct tx *tx, void *arg)
{
    const struct import *m = arg;
    TRY(db_contact_clear(tx, NULL));
    for (size_t i = 0; i < m->n; i++) TRY(db_contact_insert(tx, &m->rows[i]));
    const struct audit_event event = {.at = node_now(m->node), .action = AUDIT_DIRECTORY_IMPORT};
    return audit_append(tx, m->node->audit, &event);
}

static err channels_json(mem *ctx, const struct contact *c, const char **out)
{
    JSON_SCOPE(channels) = json_object();
    ENSURE_MEM(channels);
    for (size_t i = 0; i < COUNT_OF(CHANNELS); i++) {
        const char *text = *(const char *const *)(const void *)((const char *)c + CHANNELS[i].offset);
        if (*text != '\0') TRY(json_put(channels, CHANNELS[i].member, json_string(text)));
    }
    if (c->names != NULL) TRY(json_put(channels, "names", json_deep_copy(c->names)));
    struct bytes bytes;
    TRY(json_write(ctx, channels, &bytes));
    ENSURE(bytes.n <= CHANNELS_MAX, ERR_LIMIT, "an entry of the directory is longer than allowed");
    *out = (const char *)bytes.p;
    return ERR_OK;
}

err contact_import(struct node *node, struct bytes csv, mem *ctx, size_t *count, const char **problem)
{
    struct contact_rows in;
    *problem = NULL;
    TRY(contact_csv_read(ctx, csv, &in, problem));
    struct import m = {.node = node, .rows = mem_array(ctx, struct db_contact, in.n + 1), .n = in.n};
    ENSURE_MEM(m.rows);
    for (size_t i = 0; i < in.n; i++) {
        const struct contact *c = &in.at[i];
        m.rows[i] = (struct db_contact){
            .id = id_new(node_now(node)),
            .country = c->country,
            .body = c->body,
            .city = c->city,
            .procedures = c->procedures,
            .roles = c->roles,
            .languages = c->languages,
            .source = c->source,
            .verified_at = *c->verified == '\0' ? NULL : c->verified,
        };
        TRY(channels_json(ctx, c, &m.rows[i].channels));
    }
    TRY(db_run(node->records, replace_own, &m));
    *count = in.n;
    return ERR_OK;
}
