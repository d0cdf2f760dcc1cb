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
    return case_reload(node, c);
}

/* The answer to the question that feeds this statistic ("birth_date", "age_band"), or NULL. The form says which
 * question that is; the program knows no field names. */
static const char *answer_for(const struct form *form, const json_t *answers, const char *statistic)
{
    for (size_t i = 0; i < form->n_items; i++)
        if (form->items[i].scope == NULL && text_same(form->items[i].statistic, statistic)) {
            const json_t *v = json_object_get(answers, form->items[i].name);
            return json_is_string(v) ? json_string_value(v) : NULL;
        }
    return NULL;
}

enum child_status facts_child_of(const struct form *form, const json_t *answers, enum child_status said,
                                 struct date today)
{
    struct date birth;
    const char *date = answer_for(form, answers, "birth_date");
    if (date != NULL && !err_failed(date_parse(date, &birth)))
        return date_age(birth, today) < 18 ? CHILD_YES : CHILD_NO;
    const char *band = answer_for(form, answers, "age_band");
    if (text_same(band, "under_18")) return CHILD_YES;
    if (text_same(band, "over_18")) return said == CHILD_YES || said == CHILD_MAYBE ? said : CHILD_NO;
    return said == CHILD_UNKNOWN ? CHILD_MAYBE : said;
}

err facts_child(const struct node *node, const struct casefile *c, const struct form *form,
                enum child_status *out)
{
    json_t *answers;
    TRY(case_answers(c, form, &answers));
    *out = facts_child_of(form, answers, c->facts->child, date_of(node_now(node)));
    return ERR_OK;
}
