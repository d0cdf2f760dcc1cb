/* show.c - a form as plain text. */
#include "form/show.h"

#include "base/buf.h"
#include "base/text.h"
#include "form/expression.h"

#define SHOW_MAX (4u * 1024 * 1024)

struct shower {
    struct buf b;
    mem *scratch;
    const struct form *form;
    const struct form_reading *reading;
};

static void indent(struct shower *s, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++) buf_add_text(&s->b, "  ");
}

/* A text, and its language when it is not the one that was asked for. */
static void shown(struct shower *s, struct form_shown text)
{
    buf_add_text(&s->b, text.text);
    if (!text.wanted && *text.language != '\0') buf_addf(&s->b, " [%s]", text.language);
}

static void expression(struct shower *s, unsigned depth, const char *name,
                       const struct expression *e)
{
    if (e == NULL) return;
    indent(s, depth);
    buf_addf(&s->b, "%s: %s\n", name, expression_text(e));
}

static void choices(struct shower *s, const struct form_item *item, unsigned depth)
{
    if (item->choices == NULL) return;
    for (size_t i = 0; i < item->choices->n; i++) {
        const struct form_choice *choice = &item->choices->at[i];
        indent(s, depth);
        buf_addf(&s->b, "( ) %s: ", choice->name);
        shown(s, form_choice_label(s->form, s->reading, item, choice->name));
        buf_add_char(&s->b, '\n');
    }
}

static err details(struct shower *s, const struct form_item *item)
{
    const char *parties;
    TRY(party_write(s->scratch, item->parties, &parties));
    buf_addf(&s->b, "  <%s> %s", item->name, form_type_name(item->type));
    if (form_type_answers(item->type))
        buf_addf(&s->b, ", %s, %s%s", compartment_name(item->compartment), parties,
                 item->share == FORM_SHARE_NEVER ? ", never leaves" : "");
    buf_add_char(&s->b, '\n');
    return ERR_OK;
}

static err item_show(struct shower *s, const struct form_item *item)
{
    unsigned depth = item->depth;
    if (depth == 0) buf_add_char(&s->b, '\n');
    indent(s, depth);
    shown(s, form_label(s->form, s->reading, item));
    TRY(details(s, item));
    struct form_shown hint = form_text(s->form, s->reading, item->hint);
    if (*hint.text != '\0') {
        indent(s, depth + 1);
        shown(s, hint);
        buf_add_char(&s->b, '\n');
    }
    expression(s, depth + 1, "asked if", item->relevant);
    expression(s, depth + 1, "required", item->required);
    expression(s, depth + 1, "must hold", item->constraint);
    expression(s, depth + 1, "calculated", item->calculation);
    expression(s, depth + 1, "choices where", item->choice_filter);
    choices(s, item, depth + 1);
    return ERR_OK;
}

static err languages_show(struct shower *s)
{
    buf_add_text(&s->b, "Languages:");
    for (size_t i = 0; i < s->form->n_languages; i++) {
        const struct form_language *l = &s->form->languages[i];
        struct form_reading only = {.order = {i}, .n = 1, .wanted = 1};
        buf_addf(&s->b, " %s", l->code);
        if (!text_empty(l->name)) buf_addf(&s->b, " (%s)", l->name);
        struct form_shown review = form_text(s->form, &only, s->form->review);
        if (*review.text != '\0') buf_addf(&s->b, " - %s", review.text);
        buf_add_char(&s->b, i + 1 < s->form->n_languages ? ';' : '\n');
    }
    if (s->form->n_languages == 0) buf_add_text(&s->b, " none\n");
    return ERR_OK;
}

err form_show(mem *ctx, const struct form *form, const struct form_reading *reading,
              const char **out)
{
    MEM_SCOPE(scratch, ctx);
    ENSURE_MEM(scratch);
    struct shower s = {.scratch = scratch, .form = form, .reading = reading};
    buf_init(&s.b, ctx, SHOW_MAX);
    struct form_shown title = form_text(form, reading, form->title);
    if (*title.text == '\0') title.text = form->id;
    shown(&s, title);
    buf_addf(&s.b, "\n%s, version %s, sha-256 %s\n", form->id, form->version, form->hash);
    TRY(languages_show(&s));
    for (size_t i = 0; i < form->n_items; i++) TRY(item_show(&s, &form->items[i]));
    return buf_text(&s.b, out);
}

err form_problems_show(mem *ctx, const struct form_problems *problems, const char **out)
{
    struct buf b;
    buf_init(&b, ctx, SHOW_MAX);
    for (size_t i = 0; i < problems->n; i++) {
        const struct form_problem *p = &problems->at[i];
        buf_add_text(&b, p->file);
        if (p->row > 0) buf_addf(&b, " row %d", p->row);
        if (*p->column != '\0') buf_addf(&b, " column %s", p->column);
        buf_addf(&b, ": %s%s\n", p->warning ? "warning: " : "", p->message);
    }
    return buf_text(&b, out);
}
