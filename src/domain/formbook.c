/* formbook.c - loads every form of the data folders. */
#include "domain/formbook.h"

#include "base/buf.h"
#include "base/text.h"
#include "base/vec.h"
#include "domain/data.h"
#include "form/show.h"

static err read_file(mem *ctx, const char *folder, const char *name, const char *file, bool optional,
                     struct bytes *out)
{
    char *path = talloc_asprintf(ctx, "forms/%s/%s", name, file);
    ENSURE_MEM(path);
    err e = data_read(ctx, folder, path, out);
    if (optional && e.kind == ERR_NOT_FOUND) {
        *out = (struct bytes){0};
        return ERR_OK;
    }
    return e;
}

static err load_one(mem *ctx, const char *folder, const char *name, struct form_problems *problems,
                    const struct form **out)
{
    struct form_source source;
    TRY(read_file(ctx, folder, name, "survey.csv", false, &source.survey));
    TRY(read_file(ctx, folder, name, "choices.csv", true, &source.choices));
    TRY(read_file(ctx, folder, name, "settings.csv", true, &source.settings));
    return form_load(ctx, source, problems, out);
}

err formbook_open(mem *ctx, const char *folder, const struct formbook **out)
{
    struct formbook *book = mem_new(ctx, struct formbook);
    ENSURE_MEM(book);
    struct data_names names;
    TRY(data_names(book, folder, "forms", &names));
    VEC(const struct form *) forms = {0};
    struct buf wrong;
    buf_init(&wrong, book, (size_t)1 << 20);
    for (size_t i = 0; i < names.n; i++) {
        if (!text_identifier(names.at[i])) continue; /* README.md and the like */
        const struct form *form;
        struct form_problems problems;
        form_problems_init(&problems, book);
        err e = load_one(book, folder, names.at[i], &problems, &form);
        if (!err_failed(e)) {
            TRY(vec_push(book, &forms, form, FORMBOOK_MAX));
            continue;
        }
        ENSURE(e.kind == ERR_INPUT || e.kind == ERR_NOT_FOUND || e.kind == ERR_LIMIT, e.kind, e.what);
        const char *text;
        TRY(form_problems_show(book, &problems, &text));
        buf_addf(&wrong, "forms/%s: %s\n%s", names.at[i], e.what, text);
    }
    if (wrong.n > 0) TRY(buf_text(&wrong, &book->problems));
    book->at = forms.at;
    book->n = forms.n;
    *out = book;
    return ERR_OK;
}

err formbook_find(const struct formbook *book, const char *id, const struct form **out)
{
    for (size_t i = 0; i < book->n; i++)
        if (text_same(book->at[i]->id, id)) {
            *out = book->at[i];
            return ERR_OK;
        }
    FAIL(ERR_NOT_FOUND, "there is no such form on this node");
}
