/* encode.h - bytes as text and back: hexadecimal, base64 (RFC 4648 §4, §5). */
#ifndef OPENTRM_BASE_ENCODE_H
#define OPENTRM_BASE_ENCODE_H

#include "base/bytes.h"

err encode_hex(mem *ctx, struct bytes in, const char **out); /* lower case */
err decode_hex(mem *ctx, const char *in, struct bytes *out);
/* base64 is for bulk and nothing secret; base64url takes the same time for every content. */
err encode_base64(mem *ctx, struct bytes in, const char **out); /* with padding, one line */
err decode_base64(mem *ctx, struct bytes in, struct bytes *out); /* white space is skipped */
err encode_base64url(mem *ctx, struct bytes in, const char **out); /* no padding */
err decode_base64url(mem *ctx, const char *in, struct bytes *out);

#endif
