/* mime.h - MIME (RFC 2045, 2046, 1847, 2231) as this program writes and reads it.
 *
 * Signatures and MICs are over exact bytes, so reading keeps, for every entity, the raw bytes it
 * was made of. The splitting at boundaries is done here, strictly: CRLF only, and a message in
 * which another reader could see other boundaries (bare LF, a line that only begins like a
 * boundary) is refused, so that nobody can be shown something else than what was signed. Header
 * values are taken apart by GMime.
 *
 * Called by part, as2, mdn. Knows no cryptography and no store.
 */
#ifndef OPENTRM_EXCHANGE_MIME_H
#define OPENTRM_EXCHANGE_MIME_H

#include "base/buf.h"

#define MIME_DEPTH_MOST 4           /* multiparts in multiparts */
#define MIME_CHILDREN_MOST 64       /* entities in one multipart */
#define MIME_ENTITIES_MOST 128      /* entities in a message, all levels */
#define MIME_PARAMETERS_MOST 16     /* of one header field */
#define MIME_HEADERS_MOST 64        /* header fields of an entity */
#define MIME_HEADER_BYTES_MOST 8192 /* all header fields of an entity together */
#define MIME_BOUNDARY_ROOM 40
#define MIME_TYPE_MOST 127 /* bytes of "type/subtype" */
#define MIME_NAME_MOST 200 /* bytes of a file name */

/* A header field or a parameter. Also the shape of HTTP header fields here. */
struct mime_field {
    const char *name;
    const char *value; /* unfolded, without white space at its ends */
};

struct mime_fields {
    const struct mime_field *at;
    size_t n;
};

struct mime_entity {
    struct bytes raw;              /* header fields, empty line, body: what a signature covers */
    struct mime_fields headers;    /* as written */
    const char *type;              /* "multipart/signed": lower case, "text/plain" if absent */
    struct mime_fields parameters; /* of Content-Type; names in lower case */
    const char *file_name;         /* of Content-Disposition, or NULL. Never a path to open */
    struct bytes content;          /* a leaf: decoded; a multipart: empty */
    struct mime_entity *children;  /* of a multipart */
    size_t child_count;
};

/* mime_read: a whole entity with its header fields. ERR_INPUT, ERR_LIMIT. The result refers to raw,
 * which must live as long. */
err mime_read(mem *ctx, struct bytes raw, struct mime_entity **out);
/* mime_read_body: the same where the header fields came by another way (HTTP): `raw` of the result
 * is the body only. */
err mime_read_body(mem *ctx, struct mime_fields headers, struct bytes body,
                   struct mime_entity **out);
/* mime_find: the value of the first field of that name (ASCII case does not matter), or NULL. */
const char *mime_find(struct mime_fields fields, const char *name);
/* mime_parameter: of Content-Type, or NULL. */
const char *mime_parameter(const struct mime_entity *entity, const char *name);
/* mime_fields_read: a block of header fields ("Name: value" CRLF ...), as in the body of a
 * message/disposition-notification. Blank lines between blocks are refused. */
err mime_fields_read(mem *ctx, struct bytes raw, struct mime_fields *out);

/* mime_boundary: random, of a shape that no base64 body can contain ("=_" and 32 hexadecimal
 * digits). */
void mime_boundary(char out[static MIME_BOUNDARY_ROOM]);

/* A leaf to be written. */
struct mime_leaf {
    const char *type;      /* full value of Content-Type */
    const char *file_name; /* UTF-8 or NULL; written by RFC 2231 where it must be */
    struct bytes content;
    bool plain; /* ASCII text with CRLF and short lines, written as it is (7bit); else base64 */
};

/* mime_leaf_write: header fields, empty line, body without a line end behind it. ERR_INPUT for a
 * type, name or plain content that can't be written safely. */
err mime_leaf_write(struct buf *b, const struct mime_leaf *leaf);
/* mime_multipart_body: the children between boundaries, with the closing one and CRLF. ERR_BUG if a
 * child holds the boundary. */
err mime_multipart_body(struct buf *b, const char *boundary, const struct bytes *children,
                        size_t n);
/* mime_multipart_write: "Content-Type: <type>; boundary=..." CRLF CRLF and that body. `type` is a
 * full value but for the boundary, e.g. "multipart/mixed". */
err mime_multipart_write(struct buf *b, const char *type, const char *boundary,
                         const struct bytes *children, size_t n);

#endif
