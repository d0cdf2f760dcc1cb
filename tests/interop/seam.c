/* seam.c - the cryptographic seam and the wire formats as a program of files, for the scripts of
 * this folder: what it writes, `openssl` reads, and the other way round. A test program: keys lie
 * in the clear. Prints the sentence of a failure and ends with 1.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/pkcs12.h"
#include "crypto/secret.h"
#include "exchange/card.h"
#include "exchange/client.h"
#include "exchange/envelope.h"
#include "exchange/mdn.h"
#include "exchange/queue.h"
#include "exchange/seal.h"

#define FILE_MOST ((size_t)64 << 20)
#define FORM "{\"id\":\"annex-i\",\"version\":\"1\"}"
#define ANSWERS "{\"forename\":\"Drita\"}"

static mem *ctx;
static msec now;
static char **words; /* arguments behind the command */

static err read_file(const char *path, struct bytes *out)
{
    return file_read(ctx, path, FILE_MOST, out);
}
static err write_file(const char *path, struct bytes in) { return file_write(path, in, 0600); }

static err key_of(const char *path, struct private_key **out)
{
    struct bytes pem = {0};
    TRY(read_file(path, &pem));
    return private_key_read_pem(ctx, pem, out);
}

static err certificate_of(const char *path, struct certificate **out)
{
    struct bytes pem = {0};
    TRY(read_file(path, &pem));
    return certificate_read_pem(ctx, pem, out);
}

/* ---- keys: PURPOSE NAME KEY CERTIFICATE ---- */

static err make(void)
{
    static const char *const purposes[] = {"signing", "decryption", "node"};
    static const char *const hosts[] = {"127.0.0.1", "localhost", NULL};
    struct certificate_wish wish = {
        .name = words[1], .from = now - MSEC_DAY, .until = now + 365 * MSEC_DAY};
    for (unsigned i = 0; i < COUNT_OF(purposes); i++)
        if (text_same(words[0], purposes[i])) wish.purpose = (enum certificate_purpose)i;
    if (wish.purpose == CERTIFICATE_NODE)
        wish.hosts = hosts;
    else
        wish.email = "intake@example.org";
    struct private_key *key = NULL;
    struct certificate *certificate = NULL;
    struct secret_arena *arena = NULL;
    struct secret secret = {0};
    const char *pem = NULL;
    TRY(private_key_generate(ctx, &key));
    TRY(certificate_make(ctx, &wish, key, &certificate));
    TRY(secret_arena_new(ctx, NULL, &arena));
    TRY(private_key_write_pem(key, arena, &secret));
    TRY(certificate_write_pem(ctx, certificate, &pem));
    TRY(write_file(words[2], secret_bytes(secret)));
    return write_file(words[3], bytes_text(pem));
}

/* KEY CERTIFICATE PASSPHRASE OUT */
static err pkcs12(void)
{
    struct private_key *key = NULL;
    struct certificate *certificate = NULL;
    struct bytes out = {0};
    TRY(key_of(words[0], &key));
    TRY(certificate_of(words[1], &certificate));
    TRY(pkcs12_write(ctx, key, certificate, "identity", words[2], &out));
    return write_file(words[3], out);
}

/* CERTIFICATE: fingerprint, spoken, pin */
static err show(void)
{
    struct certificate *certificate = NULL;
    char fingerprint[FINGERPRINT_ROOM], spoken[SPOKEN_ROOM];
    const char *pin = NULL;
    TRY(certificate_of(words[0], &certificate));
    certificate_fingerprint(certificate, fingerprint);
    certificate_spoken(certificate, spoken);
    TRY(certificate_pin(ctx, certificate, &pin));
    (void)printf("%s\n%s\n%s\n", fingerprint, spoken, pin);
    return ERR_OK;
}

/* ---- CMS: KEY CERTIFICATE IN OUT, or less ---- */

static err sign_with(err (*how)(mem *, struct bytes, const struct private_key *,
                                const struct certificate *, msec, struct bytes *))
{
    struct private_key *key = NULL;
    struct certificate *certificate = NULL;
    struct bytes in = {0}, out = {0};
    TRY(key_of(words[0], &key));
    TRY(certificate_of(words[1], &certificate));
    TRY(read_file(words[2], &in));
    TRY(how(ctx, in, key, certificate, now, &out));
    return write_file(words[3], out);
}

static err sign(void) { return sign_with(cms_sign); }
static err sign_detached(void) { return sign_with(cms_sign_detached); }

/* CERTIFICATE CMS OUT */
static err verify(void)
{
    struct certificate *certificate = NULL;
    struct bytes in = {0}, out = {0};
    TRY(certificate_of(words[0], &certificate));
    TRY(read_file(words[1], &in));
    TRY(cms_verify(in, certificate, now, &out, NULL));
    return write_file(words[2], out);
}

/* CERTIFICATE CMS CONTENT */
static err verify_detached(void)
{
    struct certificate *certificate = NULL;
    struct bytes in = {0}, content = {0};
    TRY(certificate_of(words[0], &certificate));
    TRY(read_file(words[1], &in));
    TRY(read_file(words[2], &content));
    return cms_verify_detached(in, content, certificate, now, NULL);
}

/* CERTIFICATE IN OUT */
static err seal(void)
{
    struct certificate *certificate = NULL;
    struct bytes in = {0}, out = {0};
    TRY(certificate_of(words[0], &certificate));
    TRY(read_file(words[1], &in));
    TRY(cms_seal(ctx, in, certificate, now, &out));
    return write_file(words[2], out);
}

static err mail_seal(void)
{
    struct certificate *certificate = NULL;
    struct bytes in = {0}, out = {0};
    TRY(certificate_of(words[0], &certificate));
    TRY(read_file(words[1], &in));
    const struct certificate *to[] = {certificate};
    TRY(cms_mail_seal(ctx, in, to, 1, now, &out));
    return write_file(words[2], out);
}

/* KEY CERTIFICATE IN OUT */
static err open_(void)
{
    struct private_key *key = NULL;
    struct certificate *certificate = NULL;
    struct bytes in = {0}, out = {0};
    TRY(key_of(words[0], &key));
    TRY(certificate_of(words[1], &certificate));
    TRY(read_file(words[2], &in));
    TRY(cms_open(ctx, in, key, certificate, &out));
    return write_file(words[3], out);
}

/* ---- messages ---- */

static const char message_text[] = "01938f00-0000-7000-8000-000000000001";
static const char conversation_text[] = "8c2f6a35-9d0e-4a3b-8f6d-2f1f1c1b5a00";
static const char sender_text[] = "8c2f6a35-9d0e-4a3b-8f6d-2f1f1c1b5a01";
static const char recipient_text[] = "8c2f6a35-9d0e-4a3b-8f6d-2f1f1c1b5a02";

static struct id id_of(const char *text)
{
    struct id id = {0};
    err_ignore(id_parse(text, &id)); /* a constant */
    return id;
}

/* SIGNING-KEY SIGNING-CERTIFICATE RECIPIENT-CERTIFICATE NODE-KEY NODE-CERTIFICATE FROM TO OUT */
static err send_(void)
{
    struct private_key *key = NULL, *node = NULL;
    struct certificate *signer = NULL, *recipient = NULL, *certificate = NULL;
    struct bytes sealed = {0}, text = {0}, post_bytes = {0};
    struct as2_post post = {0};
    char mic[AS2_MIC_ROOM];
    JSON_SCOPE(answers) = json_loads(ANSWERS, 0, NULL);
    TRY(key_of(words[0], &key));
    TRY(certificate_of(words[1], &signer));
    TRY(certificate_of(words[2], &recipient));
    TRY(key_of(words[3], &node));
    TRY(certificate_of(words[4], &certificate));
    const struct part part = {.type = "referral",
                              .message = id_of(message_text),
                              .sender = id_of(sender_text),
                              .recipient = id_of(recipient_text),
                              .compartment = COMPARTMENT_HEALTH,
                              .conversation = id_of(conversation_text),
                              .purpose = "return",
                              .handling = "confidential",
                              .language = "it",
                              .at = now,
                              .form = {.id = "annex-i", .version = "1"},
                              .answers = answers,
                              .definition = bytes_text(FORM),
                              .pdf = bytes_text("%PDF-1.7 rendering")};
    TRY(part_seal(ctx, &part, key, signer, recipient, now, &sealed));
    const struct envelope_part one = {COMPARTMENT_HEALTH, sealed};
    const struct envelope envelope = {.conversation = part.conversation,
                                      .message = part.message,
                                      .sender = part.sender,
                                      .recipient = part.recipient,
                                      .class = "referral",
                                      .due = now + MSEC_DAY,
                                      .parts = &one,
                                      .part_count = 1};
    TRY(envelope_write(ctx, &envelope, &text));
    const struct as2_wish wish = {.from = words[5],
                                  .to = words[6],
                                  .message = part.message,
                                  .at = now,
                                  .type = ENVELOPE_TYPE,
                                  .content = text};
    TRY(as2_make(ctx, &wish, node, certificate, &post, mic));
    TRY(queue_post_write(ctx, &post, &post_bytes));
    TRY(write_file(words[7], post_bytes));
    (void)printf("%s\n", mic);
    return ERR_OK;
}

static err post_of(const char *path, struct as2_post *out)
{
    struct bytes in = {0};
    TRY(read_file(path, &in));
    return queue_post_read(ctx, in, out);
}

/* NODE-CERTIFICATE POST KEY CERTIFICATE SIGNING-CERTIFICATE OUT: everything a receiver does */
static err receive(void)
{
    struct private_key *key = NULL;
    struct certificate *node = NULL, *certificate = NULL, *signer = NULL;
    struct as2_post post = {0};
    struct as2_content content = {0};
    struct envelope *envelope = NULL;
    struct part *part = NULL;
    struct bytes answers = {0};
    TRY(certificate_of(words[0], &node));
    TRY(post_of(words[1], &post));
    TRY(key_of(words[2], &key));
    TRY(certificate_of(words[3], &certificate));
    TRY(certificate_of(words[4], &signer));
    TRY(as2_verify(ctx, &post, node, now, &content));
    ENSURE(text_same(content.type, ENVELOPE_TYPE), ERR_INPUT, "no envelope inside");
    TRY(envelope_read(ctx, content.content, &envelope));
    const struct seal_expected expected = {.message = envelope->message,
                                           .sender = envelope->sender,
                                           .recipient = envelope->recipient,
                                           .conversation = envelope->conversation,
                                           .compartment = envelope->parts[0].compartment,
                                           .type = envelope->class};
    TRY(part_open(ctx, envelope->parts[0].cms, key, certificate, signer, &expected, now, &part,
                  NULL));
    TRY(json_write(ctx, part->answers, &answers));
    (void)printf("%s\n", content.mic);
    return write_file(words[5], answers);
}

/* NODE-CERTIFICATE POST: only the outer signature; prints the MIC */
static err as2_check(void)
{
    struct certificate *node = NULL;
    struct as2_post post = {0};
    struct as2_content content = {0};
    TRY(certificate_of(words[0], &node));
    TRY(post_of(words[1], &post));
    TRY(as2_verify(ctx, &post, node, now, &content));
    (void)printf("%s\n", content.mic);
    return ERR_OK;
}

/* NODE-KEY NODE-CERTIFICATE FROM TO ORIGINAL MIC OUT */
static err receipt(void)
{
    struct private_key *key = NULL;
    struct certificate *certificate = NULL;
    struct as2_post post = {0};
    struct bytes out = {0};
    TRY(key_of(words[0], &key));
    TRY(certificate_of(words[1], &certificate));
    const struct mdn_wish wish = {.from = words[2],
                                  .to = words[3],
                                  .message = id_new(now),
                                  .original = words[4],
                                  .mic = words[5],
                                  .outcome = MDN_PROCESSED,
                                  .at = now};
    TRY(mdn_make(ctx, &wish, key, certificate, &post));
    TRY(queue_post_write(ctx, &post, &out));
    return write_file(words[6], out);
}

/* NODE-CERTIFICATE FROM TO ORIGINAL MIC POST */
static err receipt_check(void)
{
    struct certificate *certificate = NULL;
    struct as2_post post = {0};
    struct mdn mdn = {0};
    TRY(certificate_of(words[0], &certificate));
    TRY(post_of(words[5], &post));
    const struct mdn_expected expected = {
        .from = words[1], .to = words[2], .original = words[3], .mic = words[4]};
    TRY(mdn_verify(ctx, &post, certificate, &expected, now, &mdn));
    (void)printf("%s\n", mdn_outcome_name(mdn.outcome));
    return ERR_OK;
}

/* ---- cards ---- */

/* NODE-KEY NODE-CERTIFICATE SIGNING-CERTIFICATE DECRYPTION-CERTIFICATE OUT */
static err card(void)
{
    struct private_key *key = NULL;
    struct certificate *certificate = NULL, *signing = NULL, *decryption = NULL;
    struct bytes out = {0};
    TRY(key_of(words[0], &key));
    TRY(certificate_of(words[1], &certificate));
    TRY(certificate_of(words[2], &signing));
    TRY(certificate_of(words[3], &decryption));
    const char *none[] = {NULL}, *languages[] = {"en", NULL};
    struct card_name name = {"en", "Shelter Aurora"};
    struct card_endpoint endpoint = {"as2", "https://127.0.0.1:8443/as2"};
    struct card_organisation organisation = {.id = id_of(sender_text),
                                             .names = &name,
                                             .name_count = 1,
                                             .procedures = none,
                                             .roles = none,
                                             .languages = languages,
                                             .signing = signing};
    for (unsigned c = 0; c < COMPARTMENTS; c++) organisation.keys[c] = decryption;
    const struct card card = {.node = id_of(recipient_text),
                              .name = "Node",
                              .country = "IT",
                              .sequence = 1,
                              .issued = now,
                              .expires = now + 30 * MSEC_DAY,
                              .profile = "opentrm/1",
                              .languages = languages,
                              .endpoints = &endpoint,
                              .endpoint_count = 1,
                              .certificate = certificate,
                              .organisations = &organisation,
                              .organisation_count = 1};
    TRY(card_make(ctx, &card, key, &out));
    return write_file(words[4], out);
}

/* CARD */
static err card_check(void)
{
    struct bytes in = {0};
    struct card *card = NULL;
    char spoken[SPOKEN_ROOM];
    TRY(read_file(words[0], &in));
    TRY(card_read(ctx, in, now, &card));
    TRY(card_fingerprint(card, spoken));
    (void)printf("%s\n", spoken);
    return ERR_OK;
}

/* URL SERVER-CERTIFICATE POST ANSWER: prints the status */
static err post_(void)
{
    static const struct client_limits limits = {5 * MSEC_SECOND, 10 * MSEC_SECOND, 1 << 20};
    struct certificate *server = NULL;
    struct as2_post post = {0}, answer = {0};
    int status = 0;
    TRY(certificate_of(words[1], &server));
    TRY(post_of(words[2], &post));
    TRY(client_post(ctx, words[0], server, &post, &limits, NULL, &status, &answer));
    (void)printf("%d\n", status);
    return write_file(words[3], answer.body);
}

static const struct {
    const char *name;
    int words;
    err (*run)(void);
} commands[] = {
    {"make", 4, make},
    {"pkcs12", 4, pkcs12},
    {"show", 1, show},
    {"sign", 4, sign},
    {"sign-detached", 4, sign_detached},
    {"verify", 3, verify},
    {"verify-detached", 3, verify_detached},
    {"seal", 3, seal},
    {"mail-seal", 3, mail_seal},
    {"open", 4, open_},
    {"send", 8, send_},
    {"receive", 6, receive},
    {"as2-check", 2, as2_check},
    {"receipt", 7, receipt},
    {"receipt-check", 6, receipt_check},
    {"card", 5, card},
    {"card-check", 1, card_check},
    {"post", 4, post_},
};

int main(int argc, char **argv)
{
    err e = crypto_start();
    MEM_SCOPE(scope, NULL);
    ctx = scope;
    now = clock_now(clock_system());
    words = argv + 2;
    for (size_t i = 0; i < COUNT_OF(commands) && !err_failed(e); i++) {
        if (argc < 2 || strcmp(argv[1], commands[i].name) != 0) continue;
        if (argc - 2 != commands[i].words) break;
        e = commands[i].run();
        if (err_failed(e))
            (void)fprintf(stderr, "%s: %s (%s)\n", err_name(e.kind), e.what, e.where);
        return err_failed(e);
    }
    (void)fprintf(stderr, "no such command\n");
    return 2;
}
