/* plan_view.c - puts a plan. */
#include "web/plan_view.h"

#include "base/text.h"
#include "web/answer_rows.h"
#include "web/put.h"

/* Where each stop is mended: a page of the case, and the words of its link in the template. */
static const struct {
    const char *link, *ending;
} FIXES[STOP_COUNT] = {
    [STOP_NO_CONSENT] = {"consent", "/consents"},
    [STOP_CONSENT_REFUSED] = {"consent", "/consents"},
    [STOP_CONSENT_EXPIRED] = {"consent", "/consents"},
    [STOP_CONSENT_WITHDRAWN] = {"consent", "/consents"},
    [STOP_CONSENT_ELSEWHERE] = {"consent", "/consents"},
    [STOP_NO_GUARDIAN] = {"facts", "/facts"},
    [STOP_NOT_CHILD_AUTHORITY] = {"refer", "/refer"},
    [STOP_UNREACHABLE] = {"refer", "/refer"},
    [STOP_RETURN_REFUSED] = {"consent", "/consents"},
    [STOP_RETURN_NOT_ASKED] = {"consent", "/consents"},
    [STOP_NOTHING_GOES] = {"form", ""},
    [STOP_HAS_ERRORS] = {"form", ""},
};

/* Immediate danger lifts what stands between a child and help (Box 11): offered only where that is
 * in the way. */
static bool danger_helps(const struct referral_plan *plan)
{
    return plan->stops[STOP_NO_GUARDIAN] || plan->stops[STOP_NOT_CHILD_AUTHORITY];
}

static void put_stops(struct page *p, const struct referral_plan *plan, const char *case_code)
{
    struct view *list = put_list(p, p->data, "stops");
    for (size_t i = 0; i < STOP_COUNT; i++) {
        if (!plan->stops[i]) continue;
        struct view *o = put_item(p, list);
        put_said(p, o, "text", referral_stop_text((enum referral_stop)i));
        put_is(p, o, FIXES[i].link);
        put_path(p, o, "fix_href", "/cases/%s%s", case_code, FIXES[i].ending);
    }
}

static void put_item_row(struct page *p, struct view *rows, const struct referral_item *item)
{
    struct view *o = put_item(p, rows);
    put_text(p, o, "label", item->label);
    put_text(p, o, "value", answer_text(p, item->question, item->stays == STAYS_RAW, item->value));
    put_compartment(p, o, "compartment", item->compartment);
    if (item->stays == STAYS_NOT) return;
    put_said(p, o, "why", referral_stay_text(item->stays));
    put_text(p, o, "basis", text_empty(item->basis) ? NULL : item->basis);
}

static void put_items(struct page *p, const struct referral_plan *plan)
{
    struct view *sections = put_list(p, p->data, "goes_sections"), *rows = NULL,
           *stays = put_list(p, p->data, "stays_rows");
    const char *section = NULL;
    for (size_t i = 0; i < plan->n; i++) {
        const struct referral_item *item = &plan->items[i];
        if (item->stays != STAYS_NOT) {
            put_item_row(p, stays, item);
            continue;
        }
        if (rows == NULL || !text_same(section, item->section)) {
            struct view *o = put_item(p, sections);
            put_text(p, o, "title", item->section);
            rows = put_list(p, o, "rows");
            section = item->section;
        }
        put_item_row(p, rows, item);
    }
}

void put_plan(struct page *p, const struct referral_plan *plan, const char *case_code)
{
    put_flag(p, p->data, "stopped", plan->stopped);
    put_flag(p, p->data, "danger", plan->danger);
    put_flag(p, p->data, "offer_danger", danger_helps(plan));
    put_number(p, p->data, "goes", (int64_t)plan->goes);
    put_number(p, p->data, "stays", (int64_t)plan->stays);
    put_number(p, p->data, "missing", (int64_t)plan->missing);
    put_flag(p, p->data, "has_stays", plan->stays > 0);
    put_text(p, p->data, "digest", plan->digest);
    put_stops(p, plan, case_code);
    put_items(p, plan);
}
