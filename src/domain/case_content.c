/* case_content.c - opening the records of a case, and what is read from them. */
#include "domain/case_content.h"

#include <string.h>

#include "base/text.h"
#include "db/case_file.h"
#include "domain/facts.h"
#include "domain/record_write.h"
#include "domain/vault.h"
#include "form/split.h"

/* The text of a record, kept for the next question: most pages ask for two or three answers of it. */
static err open_plain(const struct casefile *c, size_t at, struct bytes *out)
{
    struct bytes *plain = &c->content->plains[at];
    if (plain->p == NULL) TRY(vault_open_record(c->vault, &c->content->rows.at[at], c->ctx, plain));
    *out = *plain;
    return ERR_OK;
}

static err open_body(const struct casefile *c, size_t at, json_t **out)
{
    struct bytes plain;
    if (c->content->bodies[at] == NULL) {
        json_t *body;
        TRY(open_plain(c, at, &plain));
        err e = json_read(plain, RECORD_JSON_MAX, &body);
        wipe((void *)(uintptr_t)plain.p, plain.n);
        c->content->plains[at] = bytes_of(NULL, 0);
        TRY(e);
        TRY(json_keep(c->ctx, body));
        c->content->bodies[at] = body;
    }
    *out = c->content->bodies[at];
    return ERR_OK;
}

static err open_row(const struct casefile *c, size_t at, enum compartment compartment, struct case_record *out)
{
    const struct db_record *row = &c->content->rows.at[at];
    json_t *body;
    TRY(open_body(c, at, &body));
    *out = (struct case_record){row->kind, row->name,        compartment, row->revision,
                                row->created_at, row->author_id, body};
    return ERR_OK;
}

/* Held, and not left out. */
static bool readable(const struct casefile *c, const char *kind, enum compartment compartment)
{
    bool left_out = text_same(kind, "form") && (c->damaged & COMPARTMENT_BIT(compartment)) != 0;
    return vault_holds(c->vault, compartment) && !left_out;
}

err case_leave_out_damaged(struct casefile *c)
{
    for (size_t i = 0; i < c->content->rows.n; i++) {
        const struct db_record *row = &c->content->rows.at[i];
        enum compartment compartment;
        struct bytes plain; /* that it opens is enough: what nobody asks for is not read */
        if (!text_same(row->kind, "form")) continue;
        TRY(compartment_parse(row->compartment, &compartment));
        if (!readable(c, row->kind, compartment)) continue;
        err e = open_plain(c, i, &plain);
        if (e.kind == ERR_CRYPTO)
            c->damaged |= COMPARTMENT_BIT(compartment);
        else
            TRY(e);
    }
    c->held &= ~c->damaged;
    return ERR_OK;
}

/* Those of a kind, and of a name unless it is NULL. `damaged` NULL: one that does not open is a failure. */
static err collect(const struct casefile *c, const char *kind, const char *name, struct case_records *out, bool *damaged)
{
    const db_records *rows = &c->content->rows;
    TRY(c->content->failed);
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++) n += text_same(rows->at[i].kind, kind) ? 1 : 0;
    struct case_record *at = mem_array(c->ctx, struct case_record, n + 1);
    ENSURE_MEM(at);
    n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        const struct db_record *row = &rows->at[i];
        if (!text_same(row->kind, kind) || (name != NULL && !text_same(row->name, name))) continue;
        enum compartment compartment;
        TRY(compartment_parse(row->compartment, &compartment));
        if (!readable(c, kind, compartment)) continue;
        err e = open_row(c, i, compartment, &at[n]);
        if (e.kind == ERR_CRYPTO && damaged != NULL) {
            *damaged = true;
            continue;
        }
        TRY(e);
        n++;
    }
    *out = (struct case_records){at, n};
    return ERR_OK;
}

err case_records(const struct casefile *c, const char *kind, struct case_records *out)
{
    struct case_content *content = c->content;
    TRY(content->failed);
    for (size_t i = 0; i < content->n_opened; i++)
        if (text_same(content->opened[i].kind, kind)) {
            *out = content->opened[i].records;
            return ERR_OK;
        }
    ENSURE(content->n_opened < CASE_KINDS_MOST, ERR_BUG, "more kinds of records than there are");
    struct case_records records;
    TRY(collect(c, kind, NULL, &records, NULL));
    content->opened[content->n_opened].kind = kind;
    content->opened[content->n_opened].records = records;
    *out = records;
    content->n_opened++;
    return ERR_OK;
}

err case_records_readable(const struct casefile *c, const char *kind, struct case_records *out, bool *damaged)
{
    bool some = false;
    TRY(collect(c, kind, NULL, out, &some));
    *damaged = some;
    return ERR_OK;
}

err case_records_named(const struct casefile *c, const char *kind, const char *name, struct case_records *out)
{
    return collect(c, kind, name, out, NULL);
}

/* The row of a record, or rows.n. */
static size_t row_of(const struct casefile *c, const char *kind, const char *name, enum compartment compartment)
{
    const db_records *rows = &c->content->rows;
    for (size_t i = 0; i < rows->n; i++)
        if (text_same(rows->at[i].kind, kind) && text_same(rows->at[i].name, name) &&
            text_same(rows->at[i].compartment, compartment_name(compartment)))
            return i;
    return rows->n;
}

err case_record_one(const struct casefile *c, const char *kind, const char *name,
                    enum compartment compartment, const struct case_record **out)
{
    TRY(c->content->failed);
    size_t at = row_of(c, kind, name, compartment);
    ENSURE(at < c->content->rows.n && readable(c, kind, compartment), ERR_NOT_FOUND,
           "the case has no such record");
    struct case_record *record = mem_new(c->ctx, struct case_record);
    ENSURE_MEM(record);
    TRY(open_row(c, at, compartment, record));
    *out = record;
    return ERR_OK;
}

err case_answer(const struct casefile *c, const struct form *form, const struct form_item *item, const json_t **out)
{
    size_t at = row_of(c, "form", form->id, item->compartment);
    struct bytes plain;
    json_t *answer;
    *out = NULL;
    if (at == c->content->rows.n || !vault_holds(c->vault, item->compartment)) return ERR_OK;
    if (c->content->bodies[at] != NULL) {
        *out = json_object_get(c->content->bodies[at], item->name);
        return ERR_OK;
    }
    TRY(open_plain(c, at, &plain));
    TRY(json_read_member(plain, item->name, &answer));
    if (answer != NULL) TRY(json_keep(c->ctx, answer));
    *out = answer;
    return ERR_OK;
}

int64_t case_revision_of(const struct casefile *c, const char *kind, const char *name,
                         enum compartment compartment)
{
    size_t at = row_of(c, kind, name, compartment);
    return at < c->content->rows.n ? c->content->rows.at[at].revision : 0;
}

int64_t case_revisions_of(const struct casefile *c, const char *kind)
{
    int64_t sum = 0;
    for (size_t i = 0; i < c->content->rows.n; i++)
        if (text_same(c->content->rows.at[i].kind, kind)) sum += c->content->rows.at[i].revision;
    return sum;
}

int64_t case_revision(const struct casefile *c, const char *form_id)
{
    int64_t sum = 0;
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        if ((c->held & COMPARTMENT_BIT(i)) != 0)
            sum += case_revision_of(c, "form", form_id, (enum compartment)i);
    return sum;
}

static err merge_answers(const struct casefile *c, const struct form *form, json_t **out)
{
    struct case_records all;
    struct form_parts parts = {0};
    TRY(case_records(c, "form", &all));
    for (size_t i = 0; i < all.n; i++)
        if (text_same(all.at[i].name, form->id)) parts.at[all.at[i].compartment] = all.at[i].body;
    return form_merge_known(c->ctx, form, &parts, out);
}

err case_answers(const struct casefile *c, const struct form *form, json_t **out)
{
    struct case_content *content = c->content;
    TRY(content->failed);
    for (size_t i = 0; i < content->n_merged; i++)
        if (content->merged[i].form == form) {
            *out = content->merged[i].answers;
            return ERR_OK;
        }
    json_t *answers;
    TRY(merge_answers(c, form, &answers));
    if (content->n_merged < CASE_FORMS_MOST) {
        content->merged[content->n_merged].form = form;
        content->merged[content->n_merged++].answers = answers;
    }
    *out = answers;
    return ERR_OK;
}

static err open_facts(struct casefile *c)
{
    struct facts *facts = mem_new(c->ctx, struct facts);
    ENSURE_MEM(facts);
    *facts = (struct facts){.label = "", .guardian_name = "", .guardian_contact = ""};
    struct case_records all;
    err e = case_records(c, "facts", &all);
    c->facts_damaged = e.kind == ERR_CRYPTO;
    c->facts = facts;
    if (c->facts_damaged) return ERR_OK; /* no role, no country: nothing can be filled in or sent */
    TRY(e);
    if (all.n > 0) {
        TRY(facts_read(c->ctx, all.at[0].body, facts));
        facts->revision = all.at[0].revision;
    }
    return ERR_OK;
}

static err take_rows(struct casefile *c, const db_records *rows)
{
    c->content->rows = *rows;
    c->content->bodies = mem_array(c->ctx, json_t *, rows->n + 1);
    c->content->plains = mem_array(c->ctx, struct bytes, rows->n + 1);
    ENSURE_MEM(c->content->bodies);
    ENSURE_MEM(c->content->plains);
    c->content->n_opened = 0;
    c->content->n_merged = 0;
    c->there = 0;
    for (size_t i = 0; i < rows->n; i++) {
        enum compartment compartment;
        TRY(compartment_parse(rows->at[i].compartment, &compartment));
        c->there |= COMPARTMENT_BIT(compartment);
    }
    return open_facts(c);
}

err casefile_of(mem *ctx, const struct db_case *row, struct vault *vault, const db_records *rows,
                struct casefile **out)
{
    struct casefile *c = mem_new(ctx, struct casefile);
    ENSURE_MEM(c);
    c->ctx = ctx;
    c->content = mem_new(c, struct case_content);
    ENSURE_MEM(c->content);
    ENSURE(strlen(row->code) < sizeof c->code, ERR_STORE, "the store holds an impossible case code");
    c->id = row->id;
    c->organisation_id = row->organisation_id;
    c->team_id = row->team_id;
    memcpy(c->code, row->code, strlen(row->code) + 1);
    c->state = row->state;
    c->origin = row->origin;
    c->created_at = row->created_at;
    c->updated_at = row->updated_at;
    c->vault = vault;
    c->held = vault_held(vault);
    TRY(take_rows(c, rows));
    *out = c;
    return ERR_OK;
}

struct reload {
    struct casefile *c;
    db_records rows;
};

static err read_rows(struct tx *tx, void *arg)
{
    struct reload *r = arg;
    return db_record_current(tx, r->c->ctx, r->c->id, &r->rows);
}

void case_reload(struct node *node, struct casefile *c)
{
    struct reload r = {.c = c};
    c->content->failed = ERR_OK;
    err e = db_read(node->records, read_rows, &r);
    if (!err_failed(e)) e = take_rows(c, &r.rows);
    c->content->failed = e;
}
