/* facts_page.c - the person and the countries of a case: label, child and guardian, countries and
 * their roles.
 *
 * Countries stand in rows "country.N" with "role.N"; a row without a country is left out. The
 * buttons "add" and "remove:N" change the page only; "next" saves.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "domain/country.h"
#include "domain/facts.h"
#include "form/party.h"
#include "web/case_frame.h"
#include "web/pages.h"
#include "web/put.h"

#define TEXT_MOST 500 /* bytes of a name or an address */
#define ACT_REMOVE "remove:"

static const struct {
    unsigned role;
    const char *name;
} ROLE_FIELDS[] = {
    {PARTY_EXPLOITATION, "exploitation"},
    {PARTY_TRANSIT, "transit"},
    {PARTY_ORIGIN, "origin"},
    {PARTY_THIRD, "third"},
};

struct facts_page {
    struct page p;
    struct casefile *c;
    struct facts facts; /* as stored, or as posted */
    int64_t seen;
};

static const char *name_of(struct facts_page *f, const char *what, size_t i)
{
    return page_format(&f->p, "%s.%zu", what, i);
}

static void put_country_row(struct facts_page *f, struct view *list, size_t i,
                            const struct facts_country *row)
{
    struct page *p = &f->p;
    struct view *o = put_item(p, list);
    const char *id = page_format(p, "country-%zu", i);
    put_text(p, o, "id", id);
    put_path(p, o, "select_id", "country-%zu-code", i);
    put_number(p, o, "index", (int64_t)i);
    put_number(p, o, "number", (int64_t)i + 1);
    const char *fault_id = page_format(p, "country-%zu-code", i);
    put_text(p, o, "error", page_fault_of(p, fault_id));
    put_countries(p, put_list(p, o, "choices"), row->code);
    for (size_t k = 0; k < COUNT_OF(ROLE_FIELDS); k++)
        put_flag(p, o, ROLE_FIELDS[k].name, (row->roles & ROLE_FIELDS[k].role) != 0);
}

static err show(struct facts_page *f)
{
    static const struct facts_country EMPTY = {0};
    struct page *p = &f->p;
    put_number(p, p->data, "seen", f->seen);
    put_field(p, p->data, "label", "label", f->facts.label);
    struct view *child = put_field(p, p->data, "child", "child", "");
    put_flag(p, child, "yes", f->facts.child == CHILD_YES);
    put_flag(p, child, "maybe", f->facts.child == CHILD_MAYBE);
    put_flag(p, child, "no", f->facts.child == CHILD_NO);
    put_field(p, p->data, "guardian_name", "guardian_name", f->facts.guardian_name);
    put_field(p, p->data, "guardian_contact", "guardian_contact", f->facts.guardian_contact);
    struct view *list = put_list(p, p->data, "countries");
    for (size_t i = 0; i < f->facts.n_countries; i++)
        put_country_row(f, list, i, &f->facts.countries[i]);
    /* A case has two countries at least: there is always room for the next. */
    if (f->facts.n_countries < 2) put_country_row(f, list, f->facts.n_countries, &EMPTY);
    put_flag(p, p->data, "can_add", f->facts.n_countries < FACTS_COUNTRIES);
    return page_show(p, "facts");
}

err facts_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct facts_page f = {0};
    TRY(case_begin(app, rq, rs, TAB_FACTS, &f.p, &f.c));
    f.facts = *f.c->facts;
    f.seen = f.facts.revision;
    return show(&f);
}

static unsigned roles_posted(struct facts_page *f, size_t i)
{
    unsigned roles = 0;
    for (size_t k = 0; k < COUNT_OF(ROLE_FIELDS); k++)
        if (http_field_ticked(f->p.rq, name_of(f, "role", i), ROLE_FIELDS[k].name))
            roles |= ROLE_FIELDS[k].role;
    return roles;
}

static void check_row(struct facts_page *f, size_t i, const char *code, unsigned roles)
{
    const char *id = page_format(&f->p, "country-%zu-code", i);
    if (!country_known(code))
        page_fault(&f->p, id, MSG("Choose a country from the list"));
    else if (roles == 0)
        page_fault(&f->p, id, MSG("Say what this country is in the case"));
    for (size_t k = 0; k < f->facts.n_countries; k++)
        if (text_same(f->facts.countries[k].code, code))
            page_fault(&f->p, id,
                       MSG("This country is named twice; give it several roles instead"));
}

/* Rows with a country; `removed` (or -1) is left out. `check`: say what is wrong. */
static void read_countries(struct facts_page *f, int64_t removed, bool check)
{
    for (size_t i = 0; i < FACTS_COUNTRIES; i++) {
        const char *code = http_field(f->p.rq, name_of(f, "country", i));
        unsigned roles = roles_posted(f, i);
        if (text_empty(code) || (int64_t)i == removed) continue;
        if (check) check_row(f, i, code, roles);
        if (strlen(code) != 2) continue;
        struct facts_country *row = &f->facts.countries[f->facts.n_countries++];
        memcpy(row->code, code, 3);
        row->roles = roles;
    }
}

static void check_texts(struct facts_page *f)
{
    static const char *const NAMES[] = {"label", "guardian_name", "guardian_contact"};
    for (size_t i = 0; i < COUNT_OF(NAMES); i++)
        if (strlen(page_field(&f->p, NAMES[i])) > TEXT_MOST)
            page_fault(&f->p, NAMES[i], MSG("This is too long: use at most 500 characters"));
    if (text_empty(http_field(f->p.rq, "child")))
        page_fault(&f->p, "child", MSG("Say whether the person is a child, or may be one"));
}

static err read_posted(struct facts_page *f, const char *act)
{
    int64_t removed = -1;
    bool saving = text_same(act, "next") || text_same(act, "save");
    if (text_starts(act, ACT_REMOVE)) TRY(text_number(act + strlen(ACT_REMOVE), &removed));
    TRY(text_number(page_field(&f->p, "seen"), &f->seen));
    f->facts = (struct facts){.label = page_field(&f->p, "label"),
                              .guardian_name = page_field(&f->p, "guardian_name"),
                              .guardian_contact = page_field(&f->p, "guardian_contact"),
                              .revision = f->seen};
    const char *child = http_field_or(f->p.rq, "child", "unknown");
    TRY(facts_child_parse(text_empty(child) ? "unknown" : child, &f->facts.child));
    if (saving) check_texts(f);
    read_countries(f, removed, saving);
    if (saving && f->facts.n_countries == 0)
        page_fault(&f->p, "country-0-code", MSG("Name at least one country"));
    return ERR_OK;
}

/* One row more than the page had. */
static void add_row(struct facts_page *f)
{
    size_t rows = 0;
    while (rows < FACTS_COUNTRIES && http_field(f->p.rq, name_of(f, "country", rows)) != NULL)
        rows++;
    if (f->facts.n_countries < rows) f->facts.n_countries = rows;
    if (f->facts.n_countries < FACTS_COUNTRIES) f->facts.n_countries++;
}

err facts_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct facts_page f = {0};
    TRY(case_begin(app, rq, rs, TAB_FACTS, &f.p, &f.c));
    const char *act = page_field(&f.p, "act");
    TRY(read_posted(&f, act));
    bool saving = text_same(act, "next") || text_same(act, "save");
    if (text_same(act, "add")) add_row(&f);
    if (page_faulty(&f.p) || !saving) return show(&f);
    err e = facts_save(f.p.node, f.p.actor, f.c, &f.facts);
    if (e.kind == ERR_CONFLICT) {
        page_fault(&f.p, "",
                   MSG("Somebody else changed this meanwhile. Load the page again, and look before "
                       "you decide."));
        return show(&f);
    }
    TRY(e);
    TRY(page_done(&f.p, "saved"));
    return page_go(&f.p, "/cases/%s", f.c->code);
}
