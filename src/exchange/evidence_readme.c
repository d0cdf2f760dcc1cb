/* evidence_readme.c - the README of a bundle: for somebody with a computer, openssl and no OpenTRM.
 */
#include "base/date.h"
#include "base/text.h"
#include "exchange/evidence.h"
#include "exchange/evidence_files.h"

#define README_MOST ((size_t)8 << 20)

err evidence_files_init(mem *ctx, struct evidence_files *out)
{
    *out = (struct evidence_files){.ctx = ctx};
    buf_init(&out->readme, ctx, README_MOST);
    return ERR_OK;
}

err evidence_file_add(struct evidence_files *files, const char *name, struct bytes content)
{
    for (size_t i = 0; i < files->list.n; i++)
        if (text_same(files->list.at[i].name, name)) return ERR_OK;
    files->bytes += content.n;
    ENSURE(files->bytes <= EVIDENCE_MOST, ERR_LIMIT,
           "the evidence is larger than one bundle may be");
    const struct evidence_file file = {name, content};
    return vec_push(files->ctx, &files->list, file, EVIDENCE_FILES_MOST);
}

static const char *when(mem *ctx, msec at)
{
    char *text = talloc_size(ctx, DATE_TIME_ROOM);
    if (text == NULL) return "";
    date_format_utc(at, text);
    return text;
}

static long long seconds(msec at) { return (long long)(at / MSEC_SECOND); }

void readme_begin(struct evidence_files *files, const char *conversation)
{
    buf_addf(&files->readme,
             "Evidence of conversation %s\n\n"
             "Everything here is signed, and can be checked with OpenSSL 3 (the program `openssl`) "
             "in this\n"
             "folder, line by line. \"Verification successful\" (CMS) means: these very bytes were "
             "signed with the\n"
             "key of that certificate. -attime is the time of signing, so that it also works after "
             "a certificate\n"
             "has ended. What the formats are is told in docs/protocol.md of OpenTRM.\n\n"
             "Whose certificates these are, two offices once confirmed to each other by voice, by "
             "comparing the\n"
             "fingerprint of each node's card, which covers the certificates of the node and of all its "
             "agencies\n"
             "(docs/protocol.md, Pinning).\n\n"
             "The content of messages is sealed to the receiving agency. An agency opens its own "
             "with the key\n"
             "that it exported (`opentrm organisation export-key`): see the end.\n\n",
             conversation);
}

void readme_card(struct evidence_files *files)
{
    buf_add_text(
        &files->readme,
        "The partner's node card, as it was pinned, and the SHA-256 of its node's certificate:\n\n"
        "    openssl cms -verify -inform PEM -in certificates/partner-card.pem -CAfile "
        "certificates/partner-node.pem -no_check_time -out partner-card.json\n"
        "    openssl x509 -in certificates/partner-node.pem -noout -fingerprint -sha256\n\n");
}

void readme_message(struct evidence_files *files, const char *folder, const char *class,
                    bool outgoing, msec at)
{
    buf_addf(&files->readme, "%s\n%s: %s, %s\n\n", folder, outgoing ? "Sent" : "Received", class,
             when(files->ctx, at));
}

void readme_mime(struct evidence_files *files, const char *name, const char *certificate, msec at)
{
    buf_addf(&files->readme,
             "The message as it travelled, signed by the sender's node. The second line gives its "
             "check of\n"
             "integrity (MIC), which a receipt repeats; the third its envelope.\n\n"
             "    openssl cms -verify -in %s -CAfile %s -attime %lld -out entity\n"
             "    openssl dgst -sha256 -binary entity | openssl base64\n"
             "    sed '1,/^\\r$/d' entity | openssl base64 -d -out envelope.json\n\n",
             name, certificate, seconds(at));
}

void readme_receipt(struct evidence_files *files, const char *kind, const char *name,
                    const char *certificate, msec at)
{
    buf_addf(
        &files->readme,
        "\"%s\", %s: the receipt of the receiver's node (it names the message and its MIC):\n\n"
        "    openssl cms -verify -in %s -CAfile %s -attime %lld -out report\n\n",
        kind, when(files->ctx, at), name, certificate, seconds(at));
}

void readme_signed(struct evidence_files *files, const char *kind, const char *name,
                   const char *certificate, msec at)
{
    buf_addf(&files->readme,
             "\"%s\", %s: signed by an agency:\n\n"
             "    openssl cms -verify -binary -inform DER -in %s -CAfile %s -attime %lld -out "
             "statement\n\n",
             kind, when(files->ctx, at), name, certificate, seconds(at));
}

void readme_absent(struct evidence_files *files, const char *why)
{
    buf_addf(&files->readme, "%s\n\n", why);
}

err readme_end(struct evidence_files *files)
{
    buf_add_text(&files->readme, "Opening what was sealed to your agency: take a part out of "
                                 "envelope.json (the member \"cms\", \n"
                                 "base64) and open it with the key file that you exported, then "
                                 "check the sender's signature:\n\n"
                                 "  openssl base64 -d -A -in part.b64 -out part.p7m\n"
                                 "  openssl pkcs12 -in key.p12 -nodes -out key.pem\n"
                                 "  openssl cms -decrypt -binary -inform DER -in part.p7m -recip "
                                 "key.pem -inkey key.pem -out inner.p7m\n"
                                 "  openssl cms -verify -binary -inform DER -in inner.p7m -CAfile "
                                 "SENDER.pem -out part.eml\n");
    struct bytes text = {0};
    TRY(buf_done(&files->readme, &text));
    return evidence_file_add(files, "README.txt", text);
}
