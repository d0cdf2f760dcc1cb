/* pkcs12.h - a key and its certificate as a file for other software (PKCS#12, RFC 7292).
 *
 * Called by `opentrm organisation export-key`, so that an organisation can always open its mail
 * with Thunderbird, Outlook or the openssl program. Whoever holds the file and its passphrase opens
 * everything sealed to that key; the caller says so to the person and logs the act.
 */
#ifndef OPENTRM_CRYPTO_PKCS12_H
#define OPENTRM_CRYPTO_PKCS12_H

#include "crypto/certificate.h"

#define PKCS12_PASSPHRASE_LEAST 12 /* bytes */
#define PKCS12_PASSPHRASE_MOST 256

/* pkcs12_write: key and certificate under `passphrase` (UTF-8): PBES2 with AES-256-CBC, PBKDF2 with
 * HMAC-SHA-256 of 600,000 rounds; integrity by HMAC-SHA-256. ERR_INPUT for a passphrase outside the
 * limits, ERR_BUG if key and certificate don't belong together. `label` is what a mail program
 * shows for the key. */
err pkcs12_write(mem *ctx, const struct private_key *key, const struct certificate *certificate,
                 const char *label, const char *passphrase, struct bytes *out);

#endif
