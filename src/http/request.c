/* request.c - lookups in a request, its form, and the languages its sender reads. */
#include "http/request.h"

#include <string.h>

#include "base/text.h"
#include "http/decode.h"

#define RANGES_MAX 32

const char *http_pairs_get(const struct http_pairs *pairs, const char *name, size_t i)
{
    for (size_t k = 0; k < pairs->n; k++)
        if (text_same(pairs->at[k].name, name) && i-- == 0) return pairs->at[k].value;
    return NULL;
}

const char *http_header(const struct http_request *rq, const char *name)
{
    for (size_t i = 0; i < rq->headers.n; i++)
        if (text_same_nocase(rq->headers.at[i].name, name)) return rq->headers.at[i].value;
    return NULL;
}

const char *http_cookie(const struct http_request *rq, const char *name)
{
    return http_pairs_get(&rq->cookies, name, 0);
}
const char *http_query(const struct http_request *rq, const char *name)
{
    return http_pairs_get(&rq->query, name, 0);
}
const char *http_field(const struct http_request *rq, const char *name)
{
    return http_pairs_get(&rq->form, name, 0);
}

const char *http_field_at(const struct http_request *rq, const char *name, size_t i)
{
    return http_pairs_get(&rq->form, name, i);
}

const char *http_field_or(const struct http_request *rq, const char *name, const char *otherwise)
{
    const char *value = http_field(rq, name);
    return value == NULL ? otherwise : value;
}

const char *http_parameter(const struct http_request *rq, const char *name)
{
    return http_pairs_get(&rq->parameters, name, 0);
}

const struct http_file *http_file(const struct http_request *rq, const char *field)
{
    for (size_t i = 0; i < rq->files_n; i++)
        if (text_same(rq->files[i].field, field)) return &rq->files[i];
    return NULL;
}

err http_parse_form(struct http_request *rq)
{
    const char *type = http_header(rq, "Content-Type");
    if (header_is(type, "application/x-www-form-urlencoded"))
        return http_parse_urlencoded(rq->ctx, rq->body, HTTP_FIELDS_MAX, &rq->form);
    if (header_is(type, "multipart/form-data"))
        return http_parse_multipart(rq->ctx, rq->body, type, &rq->form, &rq->files, &rq->files_n);
    ENSURE(type == NULL && rq->body.n == 0, ERR_INPUT, "the request is not a form");
    return ERR_OK;
}

/* A language range with its weight in thousandths (RFC 9110 §12.4.2). */
struct range {
    const char *text;
    size_t n;
    int weight;
};

static int weight_read(const char *s, const char *end)
{
    const char *q = memchr(s, ';', (size_t)(end - s));
    if (q == NULL) return 1000;
    for (q++; q < end && (*q == ' ' || *q == '\t'); q++) {
    }
    if (end - q < 3 || (q[0] != 'q' && q[0] != 'Q') || q[1] != '=') return 0;
    q += 2;
    if (*q != '0' && *q != '1') return 0;
    int weight = (*q - '0') * 1000, digit = 100;
    if (++q < end && *q == '.') q++;
    for (; q < end && *q >= '0' && *q <= '9' && digit > 0; q++, digit /= 10)
        weight += (*q - '0') * digit;
    return weight > 1000 ? 1000 : weight;
}

static bool range_begins(const char *whole, size_t n, const char *part, size_t part_n)
{
    if (n < part_n || strncasecmp(whole, part, part_n) != 0) return false;
    return n == part_n || whole[part_n] == '-';
}

/* How well a range fits a language: 3 the same, 2 the range is narrower (sq-AL for sq), 1 wider, 0
 * not. */
static int range_fit(const struct range *range, const char *language)
{
    size_t n = strlen(language);
    if (range->n == 1 && range->text[0] == '*') return 1;
    if (!range_begins(range->text, range->n, language, n))
        return range_begins(language, n, range->text, range->n);
    return range->n == n ? 3 : 2;
}

/* The next range of the header, or false at its end. */
static bool range_next(const char **at, struct range *out)
{
    const char *s = *at;
    while (*s == ' ' || *s == '\t' || *s == ',') s++;
    if (*s == '\0') return false;
    const char *end = s + strcspn(s, ",");
    *out = (struct range){s, strcspn(s, ",; \t"), weight_read(s, end)};
    *at = end;
    return true;
}

/* The language that fits the range best, or NULL. */
static const char *range_choose(const struct range *range, const char *const *supported, size_t n)
{
    const char *best = NULL;
    int best_fit = 0;
    for (size_t i = 0; i < n; i++) {
        int fit = range_fit(range, supported[i]);
        if (fit <= best_fit) continue;
        best = supported[i];
        best_fit = fit;
    }
    return best;
}

const char *http_language(const struct http_request *rq, const char *const *supported, size_t n)
{
    const char *at = http_header(rq, "Accept-Language"), *best = supported[0];
    int best_weight = 0;
    struct range range;
    for (int ranges = 0; at != NULL && ranges < RANGES_MAX && range_next(&at, &range); ranges++) {
        const char *fitting = range_choose(&range, supported, n);
        if (fitting == NULL || range.weight <= best_weight) continue;
        best = fitting;
        best_weight = range.weight;
    }
    return best;
}
