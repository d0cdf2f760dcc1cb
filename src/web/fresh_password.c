/* fresh_password.c - what the pages ask of a new password. */
#include "web/fresh_password.h"

#include "base/text.h"
#include "web/put.h"

void fresh_password_check(struct page *p)
{
    const char *fresh = http_field_or(p->rq, "fresh", ""),
               *again = http_field_or(p->rq, "again", "");
    if (text_empty(fresh))
        page_fault(p, "fresh", MSG("Enter a new password"));
    else if (!text_same(fresh, again))
        page_fault(p, "again", MSG("The two new passwords are not the same"));
}

struct bytes fresh_password(const struct page *p)
{
    return bytes_text(http_field_or(p->rq, "fresh", ""));
}

err page_slowed(struct page *p, const char *field, msec wait)
{
    const char *span, *text;
    /* Whole minutes, rounded up: nobody is told to wait "0 minutes". */
    msec minutes = wait <= 0 ? 1 : (wait + MSEC_MINUTE - 1) / MSEC_MINUTE;
    TRY(locale_span(p->locale, p->ctx, minutes * MSEC_MINUTE, &span));
    TRY(MSG_FILL(p->ctx, &text, page_said(p, MSG("Too many wrong tries. Try again in {time}.")),
                 {"time", span}));
    page_fault_text(p, field, text);
    return ERR_OK;
}

void put_secret(struct page *p, struct view *o, const char *key, const char *name)
{
    struct view *field = put_object(p, o, key);
    put_text(p, field, "id", name);
    put_text(p, field, "value", "");
    put_text(p, field, "error", page_fault_of(p, name));
}
