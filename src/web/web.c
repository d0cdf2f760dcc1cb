/* web.c - what all pages share, made at start. */
#include "web/web.h"

#include <string.h>

#include "base/embed.h"
#include "base/text.h"
#include "domain/data.h"
#include "domain/node.h"
#include "web/routes.h"
#include "web/session_cookie.h"
#include "web/web_own.h"

#define TEMPLATE_FOLDER "templates/"
#define TEMPLATE_ENDING ".mustache"
#define LOCALE_FOLDER "locale"
#define LOCALE_ENDING ".po"

/* The name of a file without folder and ending. Owned by ctx. */
static err bare_name(mem *ctx, const char *path, const char *folder, const char *ending,
                     const char **out)
{
    size_t skip = strlen(folder), n = strlen(path) - skip - strlen(ending);
    *out = mem_textn(ctx, path + skip, n);
    ENSURE_MEM(*out);
    return ERR_OK;
}

static err sources_of(mem *ctx, struct template_source **out, size_t *n)
{
    size_t all, k = 0;
    const struct embed_file *files = embed_under(&embed_all, TEMPLATE_FOLDER, &all);
    struct template_source *sources = mem_array(ctx, struct template_source, all + 1);
    ENSURE_MEM(sources);
    for (size_t i = 0; i < all; i++) {
        if (!text_ends(files[i].path, TEMPLATE_ENDING)) continue;
        TRY(bare_name(ctx, files[i].path, TEMPLATE_FOLDER, TEMPLATE_ENDING, &sources[k].name));
        sources[k++].text = files[i].content;
    }
    ENSURE(k > 0, ERR_BUG, "no templates are embedded");
    *out = sources;
    *n = k;
    return ERR_OK;
}

/* A catalog that is wrong is named and passed over. */
static err add_catalog(mem *ctx, struct web *web, const char *file, struct buf *problems)
{
    MEM_SCOPE(scope, ctx);
    struct bytes po;
    const char *language, *path = talloc_asprintf(scope, LOCALE_FOLDER "/%s", file);
    ENSURE_MEM(path);
    TRY(bare_name(ctx, file, "", LOCALE_ENDING, &language));
    TRY(data_read(scope, web->node->data_folder, path, &po));
    struct messages_problem problem = {0};
    err e = messages_add(web->messages, language, po, &problem);
    if (e.kind == ERR_INPUT)
        buf_addf(problems, "%s line %zu: %s\n", file, problem.line,
                 problem.what == NULL ? e.what : problem.what);
    else
        TRY(e);
    return ERR_OK;
}

static err read_catalogs(mem *ctx, struct web *web, struct buf *problems)
{
    struct data_names names;
    TRY(messages_new(ctx, &web->messages));
    TRY(data_names(ctx, web->node->data_folder, LOCALE_FOLDER, &names));
    for (size_t i = 0; i < names.n; i++)
        if (text_ends(names.at[i], LOCALE_ENDING))
            TRY(add_catalog(ctx, web, names.at[i], problems));
    return ERR_OK;
}

static err make_languages(mem *ctx, struct web *web)
{
    struct template_source *sources;
    size_t n;
    const char *zone;
    TRY(sources_of(ctx, &sources, &n));
    TRY(node_setting(web->node, "page.time_zone", ctx, &zone));
    web->languages_n = messages_count(web->messages);
    web->languages = mem_array(ctx, struct web_language, web->languages_n);
    web->codes = mem_array(ctx, const char *, web->languages_n);
    ENSURE_MEM(web->languages);
    ENSURE_MEM(web->codes);
    for (size_t i = 0; i < web->languages_n; i++) {
        struct web_language *l = &web->languages[i];
        struct template_problem problem = {0};
        l->catalog = messages_at(web->messages, i);
        l->code = web->codes[i] = catalog_language(l->catalog);
        l->name = catalog_native_name(l->catalog);
        l->right_to_left = catalog_right_to_left(l->catalog);
        TRY(template_compile(ctx, sources, n, l->catalog, &l->templates, &problem));
        TRY(locale_open(ctx, l->code, zone, &l->locale));
    }
    return ERR_OK;
}

err web_new(mem *ctx, struct node *node, struct web **out, const char **problems)
{
    struct web *web = mem_new(ctx, struct web);
    ENSURE_MEM(web);
    struct buf said;
    buf_init(&said, ctx, 64 * 1024);
    web->node = node;
    TRY(read_catalogs(ctx, web, &said));
    TRY(make_languages(ctx, web));
    TRY(node_setting(node, "page.site_name", ctx, &web->site_name));
    TRY(node_setting(node, "page.exit_address", ctx, &web->exit_address));
    http_assets_base(&embed_all, web->assets);
    TRY(buf_text(&said, problems));
    if (text_empty(*problems)) *problems = NULL;
    *out = web;
    return ERR_OK;
}

const struct web_language *web_language_find(const struct web *web, const char *code)
{
    for (size_t i = 0; i < web->languages_n; i++)
        if (text_same(web->codes[i], code)) return &web->languages[i];
    return NULL;
}

struct http_app web_app(struct web *web)
{
    size_t n;
    const struct http_route *routes = routes_all(&n);
    return (struct http_app){.app = web,
                             .routes = routes,
                             .routes_n = n,
                             .session_cookie = SESSION_COOKIE,
                             .admit = routes_admit,
                             .csrf_token = routes_csrf_token,
                             .on_error = routes_error,
                             .capability_name = routes_capability_name};
}

err web_report(mem *ctx, const char **out)
{
    struct http_router *router;
    struct http_app app = web_app(NULL);
    struct buf b;
    TRY(http_router_new(ctx, &app, &router));
    buf_init(&b, ctx, 256 * 1024);
    http_router_print(router, &b);
    return buf_text(&b, out);
}

void web_drain(struct web *web) { atomic_store(&web->draining, true); }
