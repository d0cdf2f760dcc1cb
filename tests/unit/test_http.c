/* test_http.c - the parts of http/ that need no socket: the route table, parameters, answers, rules. */
#include "cm.h"

#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "crypto/secret.h"
#include "http/assets.h"
#include "http/csrf.h"
#include "http/router.h"
#include "http/validate.h"

static err nothing(void *app, struct http_request *rq, struct http_response *rs)
{
    (void)rq;
    int *runs = app;
    (*runs)++;
    return http_reply(rs, 200, "text/plain", bytes_text("fine"));
}

static err admit(void *app, struct http_request *rq, struct http_response *rs, bool *answered)
{
    (void)app;
    ENSURE(rq->route->capability != 3, ERR_NOT_FOUND, "hidden");
    if (rq->route->capability != 2) return ERR_OK;
    *answered = true;
    return http_redirect(rs, "/signin");
}

static const char *token(void *app, const struct http_request *rq)
{
    (void)app;
    (void)rq;
    return "0123";
}

static err on_error(void *app, struct http_request *rq, int status, const char *what, struct http_response *rs)
{
    (void)app;
    (void)rq;
    ENSURE(status != 415, ERR_BUG, "even the page for the failure fails");
    return http_reply(rs, status, "text/plain", bytes_text(what == NULL ? "-" : what));
}

static const char *capability(int value) { return value == 1 ? "open" : "closed"; }

static struct http_app app_of(int *runs, const struct http_route *routes, size_t n)
{
    return (struct http_app){.app = runs, .routes = routes, .routes_n = n, .admit = admit, .csrf_token = token, .on_error = on_error, .capability_name = capability};
}

static const struct http_route ROUTES[] = {
    HTTP_ROUTE(1, .method = HTTP_GET, .path = "/cases/{code}", .parameters = {{"code", HTTP_CASE_CODE}}, .handler = nothing, .summary = "A case"),
    HTTP_ROUTE(1, .method = HTTP_GET, .path = "/cases/new", .handler = nothing, .summary = "A new case"),
    HTTP_ROUTE(1, .method = HTTP_POST, .path = "/cases/{code}", .parameters = {{"code", HTTP_CASE_CODE}}, .handler = nothing, .summary = "Change it"),
    HTTP_ROUTE(1, .method = HTTP_GET, .path = "/", .handler = nothing, .summary = "Start"),
    HTTP_ROUTE(1, .method = HTTP_GET, .path = "/x/{id}/{n}/{cc}/{l}", .parameters = {{"id", HTTP_ID}, {"n", HTTP_NUMBER}, {"cc", HTTP_COUNTRY}, {"l", HTTP_LANGUAGE}},
               .handler = nothing, .summary = "Kinds"),
    HTTP_ROUTE(1, .method = HTTP_GET, .path = "/s/{hash}/{path}", .parameters = {{"hash", HTTP_HEX}, {"path", HTTP_REST}}, .handler = nothing, .summary = "Rest"),
    HTTP_ROUTE(2, .method = HTTP_POST, .path = "/private", .handler = nothing, .summary = "Signed in only"),
    HTTP_ROUTE(3, .method = HTTP_GET, .path = "/hidden", .handler = nothing, .summary = "Nobody's business"),
    HTTP_ROUTE(1, .method = HTTP_POST, .path = "/as2", .csrf = HTTP_CSRF_PEER, .body = HTTP_BODY_RAW, .handler = nothing, .summary = "From nodes"),
};

static void paths_find_their_route(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    int runs = 0;
    struct http_router *router;
    struct http_app app = app_of(&runs, ROUTES, COUNT_OF(ROUTES));
    OK(http_router_new(ctx, &app, &router));
    char code[CASE_CODE_ROOM], small[CASE_CODE_ROOM];
    OK(case_code_new("IT", 1795521420000, 3, code));
    for (size_t i = 0; i <= strlen(code); i++) small[i] = (char)(code[i] >= 'A' && code[i] <= 'Z' ? code[i] + 32 : code[i]);
    struct id id = id_new(1795521420000);
    const struct {
        const char *path;
        enum http_method method;
        int status, route; /* place in ROUTES */
        const char *name, *value;
    } ROWS[] = {
        {"/", HTTP_GET, 0, 3, NULL, NULL},
        {talloc_asprintf(ctx, "/cases/%s", code), HTTP_GET, 0, 0, "code", code},
        {talloc_asprintf(ctx, "/cases/%s", small), HTTP_GET, 0, 0, "code", code},
        {talloc_asprintf(ctx, "/cases/%s", code), HTTP_POST, 0, 2, "code", code},
        {talloc_asprintf(ctx, "/cases/%s", code), HTTP_DELETE, 405, 0, NULL, NULL},
        {"/cases/new", HTTP_GET, 0, 1, NULL, NULL},
        {"/cases/IT-26-AAAA", HTTP_GET, 404, 0, NULL, NULL},
        {"/cases", HTTP_GET, 404, 0, NULL, NULL},
        {"/cases/new/x", HTTP_GET, 404, 0, NULL, NULL},
        {talloc_asprintf(ctx, "/x/%s/42/AL/sr-Latn", id.text), HTTP_GET, 0, 4, "l", "sr-Latn"},
        {talloc_asprintf(ctx, "/x/%s/-42/AL/sq", id.text), HTTP_GET, 404, 0, NULL, NULL},
        {talloc_asprintf(ctx, "/x/%s/42/al/sq", id.text), HTTP_GET, 404, 0, NULL, NULL},
        {talloc_asprintf(ctx, "/x/%s/42/AL/s_q", id.text), HTTP_GET, 404, 0, NULL, NULL},
        {talloc_asprintf(ctx, "/x/%s/4200000000/AL/sq", id.text), HTTP_GET, 404, 0, NULL, NULL},
        {"/x/not-an-id/42/AL/sq", HTTP_GET, 404, 0, NULL, NULL},
        {"/s/00ff/a/b/c.css", HTTP_GET, 0, 5, "path", "a/b/c.css"},
        {"/s/00ff/a/.b/c.css", HTTP_GET, 404, 0, NULL, NULL},
        {"/s/00FF/a", HTTP_GET, 404, 0, NULL, NULL},
        {"/s/00ff", HTTP_GET, 404, 0, NULL, NULL},
        {"/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o", HTTP_GET, 404, 0, NULL, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        struct http_request rq = {.ctx = ctx, .path = ROWS[i].path, .method = ROWS[i].method};
        const char *allow = NULL;
        int status = http_router_match(router, &rq, ctx, &allow);
        if (status != ROWS[i].status) fail_msg("%s: %d", ROWS[i].path, status);
        if (status == 405) assert_string_equal(allow, "GET, HEAD, POST");
        if (status != 0) continue;
        assert_ptr_equal(rq.route, &ROUTES[ROWS[i].route]);
        if (ROWS[i].name != NULL) assert_string_equal(http_parameter(&rq, ROWS[i].name), ROWS[i].value);
    }
}

static void wrong_tables_are_refused(void **state)
{
    (void)state;
    const struct http_route ROWS[][2] = {
        {HTTP_ROUTE(1, .method = HTTP_GET, .handler = nothing, .summary = "-")},
        {HTTP_ROUTE(1, .method = HTTP_GET, .path = "/", .summary = "-")},
        {HTTP_ROUTE(1, .method = HTTP_GET, .path = "/", .handler = nothing)},
        {HTTP_ROUTE(1, .path = "/", .handler = nothing, .summary = "-")},
        {{.method = HTTP_GET, .path = "/", .handler = nothing, .summary = "no capability"}},
        {HTTP_ROUTE(1, .method = HTTP_GET, .path = "cases", .handler = nothing, .summary = "-")},
        {HTTP_ROUTE(1, .method = HTTP_GET, .path = "/cases//x", .handler = nothing, .summary = "-")},
        {HTTP_ROUTE(1, .method = HTTP_GET, .path = "/cases/", .handler = nothing, .summary = "-")},
        {HTTP_ROUTE(1, .method = HTTP_GET, .path = "/{code}", .handler = nothing, .summary = "-")},
        {HTTP_ROUTE(1, .method = HTTP_GET, .path = "/{code", .parameters = {{"code", HTTP_ID}}, .handler = nothing, .summary = "-")},
        {HTTP_ROUTE(1, .method = HTTP_GET, .path = "/x", .parameters = {{"code", HTTP_ID}}, .handler = nothing, .summary = "-")},
        {HTTP_ROUTE(1, .method = HTTP_GET, .path = "/{a}", .parameters = {{"a", HTTP_NO_PARAMETER}}, .handler = nothing, .summary = "-")},
        {HTTP_ROUTE(1, .method = HTTP_GET, .path = "/{a}/x", .parameters = {{"a", HTTP_REST}}, .handler = nothing, .summary = "-")},
        {HTTP_ROUTE(1, .method = HTTP_GET, .path = "/{a}/{a}", .parameters = {{"a", HTTP_ID}}, .handler = nothing, .summary = "-")},
        {HTTP_ROUTE(1, .method = HTTP_GET, .path = "/{a}", .parameters = {{"a", HTTP_ID}}, .handler = nothing, .summary = "-"),
         HTTP_ROUTE(1, .method = HTTP_GET, .path = "/{b}", .parameters = {{"b", HTTP_NUMBER}}, .handler = nothing, .summary = "-")},
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        MEM_SCOPE(ctx, NULL);
        int runs = 0;
        struct http_router *router;
        struct http_app app = app_of(&runs, ROWS[i], i + 1 == COUNT_OF(ROWS) ? 2 : 1);
        if (http_router_new(ctx, &app, &router).kind != ERR_BUG) fail_msg("row %zu is accepted", i);
    }
}

static int run(mem *ctx, enum http_method method, const char *path, const char *type, const char *body, int *runs, const char **text)
{
    struct http_router *router;
    struct http_app app = app_of(runs, ROUTES, COUNT_OF(ROUTES));
    OK(http_router_new(ctx, &app, &router));
    struct http_pair headers[] = {{"Content-Type", type}, {"Host", "h"}};
    struct http_request rq = {.ctx = ctx, .path = path, .method = method, .headers = {headers, 2}, .body = bytes_text(body)};
    struct http_response rs = {.ctx = ctx, .status = 200};
    assert_int_equal(http_router_match(router, &rq, ctx, NULL), 0);
    http_router_run(router, &rq, &rs);
    *text = rs.body.n == 0 ? "" : mem_textn(ctx, (const char *)rs.body.p, rs.body.n);
    return rs.status;
}

static void checks_come_before_the_handler(void **state)
{
    (void)state;
    static const char FORM[] = "application/x-www-form-urlencoded";
    static const struct {
        enum http_method method;
        const char *path, *type, *body;
        int status, runs;
        const char *text;
    } ROWS[] = {
        {HTTP_GET, "/", "-", "", 200, 1, "fine"},
        {HTTP_POST, "/private", FORM, "csrf=0123", 303, 0, ""},
        {HTTP_GET, "/hidden", "-", "", 404, 0, "hidden"},
        {HTTP_POST, "/as2", "multipart/signed", "anything", 200, 1, "fine"},
        {HTTP_POST, "/as2", FORM, "x=%", 200, 1, "fine"},
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        MEM_SCOPE(ctx, NULL);
        int runs = 0;
        const char *text;
        int status = run(ctx, ROWS[i].method, ROWS[i].path, ROWS[i].type, ROWS[i].body, &runs, &text);
        if (status != ROWS[i].status || runs != ROWS[i].runs) fail_msg("row %zu: %d, %d runs", i, status, runs);
        assert_string_equal(text, ROWS[i].text);
    }
    MEM_SCOPE(ctx, NULL);
    char code[CASE_CODE_ROOM];
    OK(case_code_new("IT", 1795521420000, 3, code));
    const char *path = talloc_asprintf(ctx, "/cases/%s", code), *text;
    int runs = 0;
    assert_int_equal(run(ctx, HTTP_POST, path, FORM, "csrf=0123", &runs, &text), 200);
    assert_int_equal(run(ctx, HTTP_POST, path, FORM, "csrf=0124", &runs, &text), 403);
    assert_int_equal(run(ctx, HTTP_POST, path, FORM, "csrf=%", &runs, &text), 400);
    assert_int_equal(run(ctx, HTTP_POST, path, "text/xml", "<csrf>", &runs, &text), 415);
    assert_string_equal(text, "The server can't answer this request.\n");
    assert_int_equal(runs, 1);
}

static void the_report_names_who_may_what(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    int runs = 0;
    struct http_router *router;
    struct http_app app = app_of(&runs, ROUTES, COUNT_OF(ROUTES));
    OK(http_router_new(ctx, &app, &router));
    struct buf b;
    const char *text;
    buf_init(&b, ctx, 10000);
    http_router_print(router, &b);
    OK(buf_text(&b, &text));
    size_t lines = 0;
    for (const char *s = text; *s != '\0'; s++) lines += *s == '\n';
    assert_int_equal(lines, COUNT_OF(ROUTES));
    assert_true(text_starts(text, "GET    / "));
    const char *post = strstr(text, "POST   /cases/{code}");
    assert_non_null(post);
    assert_non_null(strstr(post, "open                   csrf:token Change it  (code:code)\n"));
    assert_non_null(strstr(text, "csrf:peer  From nodes\n"));
}

static void answers_can_not_be_broken(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct http_response rs = {.ctx = ctx};
    struct http_request rq = {.ctx = ctx};
    BAD(ERR_BUG, http_set_header(&rs, "X", "a\r\nSet-Cookie: b"));
    BAD(ERR_BUG, http_set_header(&rs, "X", "a\nb"));
    BAD(ERR_BUG, http_set_header(&rs, "X:", "a"));
    BAD(ERR_BUG, http_set_header(&rs, "", "a"));
    BAD(ERR_BUG, http_redirect(&rs, "//evil"));
    BAD(ERR_BUG, http_redirect(&rs, "https://evil"));
    BAD(ERR_BUG, http_redirect(&rs, "/a\tb"));
    BAD(ERR_BUG, http_attach(&rs, "a\".pdf"));
    BAD(ERR_BUG, http_attach(&rs, ".profile"));
    BAD(ERR_BUG, http_attach(&rs, ""));
    BAD(ERR_BUG, http_cookie_set(&rq, &rs, &(struct http_cookie){.name = "a", .value = "b;c"}));
    BAD(ERR_BUG, http_cookie_set(&rq, &rs, &(struct http_cookie){.name = "a b", .value = "c"}));
    assert_int_equal(rs.headers_n, 0);
    OK(http_cookie_set(&rq, &rs, &(struct http_cookie){.name = "a", .value = "", .seconds = -1}));
    assert_string_equal(rs.headers[0].value, "a=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    OK(http_attach(&rs, "IT-26-K7QF.pdf"));
    assert_string_equal(rs.headers[1].value, "attachment; filename=\"IT-26-K7QF.pdf\"");
    for (size_t i = rs.headers_n; i < HTTP_RESPONSE_HEADERS_MAX; i++) OK(http_set_header(&rs, "X", "y"));
    BAD(ERR_BUG, http_set_header(&rs, "X", "y"));
}

static void rules_hold(void **state)
{
    (void)state;
    static const char *const CHOICES[] = {"yes", "no", NULL};
    static const struct http_rule RULES[] = {
        {.name = "text", .kind = HTTP_TEXT, .min = 2, .max = 4, .required = true}, {.name = "lines", .kind = HTTP_LINES}, {.name = "pass", .kind = HTTP_SECRET},
        {.name = "n", .kind = HTTP_WHOLE, .min = -5, .max = 5}, {.name = "one", .kind = HTTP_CHOICE, .choices = CHOICES},
        {.name = "some", .kind = HTTP_CHOICES, .choices = CHOICES}, {.name = "tick", .kind = HTTP_TICK}, {.name = "mail", .kind = HTTP_MAIL},
        {.name = "id", .kind = HTTP_RULE_ID}, {.name = "code", .kind = HTTP_RULE_CODE}, {.name = "name", .kind = HTTP_RULE_NAME}, {.name = "cc", .kind = HTTP_RULE_CC},
        {.name = "d", .kind = HTTP_DATE},
    };
    static const struct {
        const char *form, *fault; /* the first field at fault, NULL: none */
    } ROWS[] = {
        {"text=ab", NULL}, {"text= ab ", NULL}, {"text=a", "text"}, {"text=abcde", "text"}, {"text=", "text"}, {"", "text"}, {"text=   ", "text"}, {"text=a%0Ab", "text"},
        {"text=%C3%AB%C3%AB%C3%AB%C3%AB", NULL}, {"text=ab&lines=a%0Ab", NULL}, {"text=ab&n=5", NULL}, {"text=ab&n=-5", NULL}, {"text=ab&n=6", "n"}, {"text=ab&n=5x", "n"},
        {"text=ab&one=yes", NULL}, {"text=ab&one=maybe", "one"}, {"text=ab&one=yes&one=no", "one"}, {"text=ab&some=yes&some=no", NULL}, {"text=ab&some=yes&some=x", "some"},
        {"text=ab&tick=yes", NULL}, {"text=ab&tick=1", "tick"}, {"text=ab&mail=a@b.org", NULL}, {"text=ab&mail=a@b", "mail"}, {"text=ab&mail=a@b@c.org", "mail"},
        {"text=ab&mail=a b@c.org", "mail"}, {"text=ab&id=x", "id"}, {"text=ab&code=IT-26-AAAA", "code"}, {"text=ab&name=a_b-1", NULL}, {"text=ab&name=-a", "name"},
        {"text=ab&cc=AL", NULL}, {"text=ab&cc=al", "cc"}, {"text=ab&cc=ALB", "cc"}, {"text=ab&d-day=29&d-month=2&d-year=2028", NULL}, {"text=ab&d-day=29&d-month=2&d-year=2027", "d-day"},
        {"text=ab&d-day=1", "d-day"}, {"text=ab&d-day=&d-month=&d-year=", NULL}, {"text=ab&d-day=x&d-month=1&d-year=2027", "d-day"}, {"text=ab&d-day=99999999999&d-month=1&d-year=1", "d-day"},
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        MEM_SCOPE(ctx, NULL);
        struct http_request rq = {.ctx = ctx};
        OK(http_parse_urlencoded(ctx, bytes_text(ROWS[i].form), 100, &rq.form));
        struct http_fault *faults;
        size_t n;
        OK(http_validate(&rq, RULES, COUNT_OF(RULES), &faults, &n));
        const char *first = n == 0 ? NULL : faults[0].field;
        if (!text_same(first, ROWS[i].fault)) fail_msg("%s: %s", ROWS[i].form, first == NULL ? "fine" : first);
    }
    MEM_SCOPE(ctx, NULL);
    struct http_request rq = {.ctx = ctx};
    struct http_fault *faults;
    size_t n;
    OK(http_parse_urlencoded(ctx, bytes_text("text=ab&role=admin"), 100, &rq.form));
    BAD(ERR_INPUT, http_validate(&rq, RULES, COUNT_OF(RULES), &faults, &n));
    OK(http_parse_urlencoded(ctx, bytes_text("text=ab&d-hour=1"), 100, &rq.form));
    BAD(ERR_INPUT, http_validate(&rq, RULES, COUNT_OF(RULES), &faults, &n));
    OK(http_parse_urlencoded(ctx, bytes_text("text=ab&some=yes&some=no"), 100, &rq.form));
    assert_true(http_field_ticked(&rq, "some", "no"));
    assert_false(http_field_ticked(&rq, "some", "maybe"));
}

static void a_visitor_has_a_token(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct http_response rs = {.ctx = ctx};
    struct http_request rq = {.ctx = ctx, .is_tls = true};
    const char *first, *second;
    OK(http_csrf_visitor_set(&rq, &rs, &first));
    OK(http_csrf_visitor_set(&rq, &rs, &second));
    assert_string_not_equal(first, second);
    assert_true(text_starts(rs.headers[0].value, "__Host-visitor="));
    struct http_pair cookies[] = {{"visitor", "00000000000000000000000000000000"}, {"__Host-visitor", first}};
    rq.cookies = (struct http_pairs){cookies, 2};
    assert_string_equal(http_csrf_visitor(&rq), first);
    cookies[1].value = "short";
    assert_null(http_csrf_visitor(&rq));
    cookies[1].value = "0000000000000000000000000000000g";
    assert_null(http_csrf_visitor(&rq));
}

static int start(void **state)
{
    (void)state;
    return err_failed(crypto_start()) ? -1 : 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_find_their_route), cmocka_unit_test(wrong_tables_are_refused), cmocka_unit_test(checks_come_before_the_handler),
        cmocka_unit_test(the_report_names_who_may_what), cmocka_unit_test(answers_can_not_be_broken), cmocka_unit_test(rules_hold), cmocka_unit_test(a_visitor_has_a_token),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
