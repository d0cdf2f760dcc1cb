/* router.c - the table of routes: checking it, matching a path. */
#include "http/router.h"

#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "http/route.h"

/* What each method is called, and whether it changes anything. */
static const struct {
    const char *name;
} METHODS[] = {
    [HTTP_NO_METHOD] = {"-"}, [HTTP_GET] = {"GET"},     [HTTP_POST] = {"POST"},
    [HTTP_PUT] = {"PUT"},     [HTTP_PATCH] = {"PATCH"}, [HTTP_DELETE] = {"DELETE"},
    [HTTP_OTHER] = {"OTHER"},
};

const char *http_method_name(enum http_method method) { return METHODS[method].name; }

static bool chars_only(const char *s, size_t most, const char *chars)
{
    size_t n = strlen(s);
    return n > 0 && n <= most && strspn(s, chars) == n;
}

static bool is_id(const char *s)
{
    struct id id;
    return !err_failed(id_parse(s, &id));
}

static bool is_case_code(const char *s)
{
    char code[CASE_CODE_ROOM];
    return !err_failed(case_code_normal(s, code));
}

static bool is_number(const char *s) { return chars_only(s, 9, "0123456789"); }
static bool is_hex(const char *s) { return chars_only(s, 128, "0123456789abcdef"); }

static bool is_country(const char *s)
{
    return strlen(s) == 2 && chars_only(s, 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

static bool is_language(const char *s)
{
    return strlen(s) >= 2 && strlen(s) <= 35 && text_identifier(s) && strchr(s, '_') == NULL;
}

static bool is_file_name(const char *s)
{
    return s[0] != '.' &&
           chars_only(s, 128, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
}

static bool is_rest(const char *s)
{
    char name[130];
    for (;;) {
        size_t n = strcspn(s, "/");
        if (n >= sizeof name) return false;
        memcpy(name, s, n);
        name[n] = '\0';
        if (!is_file_name(name)) return false;
        if (s[n] == '\0') return true;
        s += n + 1;
    }
}

/* How each kind is checked, and what the report calls it. */
static const struct {
    bool (*valid)(const char *);
    const char *name;
} KINDS[] = {
    [HTTP_NO_PARAMETER] = {NULL, ""},
    [HTTP_ID] = {is_id, "id"},
    [HTTP_CASE_CODE] = {is_case_code, "code"},
    [HTTP_IDENTIFIER] = {text_identifier, "identifier"},
    [HTTP_NUMBER] = {is_number, "number"},
    [HTTP_COUNTRY] = {is_country, "country"},
    [HTTP_LANGUAGE] = {is_language, "language"},
    [HTTP_HEX] = {is_hex, "hex"},
    [HTTP_FILE_NAME] = {is_file_name, "file"},
    [HTTP_REST] = {is_rest, "rest"},
};

const char *route_kind_name(enum http_parameter_kind kind) { return KINDS[kind].name; }

static const struct http_parameter *parameter_find(const struct http_route *route,
                                                   struct bytes name)
{
    for (size_t i = 0; i < HTTP_ROUTE_PARAMETERS; i++)
        if (bytes_equal(bytes_text(route->parameters[i].name), name)) return &route->parameters[i];
    return NULL;
}

/* Cuts "/cases/{code}" into segments. */
static err segments_read(struct compiled *c)
{
    const struct http_route *route = c->route;
    size_t parameters = 0;
    ENSURE(route->path[0] == '/', ERR_BUG, "a route's path does not begin with /");
    if (route->path[1] == '\0') return ERR_OK;
    for (const char *s = route->path; *s == '/';) {
        size_t n = strcspn(++s, "/");
        ENSURE(c->n < ROUTE_SEGMENTS, ERR_BUG, "a route's path has too many parts");
        ENSURE(n > 0, ERR_BUG, "a route's path has an empty part");
        struct segment *segment = &c->segments[c->n++];
        segment->text = bytes_of(s, n);
        if (*s == '{') {
            ENSURE(n > 2 && s[n - 1] == '}', ERR_BUG, "a route's path has a broken parameter");
            segment->parameter = parameter_find(route, bytes_of(s + 1, n - 2));
            ENSURE(segment->parameter != NULL, ERR_BUG,
                   "a parameter in a route's path is not declared");
            bool last = s[n] == '\0';
            ENSURE(segment->parameter->kind != HTTP_REST || last, ERR_BUG,
                   "the rest of a path stands at its end");
            parameters++;
        }
        s += n;
    }
    for (size_t i = 0; i < HTTP_ROUTE_PARAMETERS && route->parameters[i].name != NULL; i++) {
        enum http_parameter_kind kind = route->parameters[i].kind;
        ENSURE(kind > HTTP_NO_PARAMETER && kind <= HTTP_REST, ERR_BUG,
               "a parameter of a route has no kind");
        ENSURE(parameters-- > 0, ERR_BUG, "a declared parameter is not in a route's path");
    }
    ENSURE(parameters == 0, ERR_BUG, "a parameter stands twice in a route's path");
    return ERR_OK;
}

static err compiled_read(struct compiled *c, const struct http_route *route)
{
    ENSURE(route->path != NULL && route->handler != NULL && route->summary != NULL, ERR_BUG,
           "a route is not complete");
    ENSURE(route->method > HTTP_NO_METHOD && route->method < HTTP_OTHER, ERR_BUG,
           "a route has no method");
    ENSURE(route->capability > 0, ERR_BUG, "a route needs a capability");
    c->route = route;
    return segments_read(c);
}

static bool same_shape(const struct compiled *a, const struct compiled *b)
{
    if (a->n != b->n || a->route->method != b->route->method) return false;
    for (size_t i = 0; i < a->n; i++) {
        bool literal = a->segments[i].parameter == NULL && b->segments[i].parameter == NULL;
        bool parameter = a->segments[i].parameter != NULL && b->segments[i].parameter != NULL;
        if (!parameter && !(literal && bytes_equal(a->segments[i].text, b->segments[i].text)))
            return false;
    }
    return true;
}

err http_admit_anybody(void *app, struct http_request *rq, struct http_response *rs, bool *answered)
{
    (void)app, (void)rq, (void)rs;
    *answered = false;
    return ERR_OK;
}

const char *http_csrf_nobody(void *app, const struct http_request *rq)
{
    (void)app, (void)rq;
    return NULL;
}

err http_router_new(mem *ctx, const struct http_app *app, struct http_router **out)
{
    ENSURE(app->routes_n <= ROUTES_MAX, ERR_BUG, "too many routes");
    ENSURE(app->admit != NULL && app->csrf_token != NULL && app->on_error != NULL &&
               app->capability_name != NULL,
           ERR_BUG, "an application is not complete");
    struct http_router *router = mem_new(ctx, struct http_router);
    ENSURE_MEM(router);
    router->app = *app;
    router->n = app->routes_n;
    router->compiled = mem_array(router, struct compiled, app->routes_n + 1);
    ENSURE_MEM(router->compiled);
    for (size_t i = 0; i < router->n; i++) {
        TRY(compiled_read(&router->compiled[i], &app->routes[i]));
        for (size_t k = 0; k < i; k++)
            ENSURE(!same_shape(&router->compiled[i], &router->compiled[k]), ERR_BUG,
                   "two routes are for the same method and path");
    }
    *out = router;
    return ERR_OK;
}

/* Segments of a path that came in. */
struct cut {
    struct bytes at[ROUTE_SEGMENTS];
    size_t n; /* ROUTE_SEGMENTS + 1: more than any route has */
    struct bytes whole;
};

static struct cut path_cut(const char *path)
{
    struct cut cut = {.whole = bytes_text(path)};
    if (text_same(path, "/")) return cut;
    for (const char *s = path; *s == '/';) {
        size_t n = strcspn(++s, "/");
        if (cut.n == ROUTE_SEGMENTS) {
            cut.n++;
            break;
        }
        cut.at[cut.n++] = bytes_of(s, n);
        s += n;
    }
    return cut;
}

static bool takes_rest(const struct compiled *c)
{
    return c->n > 0 && c->segments[c->n - 1].parameter != NULL &&
           c->segments[c->n - 1].parameter->kind == HTTP_REST;
}

static struct bytes value_at(const struct compiled *c, const struct cut *cut, size_t i)
{
    bool rest = takes_rest(c) && i + 1 == c->n;
    size_t end = rest ? (size_t)(cut->whole.p + cut->whole.n - cut->at[i].p) : cut->at[i].n;
    return bytes_of(cut->at[i].p, end);
}

static bool value_valid(const struct compiled *c, const struct cut *cut, size_t i)
{
    char value[512];
    struct bytes text = value_at(c, cut, i);
    if (text.n == 0 || text.n >= sizeof value) return false;
    memcpy(value, text.p, text.n);
    value[text.n] = '\0';
    return KINDS[c->segments[i].parameter->kind].valid(value);
}

static bool compiled_fits(const struct compiled *c, const struct cut *cut)
{
    if (takes_rest(c) ? cut->n < c->n : cut->n != c->n) return false;
    for (size_t i = 0; i < c->n; i++)
        if (c->segments[i].parameter == NULL && !bytes_equal(c->segments[i].text, cut->at[i]))
            return false;
    for (size_t i = 0; i < c->n; i++)
        if (c->segments[i].parameter != NULL && !value_valid(c, cut, i)) return false;
    return true;
}

/* Of two routes that fit, the one with a literal where the other has a parameter. */
static bool more_literal(const struct compiled *a, const struct compiled *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        bool one = a->segments[i].parameter == NULL, other = b->segments[i].parameter == NULL;
        if (one != other) return one;
    }
    return a->n > b->n;
}

static err parameters_fill(struct http_request *rq, mem *ctx, const struct compiled *c,
                           const struct cut *cut)
{
    struct http_pair *pairs = mem_array(ctx, struct http_pair, HTTP_ROUTE_PARAMETERS);
    ENSURE_MEM(pairs);
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct http_parameter *parameter = c->segments[i].parameter;
        if (parameter == NULL) continue;
        char code[CASE_CODE_ROOM];
        const char *value;
        TRY(bytes_string(ctx, value_at(c, cut, i), &value));
        if (parameter->kind == HTTP_CASE_CODE) {
            TRY(case_code_normal(value, code));
            value = mem_text(ctx, code);
            ENSURE_MEM(value);
        }
        pairs[n++] = (struct http_pair){parameter->name, value};
    }
    rq->parameters = (struct http_pairs){pairs, n};
    rq->route = c->route;
    return ERR_OK;
}

static const char *allow_text(mem *ctx, unsigned methods)
{
    char *text = mem_text(ctx, "");
    for (enum http_method m = HTTP_GET; m < HTTP_OTHER && text != NULL; m++) {
        if ((methods & (1u << m)) == 0) continue;
        text = talloc_asprintf_append(text, "%s%s%s", *text == '\0' ? "" : ", ",
                                      http_method_name(m), m == HTTP_GET ? ", HEAD" : "");
    }
    return text;
}

int http_router_match(const struct http_router *router, struct http_request *rq, mem *ctx,
                      const char **allow)
{
    struct cut cut = path_cut(rq->path);
    const struct compiled *best = NULL;
    unsigned others = 0;
    for (size_t i = 0; i < router->n; i++) {
        const struct compiled *c = &router->compiled[i];
        if (!compiled_fits(c, &cut)) continue;
        if (c->route->method != rq->method)
            others |= 1u << c->route->method;
        else if (best == NULL || more_literal(c, best))
            best = c;
    }
    if (best != NULL) return err_failed(parameters_fill(rq, ctx, best, &cut)) ? 500 : 0;
    if (others == 0) return 404;
    if (allow != NULL) *allow = allow_text(ctx, others);
    return 405;
}
