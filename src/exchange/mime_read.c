/* mime_read.c - MIME read strictly, down to the bytes. See mime.h for why. */
#include <string.h>

#include "base/encode.h"
#include "base/text.h"
#include "base/vec.h"
#include "exchange/mime.h"

typedef VEC(struct mime_field) field_list;

static bool is_token(char c)
{
    return c > 0x20 && c < 0x7f && strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static char small(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

static err lower(mem *ctx, struct bytes in, const char **out)
{
    char *text = talloc_size(ctx, in.n + 1);
    ENSURE_MEM(text);
    for (size_t i = 0; i < in.n; i++) text[i] = small((char)in.p[i]);
    text[in.n] = '\0';
    *out = text;
    return ERR_OK;
}

const char *mime_find(struct mime_fields fields, const char *name)
{
    for (size_t i = 0; i < fields.n; i++)
        if (text_same_nocase(fields.at[i].name, name)) return fields.at[i].value;
    return NULL;
}

const char *mime_parameter(const struct mime_entity *entity, const char *name)
{
    return mime_find(entity->parameters, name);
}

/* ---- header fields ---- */

/* line_take: a line without its CRLF. A bare CR or LF, or anything that is not printable ASCII, is
 * refused: other readers would end the line elsewhere. */
static err line_take(struct bytes *in, struct bytes *line)
{
    size_t i = 0;
    for (; i < in->n && in->p[i] != '\r' && in->p[i] != '\n'; i++)
        ENSURE((in->p[i] >= 0x20 && in->p[i] < 0x7f) || in->p[i] == '\t', ERR_INPUT,
               "a header field holds a character that is not allowed there");
    ENSURE(i + 1 < in->n && in->p[i] == '\r' && in->p[i + 1] == '\n', ERR_INPUT,
           "a header line does not end with CR LF");
    *line = bytes_of(in->p, i);
    *in = bytes_of(in->p + i + 2, in->n - i - 2);
    return ERR_OK;
}

static struct bytes trimmed(struct bytes in)
{
    while (in.n > 0 && is_blank((char)in.p[0])) in = bytes_of(in.p + 1, in.n - 1);
    while (in.n > 0 && is_blank((char)in.p[in.n - 1])) in.n--;
    return in;
}

static err field_start(mem *ctx, struct bytes line, struct mime_field *out)
{
    size_t colon = 0;
    while (colon < line.n && line.p[colon] != ':' && line.p[colon] > 0x20) colon++;
    ENSURE(colon > 0 && colon < line.n && line.p[colon] == ':', ERR_INPUT,
           "a header field without a name");
    TRY(bytes_string(ctx, bytes_of(line.p, colon), &out->name));
    return bytes_string(ctx, trimmed(bytes_of(line.p + colon + 1, line.n - colon - 1)),
                        &out->value);
}

static err field_continue(mem *ctx, struct bytes line, struct mime_field *field)
{
    struct bytes more = trimmed(line);
    ENSURE(more.n > 0, ERR_INPUT, "a folded header line is empty");
    field->value =
        talloc_asprintf(ctx, "%s%s%.*s", field->value, field->value[0] == '\0' ? "" : " ",
                        (int)more.n, (const char *)more.p);
    ENSURE_MEM(field->value);
    return ERR_OK;
}

/* fields_take: header fields up to the empty line, which is taken too, or to the end if `to_end`.
 */
static err fields_take(mem *ctx, struct bytes *in, bool to_end, struct mime_fields *out)
{
    field_list list = {0};
    struct bytes rest = *in;
    for (;;) {
        if (to_end && rest.n == 0) break;
        struct bytes line = {0};
        TRY(line_take(&rest, &line));
        ENSURE((size_t)(rest.p - in->p) <= MIME_HEADER_BYTES_MOST, ERR_LIMIT,
               "the header fields are larger than allowed");
        if (line.n == 0) {
            ENSURE(!to_end || rest.n == 0, ERR_INPUT, "an empty line among header fields");
            break;
        }
        if (is_blank((char)line.p[0])) {
            ENSURE(list.n > 0, ERR_INPUT, "the first header line is folded");
            TRY(field_continue(ctx, line, &list.at[list.n - 1]));
            continue;
        }
        struct mime_field field = {0};
        TRY(field_start(ctx, line, &field));
        TRY(vec_push(ctx, &list, field, MIME_HEADERS_MOST));
    }
    *in = rest;
    *out = (struct mime_fields){list.at, list.n};
    return ERR_OK;
}

err mime_fields_read(mem *ctx, struct bytes raw, struct mime_fields *out)
{
    return fields_take(ctx, &raw, true, out);
}

/* ---- values with parameters ---- */

static void blanks_skip(const char **s)
{
    while (is_blank(**s)) (*s)++;
}

static err token_take(mem *ctx, const char **s, const char **out)
{
    const char *from = *s;
    while (is_token(**s)) (*s)++;
    ENSURE(*s > from, ERR_INPUT, "a word is missing in a header field");
    return lower(ctx, bytes_of(from, (size_t)(*s - from)), out);
}

/* A quoted string or a token, as written. */
static err value_take(mem *ctx, const char **s, const char **out)
{
    struct buf b;
    buf_init(&b, ctx, MIME_HEADER_BYTES_MOST);
    if (**s != '"') {
        ENSURE(is_token(**s), ERR_INPUT, "a parameter of a header field has no value");
        for (; is_token(**s); (*s)++) buf_add_char(&b, **s);
        return buf_text(&b, out);
    }
    for ((*s)++; **s != '"'; (*s)++) {
        if (**s == '\\') (*s)++;
        ENSURE(**s != '\0', ERR_INPUT, "a quoted text in a header field does not end");
        buf_add_char(&b, **s);
    }
    (*s)++;
    return buf_text(&b, out);
}

static err parameters_take(mem *ctx, const char **s, struct mime_fields *out)
{
    field_list list = {0};
    for (;;) {
        blanks_skip(s);
        if (**s == '\0') break;
        ENSURE(**s == ';', ERR_INPUT, "a header field has something where a parameter should be");
        (*s)++;
        blanks_skip(s);
        if (**s == '\0') break;
        struct mime_field field = {0};
        TRY(token_take(ctx, s, &field.name));
        ENSURE(**s == '=', ERR_INPUT, "a parameter of a header field has no value");
        (*s)++;
        TRY(value_take(ctx, s, &field.value));
        ENSURE(mime_find((struct mime_fields){list.at, list.n}, field.name) == NULL, ERR_INPUT,
               "a header field has a parameter twice");
        TRY(vec_push(ctx, &list, field, MIME_PARAMETERS_MOST));
    }
    *out = (struct mime_fields){list.at, list.n};
    return ERR_OK;
}

static err type_read(mem *ctx, const char *value, struct mime_entity *entity)
{
    if (value == NULL) {
        entity->type = "text/plain";
        return ERR_OK;
    }
    const char *main = NULL, *sub = NULL;
    TRY(token_take(ctx, &value, &main));
    ENSURE(*value == '/', ERR_INPUT, "a content type without a subtype");
    value++;
    TRY(token_take(ctx, &value, &sub));
    entity->type = talloc_asprintf(ctx, "%s/%s", main, sub);
    ENSURE_MEM(entity->type);
    ENSURE(strlen(entity->type) <= MIME_TYPE_MOST, ERR_LIMIT, "a content type is too long");
    return parameters_take(ctx, &value, &entity->parameters);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = small(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 2231 §4: UTF-8'language'percent-encoded. */
static err extended_read(mem *ctx, const char *value, const char **out)
{
    static const char charset[] = "utf-8'";
    for (size_t i = 0; i < sizeof charset - 1; i++)
        ENSURE(small(value[i]) == charset[i], ERR_INPUT, "a file name is not in UTF-8");
    value = strchr(value + sizeof charset - 1, '\'');
    ENSURE(value != NULL, ERR_INPUT, "a file name is malformed");
    struct buf b;
    buf_init(&b, ctx, MIME_NAME_MOST);
    for (value++; *value != '\0'; value++) {
        if (*value != '%') {
            buf_add_char(&b, *value);
            continue;
        }
        int high = hex_digit(value[1]), low = high < 0 ? -1 : hex_digit(value[2]);
        ENSURE(low >= 0, ERR_INPUT, "a file name is malformed");
        buf_add_char(&b, (char)(high * 16 + low));
        value += 2;
    }
    return buf_text(&b, out);
}

static err file_name_check(const char *name)
{
    TRY(text_check(bytes_text(name), MIME_NAME_MOST));
    ENSURE(name[0] != '\0' && name[0] != '.' && strpbrk(name, "/\\\r\n\t") == NULL, ERR_INPUT,
           "a file name that is not allowed");
    return ERR_OK;
}

static err disposition_read(mem *ctx, const char *value, struct mime_entity *entity)
{
    if (value == NULL) return ERR_OK;
    const char *kind = NULL, *name = NULL;
    struct mime_fields parameters = {0};
    TRY(token_take(ctx, &value, &kind));
    TRY(parameters_take(ctx, &value, &parameters));
    const char *extended = mime_find(parameters, "filename*");
    if (extended != NULL)
        TRY(extended_read(ctx, extended, &name));
    else
        name = mime_find(parameters, "filename");
    if (name == NULL) return ERR_OK;
    TRY(file_name_check(name));
    entity->file_name = name;
    return ERR_OK;
}

/* ---- bodies ---- */

static err quoted_printable(mem *ctx, struct bytes in, struct bytes *out)
{
    struct buf b;
    buf_init(&b, ctx, in.n);
    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] != '=') {
            buf_add_char(&b, (char)in.p[i]);
            continue;
        }
        ENSURE(i + 2 < in.n, ERR_INPUT, "quoted-printable text is cut off");
        if (!(in.p[i + 1] == '\r' && in.p[i + 2] == '\n')) {
            int high = hex_digit((char)in.p[i + 1]), low = hex_digit((char)in.p[i + 2]);
            ENSURE(high >= 0 && low >= 0, ERR_INPUT, "malformed quoted-printable text");
            buf_add_char(&b, (char)(high * 16 + low));
        }
        i += 2;
    }
    return buf_done(&b, out);
}

static err as_it_is(mem *ctx, struct bytes in, struct bytes *out)
{
    (void)ctx;
    *out = in;
    return ERR_OK;
}

static const struct {
    const char *name;
    err (*decode)(mem *ctx, struct bytes in, struct bytes *out);
    bool plain; /* may stand around a multipart */
} encodings[] = {
    {"7bit", as_it_is, true},
    {"8bit", as_it_is, true},
    {"binary", as_it_is, true},
    {"base64", decode_base64, false},
    {"quoted-printable", quoted_printable, false},
};

static err encoding_find(const char *value, size_t *out)
{
    if (value == NULL) value = "7bit";
    for (size_t i = 0; i < COUNT_OF(encodings); i++)
        if (text_same_nocase(value, encodings[i].name)) {
            *out = i;
            return ERR_OK;
        }
    FAIL(ERR_INPUT, "an unknown transfer encoding");
}

/* ---- multiparts ---- */

static err boundary_check(const char *boundary)
{
    ENSURE(boundary != NULL, ERR_INPUT, "a multipart without a boundary");
    size_t n = strlen(boundary);
    ENSURE(n >= 1 && n <= 70 && boundary[n - 1] != ' ', ERR_INPUT, "a malformed boundary");
    for (size_t i = 0; i < n; i++) {
        char c = boundary[i];
        bool letter = (c >= '0' && c <= '9') || (small(c) >= 'a' && small(c) <= 'z');
        ENSURE(letter || strchr("'()+_,-./:=? ", c) != NULL, ERR_INPUT, "a malformed boundary");
    }
    return ERR_OK;
}

struct delimiter {
    size_t before; /* where the content in front of it ends */
    size_t after;  /* where the content behind it starts */
    bool last;
};

/* delimiter_find: the next line at or after `from` that is a boundary; before == SIZE_MAX if there
 * is none. */
static err delimiter_find(struct bytes body, struct bytes dash, size_t from, struct delimiter *out)
{
    out->before = SIZE_MAX;
    for (size_t at = from; (at = bytes_find(body, dash, at)) != SIZE_MAX; at++) {
        bool first = at == 0;
        if (!first && body.p[at - 1] != '\n' && body.p[at - 1] != '\r') continue;
        ENSURE(first || (at >= 2 && body.p[at - 2] == '\r' && body.p[at - 1] == '\n'), ERR_INPUT,
               "a boundary behind a line that does not end with CR LF");
        size_t end = at + dash.n;
        out->last = end + 1 < body.n && body.p[end] == '-' && body.p[end + 1] == '-';
        if (out->last) end += 2;
        while (end < body.n && is_blank((char)body.p[end])) end++;
        bool closed = end + 1 < body.n && body.p[end] == '\r' && body.p[end + 1] == '\n';
        ENSURE(closed || (out->last && end == body.n), ERR_INPUT,
               "a line begins like a boundary and is none");
        out->before = first ? 0 : at - 2;
        out->after = closed ? end + 2 : end;
        return ERR_OK;
    }
    return ERR_OK;
}

struct reading {
    mem *ctx;
    size_t entities; /* so far */
};

static err entity_fill(struct reading *reading, unsigned depth, struct bytes body,
                       struct mime_entity *entity);

static err child_read(struct reading *reading, unsigned depth, struct bytes raw,
                      struct mime_entity *child)
{
    struct bytes body = raw;
    child->raw = raw;
    TRY(fields_take(reading->ctx, &body, false, &child->headers));
    return entity_fill(reading, depth, body, child);
}

static err children_read(struct reading *reading, unsigned depth, struct bytes body,
                         struct mime_entity *entity)
{
    const char *boundary = mime_parameter(entity, "boundary");
    TRY(boundary_check(boundary));
    ENSURE(depth < MIME_DEPTH_MOST, ERR_LIMIT, "multiparts are nested too deeply");
    char dash[80];
    int n = snprintf(dash, sizeof dash, "--%s", boundary);
    struct bytes needle = bytes_of(dash, (size_t)n);
    VEC(struct mime_entity) children = {0};
    struct delimiter here = {0}, next = {0};
    TRY(delimiter_find(body, needle, 0, &here));
    ENSURE(here.before != SIZE_MAX && !here.last, ERR_INPUT, "a multipart without its parts");
    while (!here.last) {
        TRY(delimiter_find(body, needle, here.after, &next));
        ENSURE(next.before != SIZE_MAX, ERR_INPUT, "a multipart does not end");
        ENSURE(next.before >= here.after, ERR_INPUT, "an empty part");
        struct mime_entity child = {0};
        TRY(child_read(reading, depth + 1, bytes_of(body.p + here.after, next.before - here.after),
                       &child));
        TRY(vec_push(reading->ctx, &children, child, MIME_CHILDREN_MOST));
        here = next;
    }
    for (size_t i = here.after; i < body.n; i++)
        ENSURE(strchr(" \t\r\n", (char)body.p[i]) != NULL && body.p[i] != '\0', ERR_INPUT,
               "something stands behind a multipart");
    entity->children = children.at;
    entity->child_count = children.n;
    return ERR_OK;
}

static err once_check(struct mime_fields headers, const char *name)
{
    size_t seen = 0;
    for (size_t i = 0; i < headers.n; i++) seen += text_same_nocase(headers.at[i].name, name);
    ENSURE(seen <= 1, ERR_INPUT, "a header field stands there twice");
    return ERR_OK;
}

static err entity_fill(struct reading *reading, unsigned depth, struct bytes body,
                       struct mime_entity *entity)
{
    static const char *const once[] = {"Content-Type", "Content-Transfer-Encoding",
                                       "Content-Disposition"};
    ENSURE(++reading->entities <= MIME_ENTITIES_MOST, ERR_LIMIT, "too many parts");
    for (size_t i = 0; i < COUNT_OF(once); i++) TRY(once_check(entity->headers, once[i]));
    TRY(type_read(reading->ctx, mime_find(entity->headers, "Content-Type"), entity));
    TRY(disposition_read(reading->ctx, mime_find(entity->headers, "Content-Disposition"), entity));
    size_t encoding = 0;
    TRY(encoding_find(mime_find(entity->headers, "Content-Transfer-Encoding"), &encoding));
    if (!text_starts(entity->type, "multipart/"))
        return encodings[encoding].decode(reading->ctx, body, &entity->content);
    ENSURE(encodings[encoding].plain, ERR_INPUT, "a multipart with a transfer encoding");
    return children_read(reading, depth, body, entity);
}

err mime_read(mem *ctx, struct bytes raw, struct mime_entity **out)
{
    MEM_SCOPE(scope, ctx);
    struct mime_entity *entity = mem_new(scope, struct mime_entity);
    ENSURE_MEM(entity);
    struct reading reading = {entity, 0};
    TRY(child_read(&reading, 0, raw, entity));
    *out = talloc_steal(ctx, entity);
    return ERR_OK;
}

err mime_read_body(mem *ctx, struct mime_fields headers, struct bytes body,
                   struct mime_entity **out)
{
    MEM_SCOPE(scope, ctx);
    struct mime_entity *entity = mem_new(scope, struct mime_entity);
    ENSURE_MEM(entity);
    struct reading reading = {entity, 0};
    entity->raw = body;
    entity->headers = headers;
    TRY(entity_fill(&reading, 0, body, entity));
    *out = talloc_steal(ctx, entity);
    return ERR_OK;
}
