/* multipart.c - multipart/form-data (RFC 7578): fields and files of a form. A pure function of
 * bytes. */
#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "http/decode.h"

#define BOUNDARY_MAX 70    /* RFC 2046 §5.1.1 */
#define PART_HEAD_MAX 4096 /* bytes of one part's headers */

struct reader {
    mem *ctx;
    struct bytes in;
    size_t at;
    struct bytes delimiter; /* CR LF "--" boundary */
    struct {
        struct http_pair *at;
        size_t n, room;
    } fields;
    struct {
        struct http_file *at;
        size_t n, room;
    } files;
};

struct part {
    const char *name;
    const char *file_name; /* NULL: a field */
    const char *mime;
    struct bytes content;
};

static bool text_at(const struct reader *r, const char *text)
{
    size_t n = strlen(text);
    return r->in.n - r->at >= n && memcmp(r->in.p + r->at, text, n) == 0;
}

/* The name of a file without folders: some browsers sent whole paths. */
static err file_name_read(mem *ctx, const char *sent, const char **out)
{
    const char *slash = strrchr(sent, '/');
    if (slash != NULL) sent = slash + 1;
    const char *backslash = strrchr(sent, '\\');
    if (backslash != NULL) sent = backslash + 1;
    ENSURE(strlen(sent) <= HTTP_FILE_NAME_MAX, ERR_LIMIT, "a file has a name that is too long");
    return decode_text(ctx, bytes_text(sent), out);
}

static err disposition_read(mem *ctx, const char *value, struct part *part)
{
    ENSURE(header_is(value, "form-data"), ERR_INPUT, "a part of the form is no form data");
    const char *file_name;
    TRY(header_parameter(ctx, value, "name", &part->name));
    ENSURE(part->name != NULL, ERR_INPUT, "a part of the form has no name");
    TRY(name_check(part->name));
    TRY(header_parameter(ctx, value, "filename", &file_name));
    if (file_name == NULL) return ERR_OK;
    return file_name_read(ctx, file_name, &part->file_name);
}

static err head_line_read(mem *ctx, const char *line, struct part *part)
{
    const char *colon = strchr(line, ':');
    ENSURE(colon != NULL, ERR_INPUT, "a part of the form has a broken header");
    const char *name = mem_textn(ctx, line, (size_t)(colon - line)), *value;
    ENSURE_MEM(name);
    TRY(text_trim(ctx, colon + 1, &value));
    if (text_same_nocase(name, "Content-Disposition")) return disposition_read(ctx, value, part);
    if (text_same_nocase(name, "Content-Type")) part->mime = value;
    bool encoded = text_same_nocase(name, "Content-Transfer-Encoding") &&
                   !text_same_nocase(value, "binary") && !text_same_nocase(value, "8bit") &&
                   !text_same_nocase(value, "7bit");
    ENSURE(!encoded, ERR_INPUT, "a part of the form is encoded");
    return ERR_OK;
}

static err head_read(struct reader *r, struct part *part)
{
    static const struct bytes END = {(const uint8_t *)"\r\n\r\n", 4};
    size_t end = bytes_find(r->in, END, r->at);
    ENSURE(end != SIZE_MAX && end - r->at <= PART_HEAD_MAX, ERR_INPUT,
           "a part of the form has no end of its headers");
    struct bytes head = bytes_of(r->in.p + r->at, end - r->at);
    TRY(text_check(head, PART_HEAD_MAX));
    const char *rest, *line;
    TRY(bytes_string(r->ctx, head, &rest));
    for (;;) {
        size_t n = strcspn(rest, "\r\n");
        line = mem_textn(r->ctx, rest, n);
        ENSURE_MEM(line);
        TRY(head_line_read(r->ctx, line, part));
        if (rest[n] == '\0') break;
        ENSURE(rest[n] == '\r' && rest[n + 1] == '\n', ERR_INPUT,
               "a part of the form has a broken header");
        rest += n + 2;
    }
    ENSURE(part->name != NULL, ERR_INPUT, "a part of the form has no name");
    r->at = end + END.n;
    return ERR_OK;
}

static err content_read(struct reader *r, struct part *part)
{
    /* An empty part ends with the delimiter whose CR LF is the one behind the headers. */
    size_t from = r->at, end = bytes_find(r->in, r->delimiter, r->at - 2);
    ENSURE(end != SIZE_MAX, ERR_INPUT, "the form does not end");
    part->content = bytes_of(r->in.p + from, end < from ? 0 : end - from);
    r->at = end + r->delimiter.n;
    return ERR_OK;
}

static err part_keep(struct reader *r, const struct part *part)
{
    ENSURE(r->fields.n + r->files.n < HTTP_FIELDS_MAX, ERR_LIMIT,
           "the request has more fields than allowed");
    if (part->file_name == NULL) {
        const char *value;
        TRY(decode_text(r->ctx, part->content, &value));
        return vec_push(r->ctx, &r->fields, ((struct http_pair){part->name, value}),
                        HTTP_FIELDS_MAX);
    }
    if (part->file_name[0] == '\0' && part->content.n == 0) return ERR_OK; /* no file was chosen */
    const char *mime = part->mime == NULL ? "application/octet-stream" : part->mime;
    struct http_file file = {part->name, part->file_name, mime, part->content};
    return vec_push(r->ctx, &r->files, file, HTTP_FIELDS_MAX);
}

static err parts_read(struct reader *r)
{
    for (;;) {
        if (text_at(r, "--")) return ERR_OK;
        while (r->at < r->in.n && (r->in.p[r->at] == ' ' || r->in.p[r->at] == '\t')) r->at++;
        ENSURE(text_at(r, "\r\n"), ERR_INPUT,
               "the parts of the form are not separated as they should be");
        r->at += 2;
        struct part part = {0};
        TRY(head_read(r, &part));
        TRY(content_read(r, &part));
        TRY(part_keep(r, &part));
    }
}

err http_parse_multipart(mem *ctx, struct bytes in, const char *content_type,
                         struct http_pairs *fields, struct http_file **files, size_t *files_n)
{
    const char *boundary;
    TRY(header_parameter(ctx, content_type, "boundary", &boundary));
    ENSURE(!text_empty(boundary) && strlen(boundary) <= BOUNDARY_MAX, ERR_INPUT,
           "the form has no boundary");
    const char *delimiter = talloc_asprintf(ctx, "\r\n--%s", boundary);
    ENSURE_MEM(delimiter);
    struct reader r = {.ctx = ctx, .in = in, .delimiter = bytes_text(delimiter)};
    struct bytes first = bytes_of(r.delimiter.p + 2, r.delimiter.n - 2);
    bool at_start = in.n >= first.n && memcmp(in.p, first.p, first.n) == 0;
    size_t begin = at_start ? 0 : bytes_find(in, r.delimiter, 0);
    ENSURE(begin != SIZE_MAX, ERR_INPUT, "the form does not begin");
    r.at = begin + (at_start ? first.n : r.delimiter.n);
    TRY(parts_read(&r));
    *fields = (struct http_pairs){r.fields.at, r.fields.n};
    *files = r.files.at;
    *files_n = r.files.n;
    return ERR_OK;
}
