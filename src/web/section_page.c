/* section_page.c - one section of a form: shown, and saved as far as it is filled in.
 *
 * The button that was pressed (field "act") says what follows the saving:
 *
 *   next        the next section; or this one again with what is wrong or missing
 *   stop        the case; whatever is there is kept
 *   more, save  this page again (more: with one more pull-down, which comes by itself)
 *   add:PATH    this page with one more entry of a repeat
 *   remove:PATH[N]   without that entry
 *   directory   with the contact that was chosen as an entry
 *
 * Everything but the decision what to show next is domain's and the form engine's.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "domain/contact.h"
#include "domain/facts.h"
#include "domain/form_fill.h"
#include "domain/organisation_list.h"
#include "form/input.h"
#include "form/party.h"
#include "web/case_frame.h"
#include "web/field_view.h"
#include "web/pages.h"
#include "web/put.h"
#include "web/section_directory.h"
#include "web/web_own.h"

#define ACT_ADD "add:"
#define ACT_REMOVE "remove:"
#define FROM_CONSENT "from-consent"

/* Fields of the page that are none of the form. */
static const char *const OWN_FIELDS[] = {"csrf", "seen", "act", "directory"};

struct section_page {
    struct page p;
    struct casefile *c;
    const struct form *form;
    const struct form_section *section;
    struct form_reading reading;
    struct form_eval eval;
    const char *add; /* path of a repeat that gets an empty entry, or NULL */
    struct answer_problem *problems;
    size_t problems_n;
    bool conflict;
    bool unsaved; /* the store did not take it */
};

static err begin(void *app, struct http_request *rq, struct http_response *rs,
                 struct section_page *s)
{
    TRY(case_begin(app, rq, rs, TAB_NONE, &s->p, &s->c));
    TRY(case_form(&s->p, &s->form));
    s->section = form_section_find(s->form, page_parameter(&s->p, "section"));
    ENSURE(s->section != NULL, ERR_NOT_FOUND, "the form has no such section");
    s->reading = case_reading(&s->p, s->form);
    s->eval = case_eval(s->p.node, s->c);
    return ERR_OK;
}

static bool is_from_consent(const struct form_section *section)
{
    return section->item != NULL && text_same(section->item->appearance, FROM_CONSENT);
}

/* Errors above the fields; the link leads to the field. */
static err put_problems(struct section_page *s)
{
    for (size_t i = 0; i < s->problems_n; i++) {
        const struct answer_problem *problem = &s->problems[i];
        const char *text =
            problem->language == NULL ? page_said(&s->p, problem->message) : problem->message;
        const char *label = problem->item == NULL
                                ? problem->path
                                : form_label(s->form, &s->reading, problem->item).text;
        const char *line = talloc_asprintf(s->p.ctx, "%s: %s", label, text);
        ENSURE_MEM(line);
        page_fault_text(&s->p, field_fault_id(&s->p, problem), line);
    }
    return ERR_OK;
}

static bool has_directory(const struct section_page *s)
{
    if (s->section->item == NULL) return false;
    const struct form_item *items = s->form->items;
    for (size_t i = s->section->item->index; i <= s->section->item->index + s->section->item->below;
         i++)
        if (text_same(items[i].appearance, "from-directory")) return true;
    return false;
}

static err show(struct section_page *s, const json_t *answers)
{
    struct page *p = &s->p;
    struct form_fields fields;
    const struct form_view_options options = {s->add, s->problems, s->problems_n};
    struct field_options wanted = {s->form, &s->reading, s->section->compartments, NULL};
    TRY(form_view(p->ctx, s->form, s->section, answers, &s->eval, &s->reading, &options, &fields));
    if (has_directory(s)) TRY(section_directory(p, s->c, &wanted.directory));
    put_text(p, p->data, "form_title", form_text(s->form, &s->reading, s->form->title).text);
    put_text(p, p->data, "section_title", form_text(s->form, &s->reading, s->section->label).text);
    const struct form_item *top = s->section->item;
    put_text(p, p->data, "section_hint",
             top == NULL ? NULL : form_text(s->form, &s->reading, top->hint).text);
    put_flag(p, p->data, "withheld", fields.withheld);
    put_flag(p, p->data, "conflict", s->conflict);
    put_flag(p, p->data, "unsaved", s->unsaved);
    put_number(p, p->data, "seen", case_revision(s->c, s->form->id));
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        if (s->section->compartments == COMPARTMENT_BIT(i))
            put_compartment(p, p->data, "section_compartment", (enum compartment)i);
    put_fields(p, put_list(p, p->data, "fields"), &fields, &wanted);
    TRY(put_problems(s));
    return page_show(p, "section");
}

/* A heading that nobody filled in yet begins with who we are. */
static err with_heading(struct section_page *s, json_t *answers, json_t **out)
{
    const char *organisation;
    TRY(organisation_name(s->p.node, s->c->organisation_id, s->p.ctx, &organisation));
    return form_fill_heading(s->p.ctx, s->section, organisation, s->p.actor->display_name,
                             locale_today(s->p.locale, s->p.now), answers, out);
}

err section_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct section_page s = {0};
    struct form_checked checked;
    json_t *answers;
    TRY(begin(app, rq, rs, &s));
    if (is_from_consent(s.section)) return page_go(&s.p, "/cases/%s/consents", s.c->code);
    TRY(case_answers(s.c, s.form, &answers));
    TRY(form_section_check(s.p.ctx, s.form, s.section, answers, &s.eval, &s.reading, &checked));
    /* A page that was never saved shows no errors; one that was shows what is wrong. */
    if (checked.sections[s.section->index].state == FORM_HAS_ERRORS) {
        s.problems = checked.problems;
        s.problems_n = checked.n_problems;
    }
    /* Before the defaults: a heading with a date by default is not one that somebody filled in. */
    TRY(with_heading(&s, answers, &answers));
    TRY(form_answers_initial(s.p.ctx, s.form, s.section, &s.eval, answers, &answers));
    const char *add = page_query(&s.p, "add");
    s.add = text_empty(add) ? NULL : add;
    s.p.status = 200;
    return show(&s, answers);
}

static bool own_field(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(OWN_FIELDS); i++)
        if (text_same(name, OWN_FIELDS[i])) return true;
    return false;
}

/* The fields of the form; without those of the entry that is taken out. */
static err read_posted(struct section_page *s, const char *removed, struct form_input *out)
{
    const struct http_pairs *form = &s->p.rq->form;
    struct form_pair *pairs = mem_array(s->p.ctx, struct form_pair, form->n + 1);
    ENSURE_MEM(pairs);
    size_t n = 0;
    for (size_t i = 0; i < form->n; i++) {
        const struct http_pair *pair = &form->at[i];
        bool gone = removed != NULL && text_starts(pair->name, removed) &&
                    pair->name[strlen(removed)] == '.';
        if (own_field(pair->name) || gone) continue;
        pairs[n++] = (struct form_pair){pair->name, bytes_text(pair->value)};
    }
    return form_input_read(s->p.ctx, s->form, s->section, &s->eval, pairs, n, out);
}

/* An entry may only be taken out where everything in it can be seen. */
static err may_remove(const struct section_page *s, const char *path)
{
    const char *bracket = strrchr(path, '[');
    ENSURE(bracket != NULL, ERR_INPUT, "there is no such entry");
    const char *repeat = mem_textn(s->p.ctx, path, (size_t)(bracket - path));
    ENSURE_MEM(repeat);
    const struct form_item *item = form_item_at(s->form, repeat);
    ENSURE(item != NULL && item->type == FORM_REPEAT, ERR_INPUT, "there is no such entry");
    ENSURE((item->compartments & ~s->c->held) == 0, ERR_DENIED,
           "part of this entry is withheld from you");
    return ERR_OK;
}

/* What is wrong or missing after saving, as "save and continue" shows it. */
static err find_problems(struct section_page *s)
{
    struct form_checked checked;
    json_t *answers;
    TRY(case_answers(s->c, s->form, &answers));
    TRY(form_section_check(s->p.ctx, s->form, s->section, answers, &s->eval, &s->reading,
                           &checked));
    s->problems = checked.problems;
    s->problems_n = checked.n_problems;
    return ERR_OK;
}

static err go_on(struct section_page *s)
{
    unsigned party = case_party(s->p.node, s->c);
    for (size_t i = s->section->index + 1; i < s->form->n_sections; i++) {
        const struct form_section *next = &s->form->sections[i];
        if ((next->parties & party) == 0 || (next->compartments & s->c->held) == 0 ||
            is_from_consent(next))
            continue;
        return page_go(&s->p, "/cases/%s/forms/%s/%s", s->c->code, s->form->id, next->name);
    }
    TRY(page_done(&s->p, "saved"));
    return page_go(&s->p, "/cases/%s", s->c->code);
}

static err after(struct section_page *s, const char *act)
{
    struct page *p = &s->p;
    if (text_starts(act, ACT_ADD)) {
        const char *path = act + strlen(ACT_ADD);
        const struct form_item *item = form_item_at(s->form, path);
        ENSURE(item != NULL && item->type == FORM_REPEAT, ERR_INPUT, "there is no such part");
        return page_go(p, "%s?add=%s#%s", p->rq->path, path, field_id(p, path));
    }
    if (text_same(act, "next")) {
        TRY(find_problems(s));
        if (s->problems_n == 0) return go_on(s);
        json_t *answers;
        TRY(case_answers(s->c, s->form, &answers));
        return show(s, answers);
    }
    if (text_same(act, "stop")) {
        TRY(page_done(p, "saved"));
        return page_go(p, "/cases/%s", s->c->code);
    }
    return page_go(p, "%s", p->rq->path);
}

/* What can't be kept at all (an unknown field, far too long a text) stops the saving and is shown.
 */
static err refuse(struct section_page *s, const struct form_input *input)
{
    s->problems = input->problems;
    s->problems_n = input->n_problems;
    return show(s, input->answers);
}

err section_post(void *app, struct http_request *rq, struct http_response *rs)
{
    struct section_page s = {0};
    struct form_input input;
    int64_t seen = 0;
    TRY(begin(app, rq, rs, &s));
    const char *act = page_field(&s.p, "act");
    const char *removed = text_starts(act, ACT_REMOVE) ? act + strlen(ACT_REMOVE) : NULL;
    TRY(text_number(page_field(&s.p, "seen"), &seen));
    if (removed != NULL) TRY(may_remove(&s, removed));
    TRY(read_posted(&s, removed, &input));
    if (input.n_problems > 0) return refuse(&s, &input);
    if (text_same(act, "directory"))
        TRY(section_directory_add(&s.p, s.c, s.form, s.section, input.answers));
    err e =
        case_save_section(s.p.node, s.p.actor, s.c, s.form, s.section->name, input.answers, seen);
    if (e.kind == ERR_CONFLICT) {
        s.conflict = true;
        s.p.status = 409;
        TRY(case_find(s.p.node, s.p.actor, s.c->code, s.p.ctx, &s.c));
        return show(&s, input.answers);
    }
    /* The disk is full or fails, or there is no memory or no turn: it may work in a while. */
    if (e.kind == ERR_STORE || e.kind == ERR_BUSY || e.kind == ERR_MEMORY) {
        log_err(LOG_ERROR, "section.save", e);
        s.unsaved = true;
        s.p.status = 503;
        return show(&s, input.answers);
    }
    TRY(e);
    return after(&s, act);
}
