/* fuzz_http_parameters.c - what a request brings: address, form, files, cookies, languages, routes.
 *
 * The first byte picks the parser. Whatever is accepted must be clean text within the limits, and a path must
 * lead nowhere but down.
 */
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "http/assets.h"
#include "http/csrf.h"
#include "http/router.h"
#include "http/validate.h"

#define MUST(cond) ((cond) ? (void)0 : __builtin_trap())

static void text_clean(const char *text)
{
    MUST(text != NULL && text_valid_utf8(bytes_text(text)));
    for (; *text != '\0'; text++) MUST((unsigned char)*text >= 0x20 || *text == '\n' || *text == '\t');
}

static void pairs_clean(const struct http_pairs *pairs, size_t most)
{
    MUST(pairs->n <= most);
    for (size_t i = 0; i < pairs->n; i++) {
        text_clean(pairs->at[i].name);
        text_clean(pairs->at[i].value);
        MUST(strlen(pairs->at[i].name) <= HTTP_NAME_MAX);
    }
}

static err nothing(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)app;
    (void)rq;
    (void)rs;
    return ERR_OK;
}

static err admit(void *app, struct http_request *rq, struct http_response *rs, bool *answered)
{
    (void)answered;
    return nothing(app, rq, rs);
}

static const char *token(void *app, const struct http_request *rq)
{
    (void)app;
    (void)rq;
    return "token";
}

static err on_error(void *app, struct http_request *rq, int status, const char *what, struct http_response *rs)
{
    MUST(status >= 400);
    if (what != NULL) text_clean(what);
    return nothing(app, rq, rs);
}

static const char *capability(int value)
{
    (void)value;
    return "all";
}

static const struct http_route ROUTES[] = {
    HTTP_ROUTE(1, .method = HTTP_GET, .path = "/", .handler = nothing, .summary = "-"),
    HTTP_ROUTE(1, .method = HTTP_GET, .path = "/a/{code}/{id}", .parameters = {{"code", HTTP_CASE_CODE}, {"id", HTTP_ID}}, .handler = nothing, .summary = "-"),
    HTTP_ROUTE(1, .method = HTTP_GET, .path = "/a/{number}", .parameters = {{"number", HTTP_NUMBER}}, .handler = nothing, .summary = "-"),
    HTTP_ROUTE(1, .method = HTTP_GET, .path = "/b/{cc}/{l}/{n}", .parameters = {{"cc", HTTP_COUNTRY}, {"l", HTTP_LANGUAGE}, {"n", HTTP_IDENTIFIER}}, .handler = nothing, .summary = "-"),
    HTTP_ROUTE(1, .method = HTTP_GET, .path = "/static/{hash}/{path}", .parameters = {{"hash", HTTP_HEX}, {"path", HTTP_REST}}, .handler = nothing, .summary = "-"),
    HTTP_ROUTE(1, .method = HTTP_POST, .path = "/f", .handler = nothing, .summary = "-"),
};

static const struct http_router *router_of(mem *ctx)
{
    struct http_router *router;
    const struct http_app app = {.routes = ROUTES, .routes_n = COUNT_OF(ROUTES), .admit = admit, .csrf_token = token, .on_error = on_error, .capability_name = capability};
    MUST(!err_failed(http_router_new(ctx, &app, &router)));
    return router;
}

static void fuzz_target(mem *ctx, struct bytes in)
{
    struct http_request rq = {.ctx = ctx, .method = HTTP_GET};
    if (err_failed(http_parse_target(ctx, in, &rq.path, &rq.query))) return;
    text_clean(rq.path);
    pairs_clean(&rq.query, HTTP_QUERY_MAX);
    MUST(rq.path[0] == '/' && strstr(rq.path, "//") == NULL && strstr(rq.path, "/../") == NULL && strstr(rq.path, "/./") == NULL);
    MUST(!text_ends(rq.path, "/..") && !text_ends(rq.path, "/."));
    const char *allow = NULL;
    int status = http_router_match(router_of(ctx), &rq, ctx, &allow);
    MUST(status == 0 || status == 404 || (status == 405 && allow != NULL));
    if (status != 0) return;
    pairs_clean(&rq.parameters, HTTP_ROUTE_PARAMETERS);
    static const struct embed_file FILE = {.path = "static/a", .mime = "text/css", .hash = "h"};
    static const struct embed_table TABLE = {&FILE, 1, "hash"};
    struct http_response rs = {.ctx = ctx};
    if (http_parameter(&rq, "hash") != NULL) err_ignore(http_assets_serve(&TABLE, &rq, &rs)); /* only that it comes back */
}

/* A form: the Content-Type is the first line. */
static void fuzz_form(mem *ctx, struct bytes in)
{
    size_t end = bytes_find(in, bytes_text("\n"), 0);
    const char *type;
    if (end == SIZE_MAX || err_failed(text_check(bytes_of(in.p, end), 500)) || err_failed(bytes_string(ctx, bytes_of(in.p, end), &type))) return;
    struct http_pair headers[] = {{"Content-Type", type}, {"Host", "h"}};
    struct http_request rq = {.ctx = ctx, .method = HTTP_POST, .path = "/f", .headers = {headers, 2}, .body = bytes_of(in.p + end + 1, in.n - end - 1)};
    struct http_response rs = {.ctx = ctx};
    struct http_request copy = rq;
    const struct http_router *router = router_of(ctx);
    MUST(http_router_match(router, &rq, ctx, NULL) == 0);
    http_router_run(router, &rq, &rs);
    if (err_failed(http_parse_form(&copy))) return;
    pairs_clean(&copy.form, HTTP_FIELDS_MAX);
    for (size_t i = 0; i < copy.files_n; i++) {
        text_clean(copy.files[i].name);
        MUST(strpbrk(copy.files[i].name, "/\\") == NULL && copy.files[i].content.n <= copy.body.n);
    }
    static const char *const CHOICES[] = {"x", NULL};
    static const struct http_rule RULES[] = {
        {.name = "a", .kind = HTTP_TEXT, .required = true}, {.name = "b", .kind = HTTP_DATE}, {.name = "c", .kind = HTTP_CHOICES, .choices = CHOICES},
        {.name = "d", .kind = HTTP_MAIL}, {.name = "e", .kind = HTTP_WHOLE}, {.name = "f", .kind = HTTP_RULE_CODE},
    };
    struct http_fault *faults;
    size_t n;
    if (!err_failed(http_validate(&copy, RULES, COUNT_OF(RULES), &faults, &n))) MUST(n <= HTTP_FAULTS_MAX);
}

static void fuzz_headers(mem *ctx, struct bytes in)
{
    const char *text;
    if (err_failed(text_check(in, 8000)) || err_failed(bytes_string(ctx, in, &text))) return;
    static const char *const LANGUAGES[] = {"en", "it", "sr-Latn"};
    struct http_pair headers[] = {{"Accept-Language", text}, {"Accept-Encoding", text}, {"Sec-Fetch-Site", text}, {"Origin", text}, {"Host", text}};
    struct http_request rq = {.ctx = ctx, .headers = {headers, COUNT_OF(headers)}};
    const char *chosen = http_language(&rq, LANGUAGES, COUNT_OF(LANGUAGES));
    MUST(chosen == LANGUAGES[0] || chosen == LANGUAGES[1] || chosen == LANGUAGES[2]);
    err_ignore(http_csrf_check(&rq, "token")); /* only that it comes back */
    struct http_pairs cookies;
    if (!err_failed(http_parse_cookies(ctx, text, &cookies))) MUST(cookies.n <= HTTP_COOKIES_MAX);
    struct http_response rs = {.ctx = ctx};
    if (!err_failed(http_set_header(&rs, "X", text))) MUST(strpbrk(text, "\r\n") == NULL);
    if (!err_failed(http_redirect(&rs, text))) MUST(text[0] == '/' && text[1] != '/' && text[1] != '\\');
    if (!err_failed(http_attach(&rs, text))) MUST(strpbrk(text, "\"/\\ ;") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const PARSERS[])(mem *, struct bytes) = {fuzz_target, fuzz_form, fuzz_headers};
    if (size == 0) return 0;
    MEM_SCOPE(ctx, NULL);
    PARSERS[data[0] % COUNT_OF(PARSERS)](ctx, bytes_of(data + 1, size - 1));
    return 0;
}
