/* page.h - one request for a page: who asks, in which language, and what the page will show.
 *
 * A handler begins with page_begin, fills p->data with the put functions, and ends with page_show
 * or page_go. What fails while filling sticks and page_show tells, so that a view reads straight
 * down.
 *
 * What a page may hold is decided by what domain gave to this actor: here nothing is decided.
 * Titles, addresses and cookies never hold personal data.
 */
#ifndef OPENTRM_WEB_PAGE_H
#define OPENTRM_WEB_PAGE_H

#include "authz/authz.h"
#include "base/compartment.h"
#include "base/json.h"
#include "base/locale.h"
#include "base/messages.h"
#include "domain/actor.h"
#include "domain/node.h"
#include "http/router.h"
#include "http/validate.h"
#include "web/view.h"

struct web;
struct web_language;

#define LANGUAGE_COOKIE "language"

/* The entries of the menu; which one is current. */
enum page_menu {
    MENU_NONE,
    MENU_WORK,
    MENU_CASES,
    MENU_INBOX,
    MENU_TEAMS,
    MENU_USERS,
    MENU_ORGANISATIONS,
    MENU_PARTNERS
};

#define PAGE_FAULTS_MAX 100

struct page {
    struct web *web;
    struct node *node;
    struct http_request *rq;
    struct http_response *rs;
    mem *ctx;            /* of the request */
    struct actor *actor; /* NULL: nobody is signed in */
    const struct web_language *language;
    const struct catalog *catalog;
    const struct locale *locale;
    msec now;
    struct view *data;   /* what the template sees; owned by ctx */
    struct views *views; /* the memory of what it holds */
    err failed;   /* the first failure while filling */
    int status;   /* 200, or what page_fault made of it */
    struct http_fault faults[PAGE_FAULTS_MAX];
    size_t faults_n;
};

/* page_begin: for a handler; the router has let the caller in. */
err page_begin(void *app, struct http_request *rq, struct http_response *rs, enum page_menu menu,
               struct page *out);
/* page_show: the template with p->data and p->faults, in the reader's language. */
err page_show(struct page *p, const char *template);
/* page_go: 303 to a path of this node, built as by printf; only codes, ids and words of ours belong
 * in it. */
err page_go(struct page *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* page_done: the next page says so, once. One of the keys in page_done.c. */
err page_done(struct page *p, const char *key);

/* page_fault: something is wrong with what was typed: `field` is its name and its id on the page
 * ("" for the whole page), `english` a MSG. The page goes out as 422. */
void page_fault(struct page *p, const char *field, const char *english);
/* page_fault_text: the same in words that are in the reader's language already; id may differ from
 * the name. */
void page_fault_text(struct page *p, const char *id, const char *text);
/* page_fault_err: an ERR_INPUT, ERR_LIMIT, ERR_STATE or ERR_CONFLICT of domain about a field
 * becomes a fault and success; anything else comes back. */
err page_fault_err(struct page *p, const char *field, err e);
/* page_validate: http_validate, its faults added. */
err page_validate(struct page *p, const struct http_rule *rules, size_t n);
/* page_faulty: is there a fault? */
bool page_faulty(const struct page *p);
/* page_fault_of: the message about a field in the reader's language, or NULL. */
const char *page_fault_of(const struct page *p, const char *field);

/* page_keep: keeps the first failure while filling, for page_show to tell; true if e is none. */
bool page_keep(struct page *p, err e);
/* page_format: as by printf, owned by the request; "" without memory, and the failure is kept. */
const char *page_format(struct page *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* page_may: may the actor, by role? For showing or leaving out a button; the route decides. */
bool page_may(const struct page *p, enum capability capability);
/* page_said: in the reader's language. */
const char *page_said(const struct page *p, const char *english);
/* page_text: the parameter, query or form field by name, trimmed; "" when it is not there. */
const char *page_parameter(const struct page *p, const char *name);
const char *page_query(const struct page *p, const char *name);
const char *page_field(struct page *p, const char *name);
/* page_id: a field that must be an id; ERR_INPUT. */
err page_id(struct page *p, const char *name, struct id *out);
/* page_local: is it a path of this node that a redirect may lead to? */
bool page_local(const char *path);

#endif
