/* fuzz_cms.c - signatures, seals, certificates, PEM. The first byte picks which.
 *
 * Nobody can sign or seal for the fixed keys but the corpus' maker: what is accepted must have the
 * content that was signed then.
 */
#include "crypto/cms.h"
#include "crypto/secret.h"
#include "fuzz.h"
#include "fuzz_keys.h"

#define MUST(cond) ((cond) ? (void)0 : __builtin_trap())
#define AT ((msec)1795504402000) /* when the corpus was made */
#define KNOWN "known content"

static struct certificate *signing, *decryption;
static struct private_key *key;

static void start(void)
{
    if (signing != NULL) return;
    MUST(!err_failed(crypto_start()));
    MUST(!err_failed(certificate_read_pem(NULL, bytes_text(fuzz_signing_pem), &signing)));
    MUST(!err_failed(certificate_read_pem(NULL, bytes_text(fuzz_decryption_pem), &decryption)));
    MUST(!err_failed(private_key_read_pem(NULL, bytes_text(fuzz_decryption_key_pem), &key)));
}

static void try_signed(mem *ctx, struct bytes in)
{
    struct bytes content = {0};
    struct certificate *inside = NULL;
    msec signed_at = 0;
    if (!err_failed(cms_verify(in, signing, AT, &content, &signed_at)))
        MUST(bytes_equal(content, bytes_text(KNOWN)) && signed_at > 0);
    if (!err_failed(cms_certificate(ctx, in, &inside))) MUST(certificate_der(inside).n > 0);
}

static void try_beside(mem *ctx, struct bytes in)
{
    (void)ctx;
    MUST(err_failed(cms_verify_detached(in, bytes_text("other content"), signing, AT, NULL)));
    err_ignore(cms_verify_detached(in, bytes_text(KNOWN), signing, AT, NULL)); /* either is right */
}

static void try_sealed(mem *ctx, struct bytes in)
{
    /* Anyone may seal to a public key, so any content may come out. */
    struct bytes content = {0};
    err_ignore(cms_open(ctx, in, key, decryption, &content));
}

static void try_certificate(mem *ctx, struct bytes in)
{
    struct certificate *certificate = NULL, *again = NULL;
    const char *pem = NULL;
    if (err_failed(certificate_read(ctx, in, &certificate))) return;
    MUST(bytes_equal(certificate_der(certificate), in));
    MUST(!err_failed(certificate_write_pem(ctx, certificate, &pem)));
    MUST(!err_failed(certificate_read_pem(ctx, bytes_text(pem), &again)));
    MUST(certificate_same(certificate, again));
    err_ignore(certificate_check(certificate, CERTIFICATE_NODE, AT)); /* only that it comes back */
}

static void try_pem(mem *ctx, struct bytes in)
{
    struct bytes der = {0}, again = {0};
    const char *pem = NULL;
    struct certificate *certificate = NULL;
    struct private_key *other = NULL;
    err_ignore(certificate_read_pem(ctx, in, &certificate)); /* only that it comes back */
    err_ignore(private_key_read_pem(ctx, in, &other));
    if (err_failed(cms_unpem(ctx, in, &der))) return;
    MUST(!err_failed(cms_pem(ctx, der, &pem)));
    MUST(!err_failed(cms_unpem(ctx, bytes_text(pem), &again)));
    MUST(bytes_equal(der, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const tries[])(mem *, struct bytes) = {try_signed, try_beside, try_sealed,
                                                         try_certificate, try_pem};
    start();
    if (size == 0 || data[0] >= COUNT_OF(tries)) return 0;
    MEM_SCOPE(ctx, NULL);
    tries[data[0]](ctx, bytes_of(data + 1, size - 1));
    return 0;
}
