/* organisation_page.c - the agencies of this node and their keys. */
#include "base/buf.h"
#include "base/text.h"
#include "domain/organisation.h"
#include "domain/organisation_list.h"
#include "web/page.h"
#include "web/pages.h"
#include "web/procedure_view.h"
#include "web/put.h"
#include "web/web_own.h"

static err put_names(struct page *p, struct view *o, const struct organisation *organisation)
{
    const char *rest = organisation->procedures, *code;
    struct view *list = put_list(p, o, "procedures");
    for (;;) {
        TRY(text_split(p->ctx, &rest, ' ', &code));
        if (code == NULL) return ERR_OK;
        put_said(p, put_item(p, list), "procedure_name", procedure_text(code));
    }
}

err organisations_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct organisation_list list;
    TRY(page_begin(app, rq, rs, MENU_ORGANISATIONS, &p));
    TRY(organisation_all(p.node, p.ctx, &list));
    struct view *rows = put_list(&p, p.data, "organisations");
    put_flag(&p, p.data, "has_organisations", list.n > 0);
    for (size_t i = 0; i < list.n; i++) {
        struct view *o = put_item(&p, rows);
        put_text(&p, o, "name", list.at[i].name);
        TRY(put_names(&p, o, &list.at[i]));
        put_flag(&p, o, "child_authority", list.at[i].child_authority);
        put_flag(&p, o, "focal_point", list.at[i].focal_point);
        put_flag(&p, o, "has_keys", list.at[i].has_keys);
        put_path(&p, o, "keys_href", "/organisations/%s/keys", list.at[i].id.text);
    }
    return page_show(&p, "organisations");
}

static err show_new(struct page *p)
{
    put_text(p, p->data, "back", "/organisations");
    put_field(p, p->data, "name_field", "name", "");
    struct view *procedure = put_field(p, p->data, "procedure", "procedure", "");
    struct view *choices = put_list(p, procedure, "choices");
    for (size_t i = 0; procedure_at(i) != NULL; i++)
        put_choice(p, choices, "procedure", procedure_at(i),
                   page_said(p, procedure_text(procedure_at(i))), false);
    struct view *role = put_object(p, p->data, "role_field");
    put_flag(p, role, "child_authority", http_field_ticked(p->rq, "role", "child_authority"));
    put_flag(p, role, "focal_point", http_field_ticked(p->rq, "role", "focal_point"));
    put_field(p, p->data, "languages_field", "languages", "");
    return page_show(p, "organisation_new");
}

err organisation_new_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    TRY(page_begin(app, rq, rs, MENU_ORGANISATIONS, &p));
    return show_new(&p);
}

/* The chosen procedures as words with a space between. */
static err procedures_of(struct page *p, const char **out)
{
    struct buf b;
    buf_init(&b, p->ctx, 1000);
    for (size_t i = 0; procedure_at(i) != NULL; i++)
        if (http_field_ticked(p->rq, "procedure", procedure_at(i)))
            buf_addf(&b, "%s%s", b.n == 0 ? "" : " ", procedure_at(i));
    return buf_text(&b, out);
}

err organisation_new_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct id id;
    struct organisation_wish wish;
    TRY(page_begin(app, rq, rs, MENU_ORGANISATIONS, &p));
    wish = (struct organisation_wish){.name = page_field(&p, "name"),
                                      .languages = page_field(&p, "languages"),
                                      .child_authority =
                                          http_field_ticked(rq, "role", "child_authority"),
                                      .focal_point = http_field_ticked(rq, "role", "focal_point")};
    TRY(procedures_of(&p, &wish.procedures));
    if (text_empty(wish.name)) page_fault(&p, "name", MSG("Enter the name of the organisation"));
    if (!page_faulty(&p))
        TRY(page_fault_err(&p, "name", organisation_create(p.node, p.actor, &wish, &id)));
    if (page_faulty(&p)) return show_new(&p);
    TRY(page_done(&p, "organisation"));
    return page_go(&p, "/organisations");
}

err organisation_keys_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct id id;
    TRY(page_begin(app, rq, rs, MENU_ORGANISATIONS, &p));
    TRY(id_parse(page_parameter(&p, "id"), &id));
    TRY(organisation_keys_make(p.node, p.actor, id));
    TRY(page_done(&p, "keys"));
    return page_go(&p, "/organisations");
}
