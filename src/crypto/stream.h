/* stream.h - long streams sealed to a public key: what a backup file is made of.
 *
 * A fresh key in a sealed box (box.h), then libsodium's crypto_secretstream_xchacha20poly1305 in
 * pieces of one size; the last piece carries the mark of the end. So a stream that was cut, changed,
 * put in another order or continued does not open. `head` stands beside it in the clear and is bound
 * to it. Bounded memory, whatever the length.
 *
 *   box (112 bytes) | secretstream header (24) | pieces of 65536 + 17 bytes, the last one shorter or
 * full
 *
 * It does not say who sealed it: anybody with the public key can. Called by domain (backup).
 */
#ifndef OPENTRM_CRYPTO_STREAM_H
#define OPENTRM_CRYPTO_STREAM_H

#include "crypto/box.h"

#define STREAM_PIECE 65536

/* Where sealed bytes go, and where they come from: `got` less than `n` only at the end. */
typedef err stream_put(void *arg, struct bytes sealed);
typedef err stream_get(void *arg, uint8_t *p, size_t n, size_t *got);

struct stream_seal;
struct stream_open;

/* stream_seal_begin / _add / _end: owned by ctx, wiped with it. */
err stream_seal_begin(mem *ctx, const struct box_public *to, struct bytes head, stream_put *put,
                      void *arg, struct stream_seal **out);
err stream_seal_add(struct stream_seal *s, struct bytes plain);
err stream_seal_end(struct stream_seal *s);

/* stream_open_begin: ERR_CRYPTO if it is not for this pair, or `head` is not what it was. */
err stream_open_begin(mem *ctx, const struct box_pair *pair, struct bytes head, stream_get *get,
                      void *arg, struct stream_open **out);
/* stream_open_read: exactly n bytes; ERR_CRYPTO if it was changed or ends before. What is given out
 * has been verified so far, but only stream_open_end says that the whole stream was. */
err stream_open_read(struct stream_open *s, uint8_t *p, size_t n);
/* stream_open_end: ERR_CRYPTO unless all was read and nothing follows. */
err stream_open_end(struct stream_open *s);

#endif
