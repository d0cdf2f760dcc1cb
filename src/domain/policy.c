/* policy.c - reads a policy file with libcsv. */
#include "domain/policy.h"

#include <csv.h>
#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "domain/data.h"

static const char *const HEADING[] = {"action", "name", "legal_basis"};
enum { COLUMN_ACTION, COLUMN_NAME, COLUMN_BASIS, COLUMNS };

struct reading {
    mem *ctx;
    const struct form *form;
    err failed;
    bool heading; /* the first row is still to come */
    size_t cell;
    const char *cells[COLUMNS];
    VEC(struct policy_row) rows;
};

static void on_cell(void *data, size_t n, void *arg)
{
    struct reading *r = arg;
    if (err_failed(r->failed)) return;
    const char *text = "";
    if (r->cell >= COLUMNS) {
        r->failed = ERR_MAKE(ERR_INPUT, "a policy has the columns action, name, legal_basis");
        return;
    }
    r->failed = text_check(bytes_of(data, n), 2000);
    if (!err_failed(r->failed)) r->failed = bytes_string(r->ctx, bytes_of(data, n), &text);
    r->cells[r->cell++] = text;
}

static err row(struct reading *r)
{
    if (r->cell == 0) return ERR_OK;
    ENSURE(r->cell == COLUMNS, ERR_INPUT, "a policy has the columns action, name, legal_basis");
    if (r->heading) {
        for (size_t i = 0; i < COLUMNS; i++)
            ENSURE(text_same(r->cells[i], HEADING[i]), ERR_INPUT,
                   "a policy has the columns action, name, legal_basis");
        r->heading = false;
        return ERR_OK;
    }
    ENSURE(text_same(r->cells[COLUMN_ACTION], "withhold"), ERR_INPUT, "the only action of a policy is withhold");
    ENSURE(!text_empty(r->cells[COLUMN_BASIS]), ERR_INPUT, "a policy names the legal basis of each row");
    bool known = false;
    for (size_t i = 0; i < r->form->n_items; i++)
        known = known || text_same(r->form->items[i].name, r->cells[COLUMN_NAME]);
    ENSURE(known, ERR_INPUT, "a policy names a question that the form does not have");
    const struct policy_row out = {r->cells[COLUMN_NAME], r->cells[COLUMN_BASIS]};
    return vec_push(r->ctx, &r->rows, out, POLICY_ROWS_MAX);
}

static void on_row(int end, void *arg)
{
    (void)end;
    struct reading *r = arg;
    if (!err_failed(r->failed)) r->failed = row(r);
    r->cell = 0;
}

static void parser_end(struct csv_parser *p) { csv_free(p); }

err policy_read(mem *ctx, struct bytes csv, const struct form *form, struct policy *out)
{
    struct reading r = {.ctx = ctx, .form = form, .heading = true, .failed = ERR_OK};
    __attribute__((cleanup(parser_end))) struct csv_parser parser;
    ENSURE(csv_init(&parser, CSV_STRICT | CSV_APPEND_NULL) == 0, ERR_MEMORY, "out of memory");
    size_t n = csv_parse(&parser, csv.p, csv.n, on_cell, on_row, &r);
    TRY(r.failed);
    ENSURE(n == csv.n && csv_fini(&parser, on_cell, on_row, &r) == 0, ERR_INPUT,
           "a quotation mark is missing in a policy");
    TRY(r.failed);
    ENSURE(!r.heading, ERR_INPUT, "a policy has the columns action, name, legal_basis");
    *out = (struct policy){r.rows.at, r.rows.n};
    return ERR_OK;
}

err policy_load(mem *ctx, const char *data_folder, const char *country, const struct form *form,
                struct policy *out)
{
    char *path = talloc_asprintf(ctx, "policies/%s/%s.csv", country, form->id);
    ENSURE_MEM(path);
    struct bytes csv;
    err e = data_read(ctx, data_folder, path, &csv);
    if (e.kind == ERR_NOT_FOUND) {
        *out = (struct policy){0};
        return ERR_OK;
    }
    TRY(e);
    return policy_read(ctx, csv, form, out);
}

const struct policy_row *policy_find(const struct policy *policy, const struct form_item *item)
{
    for (size_t i = 0; i < policy->n; i++)
        if (text_same(policy->at[i].name, item->name)) return &policy->at[i];
    return NULL;
}
