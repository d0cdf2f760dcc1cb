/* case_page.c - a case as a list of what is to do; all answers of a form to read, and as PDF. */
#include <stdarg.h>

#include "base/text.h"
#include "domain/case_progress.h"
#include "domain/consent.h"
#include "domain/conversation.h"
#include "domain/facts.h"
#include "domain/form_fill.h"
#include "domain/formbook.h"
#include "exchange/incoming.h"
#include "form/party.h"
#include "print/form_pdf.h"
#include "web/answer_rows.h"
#include "web/case_frame.h"
#include "web/consent_view.h"
#include "web/pages.h"
#include "web/put.h"
#include "web/step_view.h"
#include "web/web_own.h"

#define STEPS_SHOWN 3

struct overview {
    struct page *p;
    const struct casefile *c;
    struct consent_list consents;
    bool no_consents; /* they can't be read */
    struct conversation_list conversations;
    struct view *groups;
    size_t tasks; /* for their ids */
};

static struct view *add_group(struct overview *o, const char *name, const char *title)
{
    struct view *group = put_item(o->p, o->groups);
    if (name != NULL) put_is(o->p, group, name);
    put_text(o->p, group, "title", title);
    put_nothing(o->p, group, "note");
    return put_list(o->p, group, "tasks");
}

/* status: new progress complete errors closed withheld. href NULL: it can't be opened. */
static struct view *add_task(struct overview *o, struct view *tasks, const char *name, const char *title,
                        const char *href, const char *status)
{
    struct view *task = put_item(o->p, tasks);
    put_path(o->p, task, "id", "task-%zu", ++o->tasks);
    if (name != NULL) put_is(o->p, task, name);
    put_text(o->p, task, "title", title);
    put_text(o->p, task, "href", href);
    put_nothing(o->p, task, "hint");
    put_is(o->p, put_object(o->p, task, "status"), status);
    return task;
}

/* "/cases/CODE/" and what printf makes of the rest. */
__attribute__((format(printf, 2, 3))) static const char *path_in(struct overview *o,
                                                                 const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const char *ending = talloc_vasprintf(o->p->ctx, format, list);
    va_end(list);
    return page_format(o->p, "/cases/%s/%s", o->c->code, ending == NULL ? "" : ending);
}

static const char *facts_status(const struct casefile *c)
{
    const struct facts *facts = c->facts;
    if (c->facts_damaged) return "damaged";
    if (facts->n_countries < 2) return facts->revision <= 1 ? "new" : "progress";
    return facts->child == CHILD_UNKNOWN ? "progress" : "complete";
}

static const char *consent_status(const struct overview *o, enum consent_kind kind)
{
    if (o->no_consents) return "damaged";
    return consent_current(&o->consents, kind) == NULL ? "new" : "complete";
}

static void add_first(struct overview *o)
{
    struct view *tasks = add_group(o, "first", NULL);
    add_task(o, tasks, "facts", NULL, path_in(o, "facts"), facts_status(o->c));
    add_task(o, tasks, "share", NULL, path_in(o, "consents"), consent_status(o, CONSENT_SHARE));
    add_task(o, tasks, "return", NULL, path_in(o, "consents"), consent_status(o, CONSENT_RETURN));
}

static const char *section_status(enum form_state state)
{
    static const char *const NAMES[] = {[FORM_NOT_STARTED] = "new",
                                        [FORM_IN_PROGRESS] = "progress",
                                        [FORM_COMPLETE] = "complete",
                                        [FORM_HAS_ERRORS] = "errors",
                                        [FORM_NOT_ASKED] = "closed"};
    return NAMES[state];
}

/* Ours to fill in: for our roles, and not filled by the consent records. */
static bool is_ours(const struct form_section *section, unsigned party)
{
    bool filled = section->item != NULL && text_same(section->item->appearance, "from-consent");
    return (section->parties & party) != 0 && !filled;
}

static err put_progress(struct overview *o, struct view *task, const struct form_section_count *count)
{
    const char *answered, *asked, *text;
    if (count->state != FORM_IN_PROGRESS && count->state != FORM_HAS_ERRORS) return ERR_OK;
    TRY(locale_number(o->p->locale, o->p->ctx, (int64_t)count->answered, &answered));
    TRY(locale_number(o->p->locale, o->p->ctx, (int64_t)count->asked, &asked));
    TRY(MSG_FILL(o->p->ctx, &text, page_said(o->p, MSG("{answered} of {asked} answered")),
                 {"answered", answered}, {"asked", asked}));
    put_text(o->p, task, "hint", text);
    return ERR_OK;
}

static err add_section(struct overview *o, struct view *tasks, const struct form *form,
                       const struct form_section *section, const struct form_section_count *count,
                       const struct form_reading *reading)
{
    bool withheld = (section->compartments & o->c->held) == 0;
    bool damaged = withheld && (section->compartments & o->c->damaged) != 0;
    const char *title = form_text(form, reading, section->label).text;
    const char *href = withheld ? NULL : path_in(o, "forms/%s/%s", form->id, section->name);
    const char *status = damaged    ? "damaged"
                         : withheld ? "withheld"
                                    : section_status(count->state);
    struct view *task = add_task(o, tasks, NULL, title, href, status);
    return withheld ? ERR_OK : put_progress(o, task, count);
}

/* The sections of a form that we fill in; and a way to read what others wrote in it. */
static err add_form(struct overview *o, const struct form *form)
{
    struct case_progress progress;
    struct view *tasks = NULL;
    unsigned party = case_party(o->p->node, o->c);
    struct form_reading reading = case_reading(o->p, form);
    TRY(case_progress(o->p->node, o->c, form, &progress));
    for (size_t i = 0; i < form->n_sections && i < PROGRESS_SECTIONS_MOST; i++) {
        if (!is_ours(&form->sections[i], party)) continue;
        if (tasks == NULL) tasks = add_group(o, NULL, form_text(form, &reading, form->title).text);
        TRY(add_section(o, tasks, form, &form->sections[i], &progress.sections[i], &reading));
    }
    if (!progress.answered) return ERR_OK;
    if (tasks == NULL) tasks = add_group(o, NULL, form_text(form, &reading, form->title).text);
    struct view *task = add_task(o, tasks, "read", NULL, path_in(o, "forms/%s", form->id), "none");
    if (progress.others) put_said(o->p, task, "hint", MSG("Also what the other country wrote"));
    return ERR_OK;
}

static bool may_share_somewhere(const struct overview *o)
{
    compartment_set scope;
    for (size_t i = 0; i < o->c->facts->n_countries; i++)
        if (consent_for_sharing(&o->consents, o->c->facts->countries[i].code, o->p->now, &scope) ==
            CONSENT_VALID)
            return true;
    return false;
}

static void add_sending(struct overview *o)
{
    if (!page_may(o->p, CAPABILITY_FOLLOWUP_SEND) && !page_may(o->p, CAPABILITY_REFERRAL_SEND)) return;
    struct view *tasks = add_group(o, "send", NULL);
    bool sent = false;
    for (size_t i = 0; i < o->conversations.n; i++) {
        const struct conversation *with = &o->conversations.at[i];
        sent = sent || with->began_here;
        if (with->began_here || !page_may(o->p, CAPABILITY_FOLLOWUP_SEND)) continue;
        struct view *task =
            add_task(o, tasks, "follow", NULL, path_in(o, "followup/%s", with->handle), "new");
        put_text(o->p, task, "hint", with->name);
    }
    if (!page_may(o->p, CAPABILITY_REFERRAL_SEND)) return;
    bool may = may_share_somewhere(o);
    struct view *task = add_task(o, tasks, "refer", NULL, path_in(o, "refer"),
                            sent  ? "complete"
                            : may ? "new"
                                  : "blocked");
    if (!may)
        put_said(o->p, task, "hint", MSG("First record the person’s consent to share information"));
}

static void put_countries_of(struct page *p, const struct facts *facts)
{
    struct view *list = put_list(p, p->data, "countries");
    for (size_t i = 0; i < facts->n_countries; i++) {
        struct view *country = put_item(p, list);
        put_country(p, country, "name", facts->countries[i].code);
        put_roles(p, country, "roles", facts->countries[i].roles);
    }
}

/* The last few steps, newest first. */
static err put_steps(struct page *p, const struct casefile *c, bool *damaged)
{
    struct timeline t;
    TRY(conversation_timeline(p->node, p->actor, c, p->ctx, &t));
    *damaged = t.damaged;
    struct view *list = put_list(p, p->data, "steps");
    for (size_t i = 0; i < t.n && i < STEPS_SHOWN; i++)
        put_step(p, put_item(p, list), &t.at[t.n - 1 - i]);
    return ERR_OK;
}

static void put_origin(struct overview *o)
{
    for (size_t i = 0; i < o->conversations.n; i++) {
        const struct conversation *with = &o->conversations.at[i];
        if (!with->began_here) put_text(o->p, o->p->data, "received_from", with->name);
    }
}

/* What does not open is left out of the page and said. */
static err shown_without(err e, bool *missing)
{
    *missing = e.kind == ERR_CRYPTO;
    return *missing ? ERR_OK : e;
}

err case_show(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct casefile *c;
    size_t settled, problems;
    TRY(case_begin(app, rq, rs, TAB_OVERVIEW, &p, &c));
    if (page_may(&p, CAPABILITY_INBOX_READ))
        TRY(incoming_settle(p.node, p.actor, &settled, &problems));
    struct overview o = {.p = &p, .c = c, .groups = put_list(&p, p.data, "groups")};
    /* What of this page can't be read is named, the rest is shown; without it nothing is agreed to. */
    bool no_messages;
    TRY(shown_without(consent_all(c, p.ctx, &o.consents), &o.no_consents));
    TRY(conversation_list(p.node, p.actor, c, p.ctx, &o.conversations));
    put_origin(&o);
    add_first(&o);
    for (size_t i = 0; i < p.node->forms->n; i++) TRY(add_form(&o, p.node->forms->at[i]));
    add_sending(&o);
    put_consent_states(&p, put_list(&p, p.data, "consents"), o.no_consents ? NULL : &o.consents);
    put_countries_of(&p, c->facts);
    TRY(put_steps(&p, c, &no_messages));
    case_damaged(&p, c, o.no_consents, no_messages);
    return page_show(&p, "case");
}

/* What the consent records say is part of the form. */
static err filled_answers(struct page *p, const struct casefile *c, const struct form *form,
                          json_t **out)
{
    struct consent_list consents;
    TRY(case_answers(c, form, out));
    TRY(consent_all(c, p->ctx, &consents));
    return form_fill_consent(p->ctx, form, &consents, node_now(p->node), *out, out);
}

err form_show_answers(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct casefile *c;
    const struct form *form;
    json_t *answers;
    TRY(case_begin(app, rq, rs, TAB_NONE, &p, &c));
    TRY(case_form(&p, &form));
    TRY(filled_answers(&p, c, form, &answers));
    TRY(put_answers(&p, form, answers, NULL));
    put_path(&p, p.data, "pdf_href", "/cases/%s/forms/%s/print", c->code, form->id);
    compartment_set withheld = c->there & ~c->held;
    if (withheld != 0)
        put_compartments(&p, put_object(&p, p.data, "withheld"), "compartments", withheld);
    return page_show(&p, "form_read");
}

err form_print(void *app, struct http_request *rq, struct http_response *rs)
{
    struct page p;
    struct casefile *c;
    const struct form *form;
    json_t *answers;
    TRY(case_begin(app, rq, rs, TAB_NONE, &p, &c));
    TRY(case_form(&p, &form));
    TRY(filled_answers(&p, c, form, &answers));
    return answers_print(&p, form, answers, c->code);
}
