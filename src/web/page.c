/* page.c - the frame of every page: language, menu, what is wrong, what was just done. */
#include "web/page.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "domain/conversation.h"
#include "http/compress.h"
#include "http/csrf.h"
#include "web/page_done.h"
#include "web/put.h"
#include "web/web_own.h"

#define DONE_COOKIE "done"
#define PATH_MAX_BYTES 1024

bool page_keep(struct page *p, err e)
{
    if (err_failed(e) && !err_failed(p->failed)) p->failed = e;
    return !err_failed(e);
}

const char *page_format(struct page *p, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const char *text = talloc_vasprintf(p->ctx, format, list);
    va_end(list);
    return page_keep(p, text == NULL ? ERR_MAKE(ERR_MEMORY, "out of memory") : ERR_OK) ? text : "";
}

/* The reader's choice in this browser, else what the account says, else what the browser asks for.
 */
static const struct web_language *language_of(const struct web *web, const struct http_request *rq,
                                              const struct actor *actor)
{
    const struct web_language *l = web_language_find(web, http_cookie_get(rq, LANGUAGE_COOKIE));
    if (l == NULL && actor != NULL) l = web_language_find(web, actor->language);
    if (l == NULL) l = web_language_find(web, http_language(rq, web->codes, web->languages_n));
    return l == NULL ? &web->languages[0] : l;
}

static const struct {
    enum page_menu menu;
    enum capability needs;
    const char *name, *path;
} MENU[] = {
    {MENU_WORK, CAPABILITY_CASE_READ, "work", "/"},
    {MENU_CASES, CAPABILITY_CASE_READ, "cases", "/cases"},
    {MENU_INBOX, CAPABILITY_INBOX_READ, "inbox", "/inbox"},
    {MENU_USERS, CAPABILITY_USER_MANAGE, "users", "/users"},
    {MENU_ORGANISATIONS, CAPABILITY_ORGANISATION_MANAGE, "organisations", "/organisations"},
    {MENU_TEAMS, CAPABILITY_ACCOUNT_OWN, "team", "/teams"},
    {MENU_PARTNERS, CAPABILITY_PARTNER_MANAGE, "partners", "/partners"},
};

/* How many messages wait unopened. */
static void put_unopened(struct page *p, struct view *entry)
{
    size_t unopened = 0;
    err e = inbox_count(p->node, p->actor, &unopened);
    (void)page_keep(p, e);
    put_number(p, entry, "count", (int64_t)unopened);
}

/* `counts`: may the store be asked? */
static void put_menu(struct page *p, enum page_menu current, bool counts)
{
    put_flag(p, p->data, "user", p->actor != NULL);
    if (p->actor == NULL) return;
    put_text(p, p->data, "user_name", p->actor->display_name);
    struct view *list = put_list(p, p->data, "navigation");
    for (size_t i = 0; i < COUNT_OF(MENU); i++) {
        if (!page_may(p, MENU[i].needs)) continue;
        struct view *entry = put_item(p, list);
        put_is(p, entry, MENU[i].name);
        put_text(p, entry, "href", MENU[i].path);
        put_flag(p, entry, "current", MENU[i].menu == current);
        put_nothing(p, entry, "count");
        if (counts && MENU[i].menu == MENU_INBOX) put_unopened(p, entry);
    }
}

/* Languages as links that come back to this page; after a POST to the page it was posted from. */
static void put_languages(struct page *p)
{
    struct view *list = put_list(p, p->data, "languages");
    for (size_t i = 0; i < p->web->languages_n; i++) {
        const struct web_language *l = &p->web->languages[i];
        struct view *entry = put_item(p, list);
        put_text(p, entry, "code", l->code);
        put_text(p, entry, "name", l->name);
        put_flag(p, entry, "current", l == p->language);
        put_path(p, entry, "href", "/language/%s?back=%s", l->code, p->rq->path);
    }
}

static void put_frame(struct page *p, const char *csrf)
{
    const struct web *web = p->web;
    put_text(p, p->data, "lang", p->language->code);
    put_text(p, p->data, "dir", p->language->right_to_left ? "rtl" : "ltr");
    put_text(p, p->data, "site_name", web->site_name);
    put_text(p, p->data, "exit_href", web->exit_address);
    put_path(p, p->data, "asset_css", "%s/app.css", web->assets);
    put_path(p, p->data, "asset_js", "%s/app.js", web->assets);
    put_path(p, p->data, "asset_icon", "%s/icon.svg", web->assets);
    put_text(p, p->data, "csrf", csrf);
    put_text(p, p->data, "here", p->rq->path);
    put_languages(p);
}

/* What was just done is said once. */
static err put_done(struct page *p)
{
    const char *key = http_cookie_get(p->rq, DONE_COOKIE);
    if (key == NULL) return ERR_OK;
    put_said(p, p->data, "done", page_done_text(key));
    return http_cookie_set(p->rq, p->rs, &(struct http_cookie){DONE_COOKIE, "", HTTP_STRICT, -1});
}

static err frame(struct web *web, struct http_request *rq, struct http_response *rs, struct page *p)
{
    *p = (struct page){
        .web = web, .node = web->node, .rq = rq, .rs = rs, .ctx = rq->ctx, .status = 200};
    p->actor = rq->session;
    p->language = language_of(web, rq, p->actor);
    p->catalog = p->language->catalog;
    p->locale = p->language->locale;
    return views_new(rq->ctx, &p->views, &p->data);
}

err page_begin(void *app, struct http_request *rq, struct http_response *rs, enum page_menu menu,
               struct page *p)
{
    struct web *web = app;
    TRY(frame(web, rq, rs, p));
    p->now = node_now(web->node);
    const char *csrf = p->actor == NULL ? http_csrf_visitor(rq) : p->actor->csrf;
    if (csrf == NULL) TRY(http_csrf_visitor_set(rq, rs, &csrf));
    put_frame(p, csrf);
    put_text(p, p->data, "node_name", web->node->settings.name);
    put_menu(p, menu, true);
    return rq->method == HTTP_GET ? put_done(p) : ERR_OK;
}

/* Sentences of domain begin with a small letter, so that a command line can put them behind a
 * colon. */
static const char *as_sentence(const struct page *p, const char *text)
{
    if (text == NULL || *text < 'a' || *text > 'z') return text;
    char *copy = talloc_strdup(p->ctx, text);
    if (copy == NULL) return text;
    copy[0] = (char)(copy[0] - 'a' + 'A');
    return copy;
}

/* May what was typed be shown back? Only what a page of a case of our own sent, when we could not take it: then it is
 * nowhere else. No page of a case asks for a password. */
static bool may_show_back(const struct http_request *rq, int status)
{
    return (status == 500 || status == 503) && rq->method == HTTP_POST && rq->session != NULL && rq->ours &&
           rq->files_n == 0 && text_starts(rq->path, "/cases/");
}

/* Fields by which a page steers itself: sent again, nothing to read. */
static bool is_own(const char *name)
{
    static const char *const OWN[] = {"act", "seen", "digest", "contact", "directory"};
    for (size_t i = 0; i < COUNT_OF(OWN); i++)
        if (text_same(name, OWN[i])) return true;
    return false;
}

/* The same form once more, as it was sent; nothing in it comes from the store. */
static void put_typed(struct page *p, const struct http_pairs *typed)
{
    struct view *list = put_list(p, put_object(p, p->data, "unsaved"), "typed");
    for (size_t i = 0; i < typed->n; i++) {
        const struct http_pair *pair = &typed->at[i];
        if (text_same(pair->name, HTTP_CSRF_FIELD)) continue;
        struct view *field = put_item(p, list);
        put_text(p, field, "name", pair->name);
        put_text(p, field, "value", pair->value);
        put_text(p, field, "read", is_own(pair->name) ? NULL : pair->value);
    }
}

/* Of the sentences of a store, the one that a person can do something about. */
static const char *store_said(const char *what)
{
    return text_same(what, "the disk is full") ? MSG("The server’s disk is full. Nothing can be saved until the administrator makes room.")
                                               : NULL;
}

err page_error(struct web *web, struct http_request *rq, int status, const char *what,
               struct http_response *rs)
{
    static const int KNOWN[] = {400, 403, 404, 405, 408, 409, 413, 415, 429, 502, 503};
    static const int LIKE_400[] = {414, 431};
    struct page p;
    const struct http_pairs typed = rq->form;
    rq->form = (struct http_pairs){0}; /* nothing else of this page reads it */
    TRY(frame(web, rq, rs, &p));
    const char *name = "500";
    for (size_t i = 0; i < COUNT_OF(KNOWN); i++)
        if (KNOWN[i] == status) name = talloc_asprintf(rq->ctx, "%d", status);
    for (size_t i = 0; i < COUNT_OF(LIKE_400); i++)
        if (LIKE_400[i] == status) name = "400";
    ENSURE_MEM(name);
    put_frame(&p, p.actor == NULL ? NULL : p.actor->csrf);
    put_menu(&p, MENU_NONE, false);
    put_text(&p, p.data, "node_name", web->node->settings.name);
    put_is(&p, p.data, name);
    /* A sentence that nobody translated is left out: the page says enough. English is the first
     * language. */
    if (status == 500) what = store_said(what);
    const char *said = page_said(&p, what);
    bool readable = p.language == &web->languages[0] || said != what;
    put_text(&p, p.data, "what", readable ? as_sentence(&p, said) : NULL);
    if (may_show_back(rq, status)) put_typed(&p, &typed);
    p.status = status;
    return page_show(&p, "error");
}

static void put_faults(struct page *p)
{
    put_flag(p, p->data, "has_errors", p->faults_n > 0);
    struct view *list = put_list(p, p->data, "errors");
    for (size_t i = 0; i < p->faults_n; i++) {
        const struct http_fault *f = &p->faults[i];
        struct view *entry = put_item(p, list);
        put_text(p, entry, "text", f->message);
        if (text_empty(f->field))
            put_nothing(p, entry, "href");
        else
            put_path(p, entry, "href", "#%s", f->field);
    }
}

err page_show(struct page *p, const char *template)
{
    put_faults(p);
    TRY(p->failed);
    ENSURE(!views_failed(p->views), ERR_MEMORY, "out of memory");
    struct buf b;
    struct bytes body;
    buf_init(&b, p->rs->ctx, TEMPLATE_OUTPUT_MAX);
    TRY(template_render(p->language->templates, template, p->data, &b));
    TRY(buf_done(&b, &body));
    int status = p->status == 200 && p->faults_n > 0 ? 422 : p->status;
    TRY(http_reply(p->rs, status, "text/html; charset=utf-8", body));
    return http_compress(p->rq, p->rs);
}

err page_go(struct page *p, const char *format, ...)
{
    TRY(p->failed);
    va_list list;
    va_start(list, format);
    const char *path = talloc_vasprintf(p->ctx, format, list);
    va_end(list);
    ENSURE_MEM(path);
    return http_redirect(p->rs, path);
}

err page_done(struct page *p, const char *key)
{
    return http_cookie_set(p->rq, p->rs, &(struct http_cookie){DONE_COOKIE, key, HTTP_STRICT, 0});
}

void page_fault_text(struct page *p, const char *id, const char *text)
{
    if (p->faults_n < PAGE_FAULTS_MAX) p->faults[p->faults_n++] = (struct http_fault){id, text};
}

void page_fault(struct page *p, const char *field, const char *english)
{
    page_fault_text(p, field, as_sentence(p, page_said(p, english)));
}

err page_fault_err(struct page *p, const char *field, err e)
{
    if (e.kind != ERR_INPUT && e.kind != ERR_LIMIT && e.kind != ERR_STATE && e.kind != ERR_CONFLICT)
        return e;
    page_fault(p, field, e.what);
    return ERR_OK;
}

err page_validate(struct page *p, const struct http_rule *rules, size_t n)
{
    struct http_fault *faults;
    size_t faults_n;
    TRY(http_validate(p->rq, rules, n, &faults, &faults_n));
    for (size_t i = 0; i < faults_n; i++) page_fault(p, faults[i].field, faults[i].message);
    return ERR_OK;
}

bool page_faulty(const struct page *p) { return p->faults_n > 0; }

const char *page_fault_of(const struct page *p, const char *field)
{
    for (size_t i = 0; i < p->faults_n; i++)
        if (text_same(p->faults[i].field, field)) return p->faults[i].message;
    return NULL;
}

bool page_may(const struct page *p, enum capability capability)
{
    return actor_may(p->actor, capability);
}

const char *page_said(const struct page *p, const char *english)
{
    return english == NULL ? NULL : msg(p->catalog, english);
}

const char *page_parameter(const struct page *p, const char *name)
{
    const char *value = http_parameter(p->rq, name);
    return value == NULL ? "" : value;
}

const char *page_query(const struct page *p, const char *name)
{
    const char *value = http_query(p->rq, name);
    return value == NULL ? "" : value;
}

const char *page_field(struct page *p, const char *name)
{
    const char *out = "";
    err e = text_trim(p->ctx, http_field_or(p->rq, name, ""), &out);
    (void)page_keep(p, e);
    return out;
}

err page_id(struct page *p, const char *name, struct id *out)
{
    return id_parse(page_field(p, name), out);
}

bool page_local(const char *path)
{
    if (text_empty(path) || path[0] != '/' || path[1] == '/' || strlen(path) > PATH_MAX_BYTES)
        return false;
    for (const char *c = path; *c != '\0'; c++)
        if (*c == '\\' || (unsigned char)*c < 0x21 || (unsigned char)*c > 0x7e) return false;
    return true;
}
