/* part_statement.c - the members of a statement, as tables. */
#include "exchange/part_statement.h"

#include <string.h>

#include "base/text.h"
#include "exchange/strict.h"

#define PROFILE "opentrm/1"

static const struct strict_member statement_members[] = {
    {"profile", STRICT_TEXT, true, 16},      {"type", STRICT_SLUG, true, 0},
    {"message", STRICT_ID, true, 0},         {"sender", STRICT_ID, true, 0},
    {"recipient", STRICT_ID, true, 0},       {"compartment", STRICT_SLUG, true, 0},
    {"conversation", STRICT_ID, true, 0},    {"in_reply_to", STRICT_ID, false, 0},
    {"purpose", STRICT_SLUG, false, 0},      {"handling", STRICT_SLUG, false, 0},
    {"language", STRICT_LANGUAGE, false, 0}, {"at", STRICT_TIME, true, 0},
    {"consent", STRICT_OBJECT, false, 0},    {"form", STRICT_OBJECT, false, 0},
    {"answers", STRICT_OBJECT, false, 0},    {"body", STRICT_OBJECT, false, 0},
};

/* As domain/consent.h records it. Times are milliseconds since 1970 UTC; withdrawn_at 0: not. */
static const struct strict_member consent_members[] = {
    {"id", STRICT_ID, true, 0},
    {"what", STRICT_SLUG, true, 0},
    {"how", STRICT_SLUG, true, 0},
    {"yes", STRICT_FLAG, true, 0},
    {"compartments", STRICT_LIST, true, COMPARTMENTS},
    {"countries", STRICT_LIST, true, 16},
    {"at", STRICT_NUMBER, true, 0},
    {"withdrawn_at", STRICT_NUMBER, true, 0},
    {"purpose", STRICT_WORDS, true, 500},
    {"until", STRICT_WORDS, true, 10},
    {"language", STRICT_WORDS, true, 200},
    {"interpreter", STRICT_WORDS, true, 200},
    {"explained_by", STRICT_WORDS, true, 200},
    {"comments", STRICT_WORDS, true, 8000},
    {"received_from", STRICT_WORDS, true, 200},
    {"withdrawn_how", STRICT_WORDS, true, 2000},
};

static const struct strict_member form_members[] = {
    {"id", STRICT_SLUG, true, 0},
    {"version", STRICT_TEXT, true, 64},
    {"hash", STRICT_HASH, true, 0},
};

/* ---- what each type has ---- */

static const struct strict_member referral_body[] = {
    {"countries", STRICT_TEXT, true, 2000},         {"child", STRICT_SLUG, true, 0},
    {"guardian", STRICT_TEXT, false, 400},          {"guardian_contact", STRICT_TEXT, false, 2000},
    {"danger", STRICT_TEXT, false, PART_TEXT_MOST}, {"words", STRICT_TEXT, false, PART_TEXT_MOST},
};
static const struct strict_member alarm_body[] = {
    {"countries", STRICT_TEXT, true, 2000},        {"child", STRICT_SLUG, true, 0},
    {"guardian", STRICT_TEXT, false, 400},         {"guardian_contact", STRICT_TEXT, false, 2000},
    {"danger", STRICT_TEXT, true, PART_TEXT_MOST}, {"words", STRICT_TEXT, false, PART_TEXT_MOST},
};
static const struct strict_member words_body[] = {
    {"words", STRICT_TEXT, true, PART_TEXT_MOST},
};
static const struct strict_member decision_body[] = {
    {"outcome", STRICT_SLUG, true, 0},
    {"reason", STRICT_TEXT, false, PART_TEXT_MOST},
    {"person", STRICT_TEXT, false, PART_LABEL_MOST},
};
static const struct strict_member receipt_body[] = {
    {"outcome", STRICT_SLUG, true, 0},
    {"reason", STRICT_TEXT, false, PART_TEXT_MOST},
    {"digest", STRICT_HASH, false, 0},
};
static const struct strict_member withdrawal_body[] = {
    {"reason", STRICT_TEXT, false, PART_TEXT_MOST},
};

enum need { NONE, MAY, MUST };

#define BODY(table) table, COUNT_OF(table)
static const struct class
{
    const char *type;
    enum need answers; /* with their form */
    enum need body;
    enum need reply; /* in_reply_to */
    const struct strict_member *members;
    size_t member_count;
    const char *outcomes; /* space separated, or NULL */
} classes[] = {
    {"referral", MAY, MAY, MAY, BODY(referral_body), NULL},
    {"alarm", MAY, MAY, MAY, BODY(alarm_body), NULL},
    {"request", MAY, MAY, MAY, BODY(words_body), NULL},
    {"followup", MAY, MAY, MAY, BODY(words_body), NULL},
    {"question", NONE, MUST, MAY, BODY(words_body), NULL},
    {"answer", NONE, MUST, MAY, BODY(words_body), NULL},
    {"decision", NONE, MUST, MUST, BODY(decision_body), "accepted declined"},
    {"receipt", NONE, MUST, MUST, BODY(receipt_body), "delivered unreadable opened erased refused"},
    {"withdrawal", NONE, MAY, MAY, BODY(withdrawal_body), NULL},
};

static const struct class *class_find(const char *type)
{
    for (size_t i = 0; i < COUNT_OF(classes); i++)
        if (text_same(classes[i].type, type)) return &classes[i];
    return NULL;
}

bool part_class_known(const char *class) { return class_find(class) != NULL; }

static bool need_met(enum need need, bool there) { return need == MAY || there == (need == MUST); }

static bool word_in(const char *word, const char *words)
{
    size_t n = strlen(word);
    for (const char *p = words; (p = strstr(p, word)) != NULL; p++)
        if ((p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0')) return true;
    return false;
}

static err body_check(const struct class *class, const json_t *body)
{
    if (body == NULL) return ERR_OK;
    TRY(strict_object(body, class->members, class->member_count));
    if (class->outcomes != NULL)
        ENSURE(word_in(strict_text(body, "outcome"), class->outcomes), ERR_INPUT,
               "an outcome that this type of message does not have");
    return ERR_OK;
}

/* statement_check: the whole statement against the tables: before it leaves, and after it came. */
static err statement_check(const json_t *value)
{
    TRY(strict_object(value, statement_members, COUNT_OF(statement_members)));
    ENSURE(text_same(strict_text(value, "profile"), PROFILE), ERR_INPUT,
           "a part of another profile");
    const struct class *class = class_find(strict_text(value, "type"));
    ENSURE(class != NULL, ERR_INPUT, "an unknown type of message");
    const json_t *body = json_object_get(value, "body"),
                 *answers = json_object_get(value, "answers"),
                 *form = json_object_get(value, "form"),
                 *consent = json_object_get(value, "consent");
    ENSURE(need_met(class->answers, answers != NULL), ERR_INPUT, "answers where there are none");
    ENSURE((answers == NULL) == (form == NULL), ERR_INPUT, "answers without their form");
    ENSURE(need_met(class->body, body != NULL), ERR_INPUT, "a message without what it says");
    ENSURE(need_met(class->reply, json_object_get(value, "in_reply_to") != NULL), ERR_INPUT,
           "a message that does not say what it answers");
    ENSURE(body != NULL || answers != NULL || class->answers == NONE, ERR_INPUT, "an empty part");
    if (form != NULL) TRY(strict_object(form, form_members, COUNT_OF(form_members)));
    if (consent != NULL) TRY(strict_object(consent, consent_members, COUNT_OF(consent_members)));
    return body_check(class, body);
}

/* A borrowed JSON value into our object: it is only read there. */
static err put_borrowed(json_t *object, const char *name, const json_t *value)
{
    if (value == NULL) return ERR_OK;
    return json_put(object, name, json_deep_copy(value));
}

static err form_put(json_t *object, const struct part_form *form)
{
    if (form->id == NULL) return ERR_OK;
    JSON_SCOPE(value) = json_object();
    ENSURE_MEM(value);
    TRY(strict_put_text(value, "id", form->id));
    TRY(strict_put_text(value, "version", form->version));
    TRY(strict_put_text(value, "hash", form->hash));
    return json_put(object, "form", json_incref(value));
}

err statement_write(const struct part *part, json_t **out)
{
    JSON_SCOPE(value) = json_object();
    ENSURE_MEM(value);
    TRY(strict_put_text(value, "profile", PROFILE));
    TRY(strict_put_text(value, "type", part->type));
    TRY(strict_put_id(value, "message", part->message));
    TRY(strict_put_id(value, "sender", part->sender));
    TRY(strict_put_id(value, "recipient", part->recipient));
    TRY(strict_put_text(value, "compartment", compartment_name(part->compartment)));
    TRY(strict_put_id(value, "conversation", part->conversation));
    TRY(strict_put_id(value, "in_reply_to", part->in_reply_to));
    TRY(strict_put_text(value, "purpose", part->purpose));
    TRY(strict_put_text(value, "handling", part->handling));
    TRY(strict_put_text(value, "language", part->language));
    TRY(strict_put_time(value, "at", part->at));
    TRY(put_borrowed(value, "consent", part->consent));
    TRY(form_put(value, &part->form));
    TRY(put_borrowed(value, "answers", part->answers));
    TRY(put_borrowed(value, "body", part->body));
    TRY(statement_check(value));
    *out = json_incref(value);
    return ERR_OK;
}

err statement_read(const json_t *value, struct part *out)
{
    TRY(statement_check(value));
    struct part part = *out;
    TRY(compartment_parse(strict_text(value, "compartment"), &part.compartment));
    part.type = strict_text(value, "type");
    part.message = strict_id(value, "message");
    part.sender = strict_id(value, "sender");
    part.recipient = strict_id(value, "recipient");
    part.conversation = strict_id(value, "conversation");
    part.in_reply_to = strict_id(value, "in_reply_to");
    part.purpose = strict_text(value, "purpose");
    part.handling = strict_text(value, "handling");
    part.language = strict_text(value, "language");
    part.at = strict_time(value, "at");
    part.consent = json_object_get(value, "consent");
    part.answers = json_object_get(value, "answers");
    part.body = json_object_get(value, "body");
    const json_t *form = json_object_get(value, "form");
    part.form.id = strict_text(form, "id");
    part.form.version = strict_text(form, "version");
    part.form.hash = strict_text(form, "hash");
    *out = part;
    return ERR_OK;
}
