/* receive_http.c - the exchange listener's one route. */
#include "base/log.h"
#include "exchange/receive.h"

/* Whoever can reach the listener may post; the signature decides. */
enum { CAPABILITY_POST = 1 };

static err post_handle(void *app, struct http_request *rq, struct http_response *rs)
{
    struct mime_field *fields = mem_array(rq->ctx, struct mime_field, rq->headers.n + 1);
    ENSURE_MEM(fields);
    for (size_t i = 0; i < rq->headers.n; i++)
        fields[i] = (struct mime_field){rq->headers.at[i].name, rq->headers.at[i].value};
    const struct as2_post post = {{fields, rq->headers.n}, rq->body};
    struct as2_post answer = {0};
    TRY(receive_post(app, rs->ctx, &post, &rs->status, &answer));
    for (size_t i = 0; i < answer.headers.n; i++)
        TRY(http_set_header(rs, answer.headers.at[i].name, answer.headers.at[i].value));
    rs->body = answer.body;
    return ERR_OK;
}

static const struct http_route ROUTES[] = {
    HTTP_ROUTE(CAPABILITY_POST, .method = HTTP_POST, .path = "/as2", .body_max = AS2_MOST,
               .body = HTTP_BODY_RAW,
               .csrf = HTTP_CSRF_PEER, /* a node brings no cookies; its signature is checked */
               .handler = post_handle, .summary = "A message of a partner's node"),
};

static err on_error(void *app, struct http_request *rq, int status, const char *what,
                    struct http_response *rs)
{
    (void)app, (void)rq;
    return http_reply(rs, status, "text/plain; charset=utf-8", bytes_text(status == 500 ? NULL : what));
}

static const char *capability_name(int capability)
{
    return capability == CAPABILITY_POST ? "node.post" : "?";
}

struct http_app receive_app(struct node *node)
{
    return (struct http_app){.app = node,
                             .routes = ROUTES,
                             .routes_n = COUNT_OF(ROUTES),
                             .admit = http_admit_anybody,
                             .csrf_token = http_csrf_nobody,
                             .on_error = on_error,
                             .capability_name = capability_name};
}
