/* mime_write.c - MIME written so that every reader sees the same: CRLF, 7 bits, short lines. */
#include <string.h>

#include "base/encode.h"
#include "base/id.h"
#include "base/text.h"
#include "exchange/mime.h"

#define LINE_BYTES 57 /* bytes that give 76 characters of base64 */
#define LINE_MOST 998 /* characters (RFC 5322 §2.1.1) */

void mime_boundary(char out[static MIME_BOUNDARY_ROOM])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t random[16];
    id_fill_random(random, sizeof random);
    size_t n = 0;
    out[n++] = '=';
    out[n++] = '_';
    for (size_t i = 0; i < sizeof random; i++) {
        out[n++] = digits[random[i] >> 4];
        out[n++] = digits[random[i] & 15];
    }
    out[n] = '\0';
}

static err value_check(const char *value, size_t most)
{
    ENSURE(!text_empty(value) && strlen(value) <= most, ERR_INPUT,
           "a header value is empty or too long");
    for (; *value != '\0'; value++)
        ENSURE(*value >= 0x20 && *value < 0x7f, ERR_INPUT,
               "a header value holds a character that is not allowed there");
    return ERR_OK;
}

static bool name_is_plain(const char *name)
{
    for (; *name != '\0'; name++)
        if (*name < 0x20 || *name > 0x7e || *name == '"' || *name == '\\') return false;
    return true;
}

static err disposition_write(struct buf *b, const char *name)
{
    TRY(text_check(bytes_text(name), MIME_NAME_MOST));
    ENSURE(name[0] != '\0' && name[0] != '.' && strpbrk(name, "/\\\r\n\t") == NULL, ERR_INPUT,
           "a file name that is not allowed");
    buf_add_text(b, "Content-Disposition: attachment;\r\n ");
    if (name_is_plain(name)) {
        buf_addf(b, "filename=\"%s\"\r\n", name);
        return ERR_OK;
    }
    buf_add_text(b, "filename*=UTF-8''");
    for (const uint8_t *p = (const uint8_t *)name; *p != '\0'; p++) {
        bool safe = (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') ||
                    (*p >= 'a' && *p <= 'z') || *p == '.' || *p == '-' || *p == '_';
        if (safe)
            buf_add_char(b, (char)*p);
        else
            buf_addf(b, "%%%02X", *p);
    }
    buf_add_text(b, "\r\n");
    return ERR_OK;
}

/* Plain content must survive every mail program: ASCII, lines that end with CRLF and are not long.
 */
static err plain_check(struct bytes in)
{
    size_t line = 0;
    for (size_t i = 0; i < in.n; i++) {
        uint8_t c = in.p[i];
        if (c == '\r') {
            ENSURE(i + 1 < in.n && in.p[i + 1] == '\n', ERR_INPUT,
                   "a line does not end with CR LF");
            i++;
            line = 0;
            continue;
        }
        ENSURE((c >= 0x20 && c < 0x7f) || c == '\t', ERR_INPUT, "not plain text");
        ENSURE(++line <= LINE_MOST, ERR_INPUT, "a line is too long");
    }
    return ERR_OK;
}

static err base64_write(struct buf *b, struct bytes in)
{
    MEM_SCOPE(scope, b->ctx);
    const char *text = NULL;
    TRY(encode_base64(scope, in, &text));
    size_t n = strlen(text), width = LINE_BYTES / 3 * 4;
    for (size_t i = 0; i < n; i += width) {
        if (i > 0) buf_add_text(b, "\r\n");
        buf_add(b, text + i, n - i < width ? n - i : width);
    }
    return ERR_OK;
}

err mime_leaf_write(struct buf *b, const struct mime_leaf *leaf)
{
    TRY(value_check(leaf->type, LINE_MOST - 20));
    if (leaf->plain) TRY(plain_check(leaf->content));
    buf_addf(b, "Content-Type: %s\r\n", leaf->type);
    buf_addf(b, "Content-Transfer-Encoding: %s\r\n", leaf->plain ? "7bit" : "base64");
    if (leaf->file_name != NULL) TRY(disposition_write(b, leaf->file_name));
    buf_add_text(b, "\r\n");
    if (!leaf->plain) return base64_write(b, leaf->content);
    buf_add_bytes(b, leaf->content);
    return ERR_OK;
}

err mime_multipart_body(struct buf *b, const char *boundary, const struct bytes *children, size_t n)
{
    ENSURE(n > 0, ERR_BUG, "a multipart without parts");
    for (size_t i = 0; i < n; i++) {
        ENSURE(bytes_find(children[i], bytes_text(boundary), 0) == SIZE_MAX, ERR_BUG,
               "a part holds the boundary that should part it");
        buf_addf(b, "--%s\r\n", boundary);
        buf_add_bytes(b, children[i]);
        buf_add_text(b, "\r\n");
    }
    buf_addf(b, "--%s--\r\n", boundary);
    return ERR_OK;
}

err mime_multipart_write(struct buf *b, const char *type, const char *boundary,
                         const struct bytes *children, size_t n)
{
    TRY(value_check(type, LINE_MOST / 2));
    TRY(value_check(boundary, MIME_BOUNDARY_ROOM));
    buf_addf(b, "Content-Type: %s;\r\n boundary=\"%s\"\r\n\r\n", type, boundary);
    return mime_multipart_body(b, boundary, children, n);
}
