/* web_own.h - what is inside struct web. For src/web/ only. */
#ifndef OPENTRM_WEB_WEB_OWN_H
#define OPENTRM_WEB_WEB_OWN_H

#include <stdatomic.h>

#include "base/locale.h"
#include "base/messages.h"
#include "http/assets.h"
#include "web/template.h"
#include "web/web.h"

struct web_language {
    const char *code; /* "sq" */
    const char *name; /* in itself: "Shqip" */
    bool right_to_left;
    const struct catalog *catalog;
    struct templates *templates;
    struct locale *locale;
};

struct web {
    struct node *node;
    atomic_bool draining; /* the process ends: /ready says no */
    struct messages *messages;
    struct web_language *languages; /* English first */
    const char **codes;             /* of them, for http_language */
    size_t languages_n;
    char assets[HTTP_ASSETS_BASE_ROOM];
    const char *site_name;    /* of every page: may be neutral */
    const char *exit_address; /* where "Exit this page" leads */
};

/* web_language_find: of exactly this code, or NULL. */
const struct web_language *web_language_find(const struct web *web, const char *code);

#endif
