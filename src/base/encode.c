/* encode.c - libsodium's constant-time codecs behind our result type. */
#include "base/encode.h"

#include <sodium.h>
#include <string.h>

err encode_hex(mem *ctx, struct bytes in, const char **out)
{
    char *text = talloc_size(ctx, in.n * 2 + 1);
    ENSURE_MEM(text);
    *out = sodium_bin2hex(text, in.n * 2 + 1, in.p, in.n);
    return ERR_OK;
}

err decode_hex(mem *ctx, const char *in, struct bytes *out)
{
    size_t n = strlen(in), got = 0;
    uint8_t *p = talloc_size(ctx, n / 2 + 1);
    ENSURE_MEM(p);
    ENSURE(sodium_hex2bin(p, n / 2 + 1, in, n, NULL, &got, NULL) == 0 && got * 2 == n, ERR_INPUT,
           "not hexadecimal");
    *out = (struct bytes){p, got};
    return ERR_OK;
}

static err to_base64(mem *ctx, struct bytes in, int variant, const char **out)
{
    ENSURE(in.n < SIZE_MAX / 4, ERR_LIMIT, "too many bytes");
    size_t room = sodium_base64_ENCODED_LEN(in.n, (unsigned)variant);
    char *text = talloc_size(ctx, room);
    ENSURE_MEM(text);
    *out = sodium_bin2base64(text, room, in.p, in.n, variant);
    return ERR_OK;
}

static err from_base64(mem *ctx, struct bytes in, int variant, struct bytes *out)
{
    size_t room = in.n / 4 * 3 + 3, got = 0;
    uint8_t *p = talloc_size(ctx, room);
    ENSURE_MEM(p);
    const char *end = NULL;
    ENSURE(sodium_base642bin(p, room, (const char *)in.p, in.n, " \t\r\n", &got, &end, variant) == 0 &&
               end == (const char *)in.p + in.n,
           ERR_INPUT, "not base64");
    *out = (struct bytes){p, got};
    return ERR_OK;
}

err encode_base64(mem *ctx, struct bytes in, const char **out)
{
    return to_base64(ctx, in, sodium_base64_VARIANT_ORIGINAL, out);
}
err decode_base64(mem *ctx, struct bytes in, struct bytes *out)
{
    return from_base64(ctx, in, sodium_base64_VARIANT_ORIGINAL, out);
}
err encode_base64url(mem *ctx, struct bytes in, const char **out)
{
    return to_base64(ctx, in, sodium_base64_VARIANT_URLSAFE_NO_PADDING, out);
}
err decode_base64url(mem *ctx, const char *in, struct bytes *out)
{
    return from_base64(ctx, bytes_text(in), sodium_base64_VARIANT_URLSAFE_NO_PADDING, out);
}
