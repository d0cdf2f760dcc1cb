/* step_view.c - puts a step. */
#include "web/step_view.h"

#include "base/text.h"
#include "web/put.h"

static bool is_bad(const char *state)
{
    static const char *const BAD[] = {"not_relayed", "unreadable", "declined", "cancelled",
                                      "withdrawn"};
    for (size_t i = 0; i < COUNT_OF(BAD); i++)
        if (text_same(state, BAD[i])) return true;
    return false;
}

void put_class(struct page *p, struct view *o, const char *key, const char *class_)
{
    put_is(p, put_object(p, o, key), text_identifier(class_) ? class_ : "unknown");
}

void put_step(struct page *p, struct view *o, const struct timeline_step *step)
{
    char utc[DATE_TIME_ROOM];
    date_format_utc(step->at, utc);
    put_is(p, o, step->state);
    put_text(p, o, "state", step->state);
    put_text(p, o, "handle", step->handle);
    put_class(p, o, "class", step->class_);
    put_text(p, o, "by", step->by);
    put_text(p, o, "words", step->words);
    put_text(p, o, "person", step->person);
    put_time(p, o, "at", step->at);
    put_text(p, o, "at_utc", utc);
    put_flag(p, o, "outgoing", step->outgoing);
    put_flag(p, o, "bad", is_bad(step->state));
}
