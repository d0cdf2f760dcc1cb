/* border.h - two offices, pinned to each other, and the line between them without a network: what waits in one's queue
 * is put into the other's receiving endpoint, and the receipt comes back as the delivery worker would write it.
 *
 * The offices are made once (keys take time); each test has copies of its own.
 */
#ifndef OPENTRM_TESTS_BORDER_H
#define OPENTRM_TESTS_BORDER_H

#include "office.h"

#include "base/vec.h"

#include "db/conversation.h"
#include "db/delivery.h"
#include "db/evidence.h"
#include "db/message.h"
#include "db/received.h"
#include "domain/contact.h"
#include "domain/conversation.h"
#include "domain/form_fill.h"
#include "domain/referral.h"
#include "exchange/incoming.h"
#include "exchange/mdn.h"
#include "exchange/outgoing.h"
#include "exchange/partner.h"
#include "exchange/queue.h"
#include "exchange/receive.h"

struct border {
    struct office it, al;
    struct clock *clock;
};

static struct border border_template;

static inline void border_pin(struct office *at, struct office *other)
{
    struct bytes pem;
    char spoken[SPOKEN_ROOM];
    struct partner_added added;
    OK(partner_own_card(other->node, other->ctx, &pem, spoken));
    OK(partner_add(at->node, NULL, pem, spoken, at->ctx, &added));
    assert_string_equal(added.id, other->node->settings.id);
    assert_string_equal(added.country, other->node->settings.country);
    assert_false(added.known);
}

static inline int border_make(void **state)
{
    (void)state;
    struct border *b = &border_template;
    OK(clock_fixed(NULL, T0, &b->clock));
    office_open(&b->it, &ITALY, b->clock);
    office_open(&b->al, &ALBANIA, b->clock);
    OK(organisation_keys_make(b->it.node, b->it.admin, b->it.agency));
    OK(organisation_keys_make(b->al.node, b->al.admin, b->al.agency));
    border_pin(&b->it, &b->al);
    border_pin(&b->al, &b->it);
    office_shut(&b->it);
    office_shut(&b->al);
    return 0;
}

static inline int border_end(void **state)
{
    (void)state;
    office_close(&border_template.it);
    office_close(&border_template.al);
    talloc_free(border_template.clock);
    return 0;
}

static inline int border_begin(void **state)
{
    struct border *b = mem_new(NULL, struct border);
    OK(clock_fixed(b, T0, &b->clock));
    office_copy(&b->it, &border_template.it, b->clock);
    office_copy(&b->al, &border_template.al, b->clock);
    *state = b;
    return 0;
}

static inline int border_close(void **state)
{
    struct border *b = *state;
    office_close(&b->it);
    office_close(&b->al);
    talloc_free(b);
    return 0;
}

/* Time goes on by a second: an act after another is later than it. */
static inline void tick(struct border *b) { clock_set(b->clock, clock_now(b->clock) + MSEC_SECOND); }

/* ---- the line ---- */

struct carrying {
    struct office *from;
    mem *ctx;
    db_deliveries claimed;
    struct bytes receipt;
};

static inline err carry_claim(struct tx *tx, void *arg)
{
    struct carrying *c = arg;
    msec now = node_now(c->from->node);
    return db_delivery_claim(tx, c->ctx, "line", now, now + MSEC_MINUTE, 1, &c->claimed);
}

static inline err carry_done(struct tx *tx, void *arg)
{
    struct carrying *c = arg;
    const struct db_delivery *row = &c->claimed.at[0];
    msec now = node_now(c->from->node);
    const struct db_evidence evidence = {.id = id_new(now), .message_id = row->message_id, .kind = "relayed", .at = now,
                                         .by = row->partner_id, .body = c->receipt};
    TRY(db_delivery_done(tx, row->message_id, "line", "relayed", NULL));
    TRY(db_message_state(tx, row->message_id, "submitted", "relayed"));
    return db_evidence_insert(tx, &evidence);
}

/* One message into the other's endpoint. */
static inline void carry_post(struct office *to, mem *ctx, struct bytes body, struct as2_post *answer)
{
    struct as2_post post;
    int status = 0;
    OK(queue_post_read(ctx, body, &post));
    OK(receive_post(to->node, ctx, &post, &status, answer));
    assert_int_equal(status, 200);
}

/* carry: everything that waits goes over. Gives how many messages went. */
static inline size_t carry(struct office *from, struct office *to)
{
    size_t n = 0;
    for (;; n++) {
        MEM_SCOPE(scope, NULL);
        struct carrying c = {.from = from, .ctx = scope};
        struct as2_post answer, post;
        struct mdn mdn = {0};
        OK(db_run(from->node->records, carry_claim, &c));
        if (c.claimed.n == 0) return n;
        OK(queue_post_read(scope, c.claimed.at[0].body, &post));
        carry_post(to, scope, c.claimed.at[0].body, &answer);
        const struct mdn_expected expected = {.from = to->node->settings.id,
                                              .to = from->node->settings.id,
                                              .original = mime_find(post.headers, "Message-ID"),
                                              .mic = c.claimed.at[0].mic};
        OK(mdn_verify(scope, &answer, to->node->certificate, &expected, node_now(to->node), &mdn));
        if (mdn.outcome != MDN_PROCESSED) fail_msg("the receipt says %s", mdn_outcome_name(mdn.outcome));
        OK(queue_post_write(scope, &answer, &c.receipt));
        OK(db_run(from->node->records, carry_done, &c));
    }
}

/* settle: what is new at an office is opened by one of its people. */
static inline void settle(struct office *o, struct actor *actor, size_t good, size_t bad)
{
    size_t settled = 0, problems = 0;
    OK(incoming_settle(o->node, actor, &settled, &problems));
    if (settled != good || problems != bad)
        fail_msg("settled %zu, problems %zu; expected %zu, %zu", settled, problems, good, bad);
}

/* ---- the demo case ---- */

typedef VEC(struct form_pair) pairs;

/* Answers as a browser posts them. */
static inline void pairs_of(mem *ctx, const char *name, const json_t *value, pairs *out)
{
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            const json_t *one = json_array_get(value, i);
            if (!json_is_object(one)) {
                pairs_of(ctx, name, one, out);
                continue;
            }
            const char *key;
            json_t *inner;
            json_object_foreach((json_t *)(uintptr_t)one, key, inner)
                pairs_of(ctx, talloc_asprintf(ctx, "%s[%zu].%s", name, i, key), inner, out);
        }
        return;
    }
    const char *text = json_is_string(value) ? json_string_value(value)
                                             : talloc_asprintf(ctx, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    const struct form_pair pair = {name, bytes_text(text)};
    OK(vec_push(ctx, out, pair, FORM_PAIRS_MAX));
}

/* fill: each section through form_input, as the pages do. Gives how many answers the case then has at the top. */
static inline size_t fill(struct office *o, struct casefile *c, const json_t *answers)
{
    for (size_t i = 0; i < o->form->n_sections; i++) {
        const struct form_section *section = &o->form->sections[i];
        pairs list = {0};
        const char *name;
        json_t *value;
        if ((section->parties & case_party(o->node, c)) == 0) continue;
        if (section->item != NULL && text_same(section->item->appearance, "from-consent")) continue;
        json_object_foreach((json_t *)(uintptr_t)answers, name, value) {
            const struct form_item *item = form_item_find(o->form, NULL, name);
            if (item == NULL) fail_msg("the form has no %s", name);
            if (item->section == section && (item->parties & case_party(o->node, c)) != 0)
                pairs_of(o->ctx, name, value, &list);
        }
        if (list.n == 0) continue;
        struct form_input in;
        const struct form_eval eval = case_eval(o->node, c);
        OK(form_input_read(o->ctx, o->form, section, &eval, list.at, list.n, &in));
        if (in.n_problems != 0) fail_msg("%s: %s", in.problems[0].path, in.problems[0].message);
        OK(case_save_section(o->node, o->worker, c, o->form, section->name, in.answers, case_revision(c, FORM_ID)));
    }
    json_t *all = NULL;
    OK(case_answers(c, o->form, &all));
    return json_object_size(all);
}

static inline void facts_of_demo(struct office *o, struct casefile *c, const json_t *demo_facts)
{
    struct facts facts = {.label = "Blue door", .guardian_name = "", .guardian_contact = "",
                          .revision = c->facts->revision};
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(demo_facts, "countries"), i, item) {
        struct facts_country *country = &facts.countries[facts.n_countries++];
        (void)snprintf(country->code, sizeof country->code, "%s", json_text_or(item, "country", ""));
        size_t k;
        const json_t *role;
        json_array_foreach(json_object_get(item, "roles"), k, role) {
            unsigned one = 0;
            OK(party_parse(json_string_value(role), &one));
            country->roles |= one;
        }
    }
    OK(facts_child_parse(json_text_or(demo_facts, "child", ""), &facts.child));
    OK(facts_save(o->node, o->worker, c, &facts));
}

/* The adult of the demo: opened, filled, agreed. */
static inline struct casefile *adult_case(struct border *b)
{
    struct casefile *c = office_case(&b->it, "Blue door");
    facts_of_demo(&b->it, c, demo(b->it.ctx, "facts-adult.json"));
    assert_true(fill(&b->it, c, demo(b->it.ctx, "case-adult.json")) > 80);
    (void)office_consent(&b->it, c, consent_of(CONSENT_SHARE, true, "AL"));
    (void)office_consent(&b->it, c, consent_of(CONSENT_RETURN, true, NULL));
    return c;
}

/* Quicker: an adult with an answer in each compartment. */
static inline struct casefile *small_case(struct border *b)
{
    struct casefile *c = office_case(&b->it, "Blue door");
    facts_of_demo(&b->it, c, demo(b->it.ctx, "facts-adult.json"));
    office_answer(&b->it, c, "s1_1",
                  "{\"person_name\": \"Zamira Lisaku\", \"birth_date\": \"1999-04-17\", \"age_group\": \"over_18\"}");
    office_answer(&b->it, c, "s3_1", "{\"need_other\": \"Un posto al nido\"}");
    office_answer(&b->it, c, "s3_2", "{\"medication\": \"Ferro\"}");
    office_answer(&b->it, c, "s3_3", "{\"unsafe_location\": \"Il paese\"}");
    office_answer(&b->it, c, "s2_2", "{\"legal_representative\": \"yes\"}");
    (void)office_consent(&b->it, c, consent_of(CONSENT_SHARE, true, "AL"));
    (void)office_consent(&b->it, c, consent_of(CONSENT_RETURN, true, NULL));
    return c;
}

/* ---- acts ---- */

static inline struct contact contact_of(struct office *o, const char *country)
{
    struct contact_list list;
    OK(contact_search(o->node, o->ctx, country, "return", &list));
    assert_true(list.n > 0 && list.at[0].partner_id != NULL);
    return list.at[0];
}

static inline struct referral_request request_to(struct office *o, const char *country, const char *procedure)
{
    return (struct referral_request){.form_id = FORM_ID,
                                     .recipient = contact_of(o, country),
                                     .procedure = procedure,
                                     .danger_reason = "",
                                     .party = PARTY_EXPLOITATION,
                                     .language = o->node->settings.language};
}

static inline struct id send_referral(struct office *o, struct casefile *c, const char *country)
{
    struct referral_request request = request_to(o, country, "return");
    struct referral_plan plan;
    struct id message = {""};
    OK(referral_plan(o->node, o->worker, c, &request, o->ctx, &plan));
    for (unsigned i = 0; i < STOP_COUNT; i++)
        if (plan.stops[i]) fail_msg("%s", referral_stop_text((enum referral_stop)i));
    OK(outgoing_referral(o->node, o->worker, c, &request.recipient, &plan, plan.digest, "return", T0 + 7 * MSEC_DAY, "",
                         request.language, &message));
    return message;
}

/* The one line of the inbox. */
static inline struct inbox_line inbox_only(struct office *o, struct actor *actor)
{
    struct inbox inbox;
    OK(inbox_list(o->node, actor, o->ctx, &inbox));
    if (inbox.n != 1) fail_msg("%zu lines in the inbox", inbox.n);
    return inbox.at[0];
}

static inline struct incoming open_only(struct office *o, struct actor *actor)
{
    struct incoming message = {.state = ""};
    const struct inbox_line line = inbox_only(o, actor);
    OK(incoming_open(o->node, actor, line.received_id.text, o->node->settings.language, o->ctx, &message));
    return message;
}

static inline const char *message_state(struct office *o, struct id message)
{
    char sql[200];
    (void)snprintf(sql, sizeof sql, "SELECT state FROM message WHERE id = '%s'", message.text);
    const struct engine_answer answer = engine_node(o->folder, "opentrm.db", sql);
    return mem_text(o->ctx, answer.text);
}

/* The steps of a case's timeline about one class of message, as "state state ...". */
static inline const char *steps_of(struct office *o, struct actor *actor, struct casefile *c, const char *class_)
{
    struct timeline t;
    char *text = mem_text(o->ctx, "");
    OK(conversation_timeline(o->node, actor, c, o->ctx, &t));
    for (size_t i = 0; i < t.n; i++)
        if (text_same(t.at[i].class_, class_))
            text = talloc_asprintf_append(text, "%s%s", *text == '\0' ? "" : " ", t.at[i].state);
    return text;
}

#endif
