/* view.h - what a page shows: a tree of texts, numbers, lists and objects that a template prints (template.h).
 *
 * Filled once, by put.h, printed once, and gone with its page: values are cut from a few larger pieces of memory, members hang in a
 * chain, and nothing is freed by itself. Texts are copied; keys are not: they are literals, or live as long as the page.
 * A page of a hundred members costs a tenth of the same as JSON.
 */
#ifndef OPENTRM_WEB_VIEW_H
#define OPENTRM_WEB_VIEW_H

#include "base/bytes.h"

enum view_kind { VIEW_NOTHING, VIEW_FALSE, VIEW_TRUE, VIEW_NUMBER, VIEW_TEXT, VIEW_HTML, VIEW_LIST, VIEW_OBJECT };

struct view {
    const struct view *next; /* of a list: the next item; of an object: the member that was put before */
    const char *key;         /* of a member */
    uint32_t key_tag; /* length, first and last byte: tells nearly all keys apart */
    uint32_t n; /* bytes of a text; items of a list */
    enum view_kind kind;
    union {
        const char *text; /* with a NUL behind it */
        int64_t number;
        struct {
            struct view *first; /* of an object: the last that was put */
            struct view *last;
        };
    };
};

struct views; /* the memory of one page's values */

/* views_new: with an empty object as its root. Owned by ctx; used by one thread. */
err views_new(mem *ctx, struct views **out, struct view **root);
/* views_failed: was there no memory for something? What was made since is not in the tree. */
bool views_failed(const struct views *v);

/* view_add: a value at the end of a list (key NULL), or as a member of an object: the last one of a name counts. Never NULL. `to` NULL: a
 * value of its own, for view_put. */
struct view *view_add(struct views *v, struct view *to, const char *key, enum view_kind kind);
struct view *view_add_text(struct views *v, struct view *to, const char *key, struct bytes text);
/* view_add_html: what {{{name}}} prints as it is: made by trusted code, never from data. */
struct view *view_add_html(struct views *v, struct view *to, const char *key, struct bytes html);
struct view *view_add_number(struct views *v, struct view *to, const char *key, int64_t number);
/* view_put: a finished value as a member; it may stand in several places, and is not added to any more. */
void view_put(struct views *v, struct view *to, const char *key, const struct view *value);
/* view_words: memory for n bytes and a NUL that lives as long as the page; NULL: none. */
char *view_words(struct views *v, size_t n);

/* view_get: a member, NULL if there is none (or `of` is no object). */
const struct view *view_get(const struct view *of, const char *key, size_t n);
/* view_true: does a template's {{#section}} show it? NULL does not. */
bool view_true(const struct view *value);

#endif
