/* referral.c - the plan: what stops the message, what goes, what stays and why. */
#include "domain/referral.h"

#include <string.h>

#include "base/encode.h"
#include "base/messages.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "db/partner.h"
#include "domain/form_fill.h"
#include "domain/actor.h"
#include "domain/formbook.h"
#include "domain/node.h"
#include "domain/policy.h"
#include "form/split.h"
#include "form/view.h"

static const char *const STOPS[STOP_COUNT] = {
    [STOP_NO_CONSENT] = MSG("The person has not been asked whether data may be shared. Record their answer first."),
    [STOP_CONSENT_REFUSED] = MSG("The person does not want data to be shared. Nothing may be sent."),
    [STOP_CONSENT_EXPIRED] = MSG("The person's consent to share data has ended. Ask again before you send."),
    [STOP_CONSENT_WITHDRAWN] = MSG("The person has withdrawn the consent to share data. Nothing may be sent."),
    [STOP_CONSENT_ELSEWHERE] = MSG("The person's consent does not cover this country. Ask again before you send."),
    [STOP_NO_GUARDIAN] = MSG("The person may be a child. Name the guardian before you send."),
    [STOP_NOT_CHILD_AUTHORITY] =
        MSG("The person may be a child. Send to the child authority of the other country."),
    [STOP_UNREACHABLE] = MSG("This body can't be reached through OpenTRM. Use the telephone, fax or address shown."),
    [STOP_RETURN_REFUSED] = MSG("The person does not want to return. Choose another procedure than return."),
    [STOP_RETURN_NOT_ASKED] =
        MSG("The person has not been asked about returning, or that consent has ended. Record their answer first."),
    [STOP_NOTHING_GOES] = MSG("There is no answer that may be sent."),
    [STOP_HAS_ERRORS] = MSG("Some answers that would be sent are wrong. Correct them first."),
};

static const char *const STAYS[] = {
    [STAYS_NOT] = MSG("goes"),
    [STAYS_CONSENT] = MSG("stays: the person did not agree to share this part"),
    [STAYS_NEVER] = MSG("stays: this answer never leaves the country"),
    [STAYS_POLICY] = MSG("stays: withheld by national law"),
    [STAYS_WITHHELD] = MSG("stays: you can't read this part of the case"),
    [STAYS_PARTY] = MSG("stays: this part is filled in by the other country"),
    [STAYS_RAW] = MSG("stays: what was typed is not a valid answer"),
};

const char *referral_stop_text(enum referral_stop stop)
{
    return (unsigned)stop < STOP_COUNT ? STOPS[stop] : "";
}
const char *referral_stay_text(enum referral_stay stay)
{
    return (unsigned)stay < COUNT_OF(STAYS) ? STAYS[stay] : "";
}

/* What a plan is made from. */
struct planning {
    struct node *node;
    struct casefile *c;
    const struct referral_request *request;
    mem *ctx;
    struct consent_list consents;
    compartment_set consented;
    struct policy policy;
    json_t *answers;
    struct referral_plan plan;
};

static void stop(struct planning *p, enum referral_stop why)
{
    p->plan.stops[why] = true;
    p->plan.stopped = true;
}

enum referral_stop referral_stop_of(enum consent_answer answer)
{
    static const enum referral_stop WHY[] = {
        [CONSENT_VALID] = STOP_COUNT,
        [CONSENT_NONE] = STOP_NO_CONSENT,           [CONSENT_REFUSED] = STOP_CONSENT_REFUSED,
        [CONSENT_EXPIRED] = STOP_CONSENT_EXPIRED,   [CONSENT_WITHDRAWN] = STOP_CONSENT_WITHDRAWN,
        [CONSENT_ELSEWHERE] = STOP_CONSENT_ELSEWHERE};
    return WHY[answer];
}

static void ask_consent(struct planning *p)
{
    enum consent_answer a =
        consent_for_sharing(&p->consents, p->request->recipient.country, node_now(p->node), &p->consented);
    if (a != CONSENT_VALID) stop(p, referral_stop_of(a));
}

/* Return needs the person's own yes. It says nothing about sharing. */
static void ask_return(struct planning *p)
{
    if (!text_same(p->request->procedure, "return")) return;
    const struct consent *c = consent_current(&p->consents, CONSENT_RETURN);
    if (c == NULL) stop(p, STOP_RETURN_NOT_ASKED);
    else if (!c->yes || c->withdrawn_at != 0) stop(p, STOP_RETURN_REFUSED);
    else if (consent_ended(c, node_now(p->node))) stop(p, STOP_RETURN_NOT_ASKED);
}

static bool has_word(const char *words, const char *word)
{
    MEM_SCOPE(scope, NULL);
    const char *piece;
    while (!err_failed(text_split(scope, &words, ' ', &piece)) && piece != NULL)
        if (text_same(piece, word)) return true;
    return false;
}

/* A child, or one who may be: guardian named, child authority addressed (Box 11). Immediate danger is the only
 * exception. */
static err ask_child(struct planning *p)
{
    enum child_status child;
    TRY(facts_child(p->node, p->c, p->plan.form, &child));
    p->plan.child = facts_may_be_child(child);
    p->plan.danger = !text_empty(p->request->danger_reason);
    if (!p->plan.child || p->plan.danger) return ERR_OK;
    if (p->request->reply) return ERR_OK; /* the other side began, under the same rule */
    if (text_empty(p->c->facts->guardian_name)) stop(p, STOP_NO_GUARDIAN);
    if (!has_word(p->request->recipient.roles, "child_authority")) stop(p, STOP_NOT_CHILD_AUTHORITY);
    return ERR_OK;
}

struct lookup {
    mem *ctx;
    const char *id;
    struct db_partner row;
};

static err partner(struct tx *tx, void *arg)
{
    struct lookup *l = arg;
    return db_partner_by_id(tx, l->ctx, l->id, &l->row);
}

static err ask_reachable(struct planning *p)
{
    const struct contact *to = &p->request->recipient;
    if (text_empty(to->partner_id) || text_empty(to->organisation_id)) {
        stop(p, STOP_UNREACHABLE);
        return ERR_OK;
    }
    struct lookup l = {.ctx = p->ctx, .id = to->partner_id};
    err e = db_read(p->node->records, partner, &l);
    if (e.kind == ERR_NOT_FOUND) {
        stop(p, STOP_UNREACHABLE);
        return ERR_OK;
    }
    TRY(e);
    if (!text_same(l.row.state, "pinned") || l.row.expires_at <= node_now(p->node)) stop(p, STOP_UNREACHABLE);
    return ERR_OK;
}

/* The answers as they stand: what is not asked any more is out. Required ones that are missing only show. */
static err check_answers(struct planning *p, struct form_checked *checked)
{
    struct form_eval eval = case_eval(p->node, p->c);
    eval.parties = p->request->party;
    const struct form_reading reading = form_reading_of(p->plan.form, p->request->language);
    TRY(form_answers_check(p->ctx, p->plan.form, p->answers, &eval, &reading, checked));
    for (size_t i = 0; i < checked->n_problems; i++)
        if (checked->problems[i].fault == ANSWER_MISSING) p->plan.missing++;
    p->answers = checked->answers;
    return ERR_OK;
}

/* A wrong answer does not travel: one that would go stops the message. What was not understood stays anyway. */
static void ask_errors(struct planning *p, const struct form_checked *checked, const struct form_decisions *decisions)
{
    for (size_t i = 0; i < checked->n_problems; i++) {
        if (checked->problems[i].fault == ANSWER_MISSING) continue;
        for (size_t d = 0; d < decisions->n; d++)
            if (decisions->at[d].verdict == FORM_GOES && text_same(decisions->at[d].path, checked->problems[i].path))
                stop(p, STOP_HAS_ERRORS);
    }
}

static enum form_verdict by_policy(void *arg, const struct form_item *item)
{
    const struct planning *p = arg;
    return policy_find(&p->policy, item) == NULL ? FORM_GOES : FORM_STAYS_LAW;
}

static const enum referral_stay OF_VERDICT[FORM_VERDICT_COUNT] = {
    [FORM_GOES] = STAYS_NOT,
    [FORM_STAYS_NEVER] = STAYS_NEVER,
    [FORM_STAYS_PARTY] = STAYS_PARTY,
    [FORM_STAYS_COMPARTMENT] = STAYS_WITHHELD,
    [FORM_STAYS_CONSENT] = STAYS_CONSENT,
    [FORM_STAYS_LAW] = STAYS_POLICY,
    [FORM_STAYS_CHOSEN] = STAYS_NEVER,
    [FORM_STAYS_RAW] = STAYS_RAW,
};

static err value_of(mem *ctx, const struct form_row *row, const char **out)
{
    char *text = mem_text(ctx, "");
    for (size_t i = 0; i < row->n_values && text != NULL; i++)
        text = talloc_asprintf_append(text, "%s%s", i == 0 ? "" : ", ", row->value[i].text);
    ENSURE_MEM(text);
    *out = text;
    return ERR_OK;
}

static const char *basis_of(const struct policy *policy, const struct form_item *item)
{
    for (; item != NULL; item = item->parent) {
        const struct policy_row *row = policy_find(policy, item);
        if (row != NULL) return row->legal_basis;
    }
    return "";
}

/* One line for each answered question; rows and decisions are both in the order of the form. */
static err add_items(struct planning *p, const struct form_decisions *decisions)
{
    const struct form_reading reading = form_reading_of(p->plan.form, p->request->language);
    struct form_rows rows;
    TRY(form_rows_of(p->ctx, p->plan.form, p->answers, &reading, &rows));
    size_t most = rows.n + COMPARTMENTS, d = 0;
    p->plan.items = mem_array(p->ctx, struct referral_item, most);
    ENSURE_MEM(p->plan.items);
    const char *section = "";
    for (size_t i = 0; i < rows.n; i++) {
        const struct form_row *row = &rows.at[i];
        if (row->kind == FORM_ROW_SECTION) section = row->label.text;
        if (row->kind != FORM_ROW_ANSWER) continue;
        while (d < decisions->n && !text_same(decisions->at[d].path, row->path)) d++;
        ENSURE(d < decisions->n, ERR_BUG, "an answer without a decision");
        struct referral_item *item = &p->plan.items[p->plan.n++];
        item->section = section;
        item->label = row->label.text;
        item->question = row->item;
        item->compartment = row->item->compartment;
        item->stays = OF_VERDICT[decisions->at[d].verdict];
        item->basis = item->stays == STAYS_POLICY ? basis_of(&p->policy, row->item) : "";
        TRY(value_of(p->ctx, row, &item->value));
        if (item->stays == STAYS_NOT) p->plan.goes++;
        else p->plan.stays++;
    }
    return ERR_OK;
}

/* What the sender can't read stays, and is said. */
static err add_withheld(struct planning *p)
{
    for (unsigned i = 0; i < COMPARTMENTS; i++) {
        if ((p->c->there & ~p->c->held & COMPARTMENT_BIT(i)) == 0) continue;
        p->plan.items[p->plan.n++] = (struct referral_item){
            .section = "", .label = "", .value = "", .basis = "", .compartment = (enum compartment)i,
            .stays = STAYS_WITHHELD};
        p->plan.stays++;
    }
    return ERR_OK;
}

/* The facts that travel with a referral (exchange/conversation_facts.h): all but the label. */
static err put_facts(struct planning *p, json_t *all)
{
    struct facts facts = *p->c->facts;
    facts.label = "";
    json_t *body;
    TRY(facts_json(&facts, &body));
    return json_put(all, "facts", body);
}

static err put_words(json_t *all, const char *member, const char *words)
{
    return json_put(all, member, json_string(words == NULL ? "" : words));
}

static err make_digest(struct planning *p)
{
    JSON_SCOPE(all) = json_object();
    ENSURE_MEM(all);
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        if (p->plan.answers[i] != NULL)
            TRY(json_put(all, compartment_name((enum compartment)i), json_incref(p->plan.answers[i])));
    if (p->plan.consent != NULL) TRY(json_put(all, "consent", json_incref(p->plan.consent)));
    TRY(put_facts(p, all));
    TRY(put_words(all, "to", p->request->recipient.organisation_id));
    TRY(put_words(all, "procedure", p->request->procedure));
    TRY(put_words(all, "danger", p->request->danger_reason));
    TRY(put_words(all, "form", p->plan.form->hash));
    struct bytes bytes;
    struct digest digest;
    TRY(json_write(p->ctx, all, &bytes));
    TRY(digest_of("opentrm plan", (struct bytes){0}, bytes, &digest));
    return encode_hex(p->ctx, digest_bytes(&digest), &p->plan.digest);
}

static err carry_consent(struct planning *p)
{
    const struct consent *c = consent_to_share_with(&p->consents, p->request->recipient.country);
    if (c == NULL) return ERR_OK;
    json_t *body;
    TRY(consent_json(c, &body));
    TRY(json_keep(p->ctx, body));
    p->plan.consent = body;
    return ERR_OK;
}

err referral_plan(struct node *node, struct actor *actor, struct casefile *c,
                  const struct referral_request *request, mem *ctx, struct referral_plan *out)
{
    TRY(actor_need(actor, CAPABILITY_CASE_READ));
    ENSURE(!c->facts_damaged, ERR_STORE,
           "what is known of the person and the countries can't be read: the store is damaged");
    struct planning p = {.node = node, .c = c, .request = request, .ctx = ctx};
    TRY(formbook_find(node->forms, request->form_id, &p.plan.form));
    TRY(policy_load(ctx, node->data_folder, node->settings.country, p.plan.form, &p.policy));
    TRY(consent_all(c, ctx, &p.consents));
    TRY(case_answers(c, p.plan.form, &p.answers));
    TRY(form_fill_consent(ctx, p.plan.form, &p.consents, node_now(node), p.answers, &p.answers));
    ask_consent(&p);
    ask_return(&p);
    TRY(ask_child(&p));
    TRY(ask_reachable(&p));
    struct form_checked checked;
    TRY(check_answers(&p, &checked));
    const struct form_rules rules = {.parties = request->party,
                                     .compartments = COMPARTMENT_ALL,
                                     .consented = p.consented,
                                     .decide = by_policy,
                                     .arg = &p};
    struct form_decisions decisions;
    struct form_parts parts;
    TRY(form_decide(ctx, p.plan.form, p.answers, &rules, &decisions));
    TRY(form_split_send(ctx, p.plan.form, p.answers, &rules, &parts));
    ask_errors(&p, &checked, &decisions);
    TRY(add_items(&p, &decisions));
    TRY(add_withheld(&p));
    for (unsigned i = 0; i < COMPARTMENTS; i++) {
        p.plan.answers[i] = parts.at[i];
        if (parts.at[i] != NULL) p.plan.compartments |= COMPARTMENT_BIT(i);
    }
    if (p.plan.goes == 0) stop(&p, STOP_NOTHING_GOES);
    TRY(carry_consent(&p));
    TRY(make_digest(&p));
    *out = p.plan;
    return ERR_OK;
}
