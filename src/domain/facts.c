/* facts.c - saving the steering facts, and whether the person may be a child. */
#include "domain/facts.h"

#include "base/date.h"
#include "base/text.h"
#include "domain/case_content.h"
#include "domain/record_write.h"
#include "form/answers.h"

err facts_save(struct node *node, struct actor *actor, struct casefile *c, const struct facts *new_facts)
{
    TRY(actor_need(actor, CAPABILITY_CASE_WRITE));
    TRY(facts_check(new_facts));
    ENSURE(new_facts->revision == c->facts->revision, ERR_CONFLICT,
           "somebody else changed this while you were writing");
    ENSURE(!c->facts_damaged, ERR_STORE, "what is known of the person and the countries can't be read: the store is damaged");
    JSON_SCOPE(body) = NULL;
    TRY(facts_json(new_facts, &body));
    TRY(vault_freshen(node, actor, c->vault, COMPARTMENT_BIT(COMPARTMENT_IDENTITY)));
    struct record_batch batch = {0};
    TRY(record_seal(node, actor, c->vault, c->ctx, "facts", "", COMPARTMENT_IDENTITY,
                    case_revision_of(c, "facts", "", COMPARTMENT_IDENTITY) + 1, body, &batch));
    const struct audit_event event = {.at = node_now(node),
                                      .actor_id = actor->user_id,
                                      .action = AUDIT_CASE_WRITE,
                                      .case_id = c->id,
                                      .object = "facts"};
    TRY(record_batch_run(node, &batch, &event));
    case_reload(node, c);
    return ERR_OK;
}

const struct form_item *facts_item(const struct form *form, const char *statistic)
{
    for (size_t i = 0; i < form->n_items; i++)
        if (form->items[i].scope == NULL && text_same(form->items[i].statistic, statistic)) return &form->items[i];
    return NULL;
}

/* The answer to the question that feeds this statistic, or NULL. The form says which question that is; the program knows no
 * field names. */
static const char *answer_for(const struct form *form, const json_t *answers, const char *statistic)
{
    const struct form_item *item = facts_item(form, statistic);
    return item == NULL ? NULL : json_text_or(answers, item->name, NULL);
}

static enum child_status child_by(const char *birth_date, const char *band, enum child_status said, struct date today)
{
    struct date birth;
    if (birth_date != NULL && !err_failed(date_parse(birth_date, &birth)))
        return date_age(birth, today) < 18 ? CHILD_YES : CHILD_NO;
    if (text_same(band, "under_18")) return CHILD_YES;
    if (text_same(band, "over_18")) return said == CHILD_YES || said == CHILD_MAYBE ? said : CHILD_NO;
    return said == CHILD_UNKNOWN ? CHILD_MAYBE : said;
}

enum child_status facts_child_of(const struct form *form, const json_t *answers, enum child_status said,
                                 struct date today)
{
    return child_by(answer_for(form, answers, FACTS_BIRTH), answer_for(form, answers, FACTS_AGE_BAND), said, today);
}

static err case_text(const struct casefile *c, const struct form *form, const char *statistic, const char **out)
{
    const struct form_item *item = facts_item(form, statistic);
    const json_t *answer = NULL;
    if (item != NULL) TRY(case_answer(c, form, item, &answer));
    *out = json_is_string(answer) ? json_string_value(answer) : NULL;
    return ERR_OK;
}

err facts_child(const struct node *node, const struct casefile *c, const struct form *form,
                enum child_status *out)
{
    const char *birth, *band;
    TRY(case_text(c, form, FACTS_BIRTH, &birth));
    TRY(case_text(c, form, FACTS_AGE_BAND, &band));
    *out = child_by(birth, band, c->facts->child, date_of(node_now(node)));
    return ERR_OK;
}
