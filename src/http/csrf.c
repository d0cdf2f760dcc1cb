/* csrf.c - tokens and origins. */
#include "http/csrf.h"

#include <string.h>

#include "base/encode.h"
#include "base/id.h"
#include "base/messages.h"
#include "base/text.h"
#include "crypto/secret.h"

#define VISITOR_BYTES 16
#define VISITOR_COOKIE "visitor"

/* "https://host:port" of our own pages, compared with what the browser says. */
static bool origin_ours(const struct http_request *rq, const char *origin)
{
    const char *host = http_header(rq, "Host");
    const char *scheme = rq->is_tls ? "https://" : "http://";
    return host != NULL && text_starts(origin, scheme) &&
           text_same_nocase(origin + strlen(scheme), host);
}

err http_csrf_origin_check(const struct http_request *rq)
{
    const char *site = http_header(rq, "Sec-Fetch-Site"), *origin = http_header(rq, "Origin");
    static const char REFUSED[] = MSG("This form was sent from another website");
    if (site != NULL) {
        bool ours = text_same(site, "same-origin") || text_same(site, "none");
        ENSURE(ours, ERR_DENIED, REFUSED);
        return ERR_OK;
    }
    ENSURE(origin == NULL || text_same(origin, "null") || origin_ours(rq, origin), ERR_DENIED,
           REFUSED);
    return ERR_OK;
}

err http_csrf_check(const struct http_request *rq, const char *token)
{
    TRY(http_csrf_origin_check(rq));
    const char *sent = http_field(rq, HTTP_CSRF_FIELD);
    if (sent == NULL) sent = http_header(rq, "X-CSRF-Token");
    static const char OLD[] =
        MSG("This form is no longer valid: open the page again and repeat what you did");
    ENSURE(!text_empty(token) && sent != NULL, ERR_DENIED, OLD);
    ENSURE(secret_equal(bytes_text(sent), bytes_text(token)), ERR_DENIED, OLD);
    return ERR_OK;
}

const char *http_csrf_visitor(const struct http_request *rq)
{
    const char *token = http_cookie_get(rq, VISITOR_COOKIE);
    bool ours = token != NULL && strlen(token) == 2 * VISITOR_BYTES &&
                strspn(token, "0123456789abcdef") == 2 * VISITOR_BYTES;
    return ours ? token : NULL;
}

err http_csrf_visitor_set(const struct http_request *rq, struct http_response *rs,
                          const char **token)
{
    uint8_t random[VISITOR_BYTES];
    id_fill_random(random, sizeof random);
    const char *text;
    TRY(encode_hex(rs->ctx, bytes_of(random, sizeof random), &text));
    TRY(http_cookie_set(
        rq, rs,
        &(struct http_cookie){.name = VISITOR_COOKIE, .value = text, .same_site = HTTP_STRICT}));
    *token = text;
    return ERR_OK;
}
