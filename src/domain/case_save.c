/* case_save.c - a section of a form is saved: merged, split by compartment, only what changed is written. */
#include "base/text.h"
#include "domain/case.h"
#include "domain/case_content.h"
#include "domain/record_write.h"
#include "form/split.h"

/* case_write_answers: all answers of a form as they should be from now on; writes a new revision in each
 * compartment where they differ from what is there. `held` limits it. Nothing to write is fine. */
err case_write_answers(struct node *node, struct actor *actor, struct casefile *c, const struct form *form,
                       const json_t *answers, const char *detail, struct record_batch *batch,
                       struct audit_event *event)
{
    struct form_parts parts;
    TRY(form_split(c->ctx, form, answers, &parts));
    JSON_SCOPE(nothing) = json_object();
    ENSURE_MEM(nothing);
    compartment_set changed = 0;
    const json_t *bodies[COMPARTMENTS] = {0};
    for (unsigned i = 0; i < COMPARTMENTS; i++) {
        enum compartment compartment = (enum compartment)i;
        if (!vault_holds(c->vault, compartment) || (c->damaged & COMPARTMENT_BIT(compartment)) != 0) continue;
        const struct case_record *old = NULL;
        err e = case_record_one(c, "form", form->id, compartment, &old);
        if (e.kind != ERR_NOT_FOUND) TRY(e);
        const json_t *was = old == NULL ? nothing : old->body;
        const json_t *now = parts.at[i] == NULL ? nothing : parts.at[i];
        if (json_equal(was, now)) continue;
        changed |= COMPARTMENT_BIT(i);
        bodies[i] = now;
    }
    if (changed != 0) TRY(vault_freshen(node, actor, c->vault, changed));
    for (unsigned i = 0; i < COMPARTMENTS; i++)
        if (bodies[i] != NULL)
            TRY(record_seal(node, actor, c->vault, c->ctx, "form", form->id, (enum compartment)i,
                            case_revision_of(c, "form", form->id, (enum compartment)i) + 1, bodies[i],
                            batch));
    *event = (struct audit_event){.at = node_now(node),
                                  .actor_id = actor->user_id,
                                  .action = AUDIT_CASE_WRITE,
                                  .case_id = c->id,
                                  .object = form->id,
                                  .detail = detail};
    return ERR_OK;
}

err case_save_section(struct node *node, struct actor *actor, struct casefile *c, const struct form *form,
                      const char *section_name, const json_t *section_answers, int64_t seen)
{
    TRY(actor_need(actor, CAPABILITY_CASE_WRITE));
    const struct form_section *section = form_section_find(form, section_name);
    ENSURE(section != NULL, ERR_NOT_FOUND, "the form has no such section");
    ENSURE((section->parties & case_party(node, c)) != 0, ERR_STATE,
           "this section is filled in by another country");
    ENSURE(seen == case_revision(c, form->id), ERR_CONFLICT,
           "somebody else saved this form while you were writing");
    struct form_eval eval = case_eval(node, c);
    json_t *stored, *merged;
    struct record_batch *batch = mem_new(c->ctx, struct record_batch);
    ENSURE_MEM(batch);
    struct audit_event event;
    TRY(case_answers(c, form, &stored));
    TRY(form_answers_merge(c->ctx, form, section, &eval, stored, section_answers, &merged));
    TRY(case_write_answers(node, actor, c, form, merged, section->name, batch, &event));
    if (batch->n == 0) return ERR_OK;
    err e = record_batch_run(node, batch, &event);
    if (e.kind == ERR_CONFLICT)
        FAIL(ERR_CONFLICT, "somebody else saved this form while you were writing");
    TRY(e);
    case_reload(node, c);
    return ERR_OK;
}
