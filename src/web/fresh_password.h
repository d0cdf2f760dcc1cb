/* fresh_password.h - a new password, typed twice; a person who must wait. For the pages that ask
 * for one. */
#ifndef OPENTRM_WEB_FRESH_PASSWORD_H
#define OPENTRM_WEB_FRESH_PASSWORD_H

#include "web/page.h"

/* fresh_password_check: faults unless "fresh" is there and "again" is the same. How strong it must
 * be, domain says. */
void fresh_password_check(struct page *p);
/* fresh_password: the new one, as typed. */
struct bytes fresh_password(const struct page *p);
/* page_slowed: the fault "too many wrong tries" with the time to wait. */
err page_slowed(struct page *p, const char *field, msec wait);
/* put_secret: a field whose value is never sent back. */
void put_secret(struct page *p, struct view *o, const char *key, const char *name);

#endif
