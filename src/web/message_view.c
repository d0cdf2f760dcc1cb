/* message_view.c - reads a message of a case. */
#include "web/message_view.h"

#include "base/text.h"
#include "domain/consent.h"
#include "domain/formbook.h"
#include "form/split.h"
#include "web/consent_view.h"
#include "web/put.h"
#include "web/web_own.h"

static err take_part(struct page *p, const struct case_record *record, struct case_message *m,
                     struct form_parts *parts)
{
    const json_t *body = json_object_get(record->body, "body");
    const char *words = json_text_or(body, "words", json_text_or(body, "reason", NULL));
    const char *form_id = json_text_or(record->body, "form", NULL);
    if (words != NULL) m->words = words;
    m->language = json_text_or(record->body, "language", m->language);
    if (m->consent == NULL) m->consent = json_object_get(record->body, "consent");
    parts->at[record->compartment] = json_object_get(record->body, "answers");
    if (form_id == NULL || m->form != NULL) return ERR_OK;
    err e = formbook_find(p->node->forms, form_id, &m->form);
    return e.kind == ERR_NOT_FOUND ? ERR_OK : e;
}

err case_message_read(struct page *p, const struct casefile *c, bool outgoing,
                      const char *message_id, struct case_message *out)
{
    struct case_records records;
    struct form_parts parts = {0};
    struct case_message m = {.words = ""};
    TRY(case_records_named(c, outgoing ? "sent" : "received", message_id, &records));
    for (size_t i = 0; i < records.n; i++)
        TRY(take_part(p, &records.at[i], &m, &parts));
    if (m.form != NULL) {
        err e = form_merge(p->ctx, m.form, &parts, &m.answers);
        /* Written on another version of the form: left out rather than shown wrongly. */
        if (e.kind == ERR_INPUT)
            m.form = NULL;
        else
            TRY(e);
    }
    *out = m;
    return ERR_OK;
}

void put_message_consent(struct page *p, const json_t *consent)
{
    struct consent read;
    if (consent == NULL || err_failed(consent_read(p->ctx, consent, &read))) {
        put_nothing(p, p->data, "consent");
        return;
    }
    struct view *o = put_object(p, p->data, "consent");
    put_compartments(p, o, "compartments", read.compartments);
    put_country_names(p, o, "countries", read.countries, read.n_countries);
    put_text(p, o, "purpose", text_empty(read.purpose) ? NULL : read.purpose);
    put_date(p, o, "until", read.until);
}

void put_words_language(struct page *p, const char *language)
{
    bool foreign = !text_empty(language) && !text_same(language, p->language->code);
    put_text(p, p->data, "words_lang", foreign ? language : NULL);
    put_language(p, p->data, "words_language", foreign ? language : NULL);
}
