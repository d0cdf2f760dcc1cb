/* mdn.c - receipts of nodes. One table says what each outcome is called, and whether to try again.
 */
#include "exchange/mdn.h"

#include <string.h>

#include "base/date.h"
#include "base/text.h"

#define REPORT_TYPE "multipart/report; report-type=disposition-notification"
#define MODE "automatic-action/MDN-sent-automatically; "

static const struct {
    const char *disposition; /* behind the mode (RFC 4130 §7.5, RFC 8098 §3.2.6) */
    const char *name;
    const char *sentence;
    bool again; /* another attempt may end better */
} outcomes[] = {
    [MDN_PROCESSED] = {"processed", "processed",
                       "The message was received whole, its signature verifies, and it is stored.",
                       false},
    [MDN_AUTHENTICATION_FAILED] =
        {"processed/error: authentication-failed", "authentication-failed",
         "The signature does not verify, or the sender is not known here.", true},
    [MDN_DECRYPTION_FAILED] = {"processed/error: decryption-failed", "decryption-failed",
                               "The message is encrypted in a way that is not used here.", false},
    [MDN_INTEGRITY_FAILED] = {"processed/error: integrity-check-failed", "integrity-check-failed",
                              "The content of the message is not what it should be.", false},
    [MDN_DUPLICATE] = {"processed/error: duplicate-document", "duplicate-document",
                       "Another message with this id was received before.", false},
    [MDN_UNEXPECTED] = {"processed/error: unexpected-processing-error",
                        "unexpected-processing-error",
                        "The message could not be stored. Please send it again later.", true},
    [MDN_INSUFFICIENT] = {"processed/error: insufficient-message-security",
                          "insufficient-message-security", "The message is not signed.", false},
    [MDN_UNKNOWN_RECIPIENT] = {"processed/error: unknown-recipient", "unknown-recipient",
                               "The organisation that the message is for is not on this node.",
                               false},
    [MDN_UNSUPPORTED_FORMAT] = {"failed/failure: unsupported format", "unsupported-format",
                                "This kind of message or receipt is not used here.", false},
    [MDN_UNSUPPORTED_MIC] = {"failed/failure: unsupported MIC-algorithms",
                             "unsupported-mic-algorithms",
                             "Only SHA-256 is used here for checking integrity.", false},
    [MDN_OTHER] = {NULL, "other", NULL, true},
};

bool mdn_worth_retrying(enum mdn_outcome outcome) { return outcomes[outcome].again; }
const char *mdn_outcome_name(enum mdn_outcome outcome) { return outcomes[outcome].name; }

/* ---- making ---- */

static err words_write(mem *ctx, const struct mdn_wish *wish, struct bytes *out)
{
    struct buf text, b;
    struct bytes content = {0};
    buf_init(&text, ctx, 2000);
    buf_addf(&text,
             "%s\r\n\r\nThis receipt is by a computer. It does not say that a person has read"
             "\r\nthe message.\r\n",
             outcomes[wish->outcome].sentence);
    TRY(buf_done(&text, &content));
    buf_init(&b, ctx, 4000);
    TRY(mime_leaf_write(&b, &(struct mime_leaf){.type = "text/plain; charset=us-ascii",
                                                .content = content,
                                                .plain = true}));
    return buf_done(&b, out);
}

static err notification_write(mem *ctx, const struct mdn_wish *wish, const char *from,
                              struct bytes *out)
{
    struct buf fields, b;
    struct bytes content = {0};
    buf_init(&fields, ctx, MIME_HEADER_BYTES_MOST);
    buf_add_text(&fields, "Reporting-UA: OpenTRM\r\n");
    buf_addf(&fields, "Original-Recipient: rfc822; %s\r\n", from);
    buf_addf(&fields, "Final-Recipient: rfc822; %s\r\n", from);
    buf_addf(&fields, "Original-Message-ID: %s\r\n", wish->original);
    buf_addf(&fields, "Disposition: " MODE "%s\r\n", outcomes[wish->outcome].disposition);
    if (wish->mic != NULL) buf_addf(&fields, "Received-Content-MIC: %s\r\n", wish->mic);
    TRY(buf_done(&fields, &content));
    buf_init(&b, ctx, MIME_HEADER_BYTES_MOST);
    TRY(mime_leaf_write(&b, &(struct mime_leaf){.type = "message/disposition-notification",
                                                .content = content,
                                                .plain = true}));
    return buf_done(&b, out);
}

static err report_write(mem *ctx, const struct mdn_wish *wish, const char *from, struct bytes *out)
{
    struct bytes children[2] = {0};
    TRY(words_write(ctx, wish, &children[0]));
    TRY(notification_write(ctx, wish, from, &children[1]));
    char boundary[MIME_BOUNDARY_ROOM];
    mime_boundary(boundary);
    struct buf b;
    buf_init(&b, ctx, MDN_MOST);
    TRY(mime_multipart_write(&b, REPORT_TYPE, boundary, children, COUNT_OF(children)));
    return buf_done(&b, out);
}

err mdn_make(mem *ctx, const struct mdn_wish *wish, const struct private_key *key,
             const struct certificate *certificate, struct as2_post *out)
{
    ENSURE(wish->outcome != MDN_OTHER, ERR_BUG, "a receipt that says nothing");
    ENSURE(wish->outcome != MDN_PROCESSED || wish->mic != NULL, ERR_BUG,
           "a receipt without a check of integrity");
    MEM_SCOPE(scope, NULL);
    ENSURE_MEM(scope);
    const char *from = NULL, *to = NULL, *type = NULL;
    struct bytes report = {0}, body = {0};
    TRY(as2_name_write(ctx, wish->from, &from));
    TRY(as2_name_write(ctx, wish->to, &to));
    TRY(report_write(scope, wish, from, &report));
    TRY(as2_signed_write(ctx, report, key, certificate, wish->at, &type, &body));
    char *date = talloc_size(ctx, DATE_TIME_ROOM);
    const char *id = talloc_asprintf(ctx, "<%s@%s>", wish->message.text, wish->from);
    ENSURE_MEM(date);
    ENSURE_MEM(id);
    date_format_mail(wish->at, date);
    const struct mime_field fields[] = {
        {"AS2-Version", "1.2"}, {"AS2-From", from},      {"AS2-To", to},         {"Message-ID", id},
        {"Date", date},         {"MIME-Version", "1.0"}, {"Content-Type", type},
    };
    struct mime_field *copy = talloc_memdup(ctx, fields, sizeof fields);
    ENSURE_MEM(copy);
    *out = (struct as2_post){{copy, COUNT_OF(fields)}, body};
    return ERR_OK;
}

/* ---- verifying ---- */

static err between_us(mem *ctx, struct mime_fields headers, const struct mdn_expected *expected)
{
    const char *from = mime_find(headers, "AS2-From"), *to = mime_find(headers, "AS2-To");
    ENSURE(from != NULL && to != NULL, ERR_INPUT, "a receipt that does not say from whom to whom");
    TRY(as2_name_read(ctx, from, &from));
    TRY(as2_name_read(ctx, to, &to));
    ENSURE(text_same(from, expected->from) && text_same(to, expected->to), ERR_PEER,
           "a receipt between other nodes");
    return ERR_OK;
}

/* notification_read: the fields of the machine-readable part. */
static err notification_read(mem *ctx, const struct mime_entity *report, struct mime_fields *out)
{
    ENSURE(text_same(report->type, "multipart/report") &&
               text_same_nocase(mime_parameter(report, "report-type"), "disposition-notification"),
           ERR_INPUT, "not a receipt");
    const struct mime_entity *found = NULL;
    for (size_t i = 0; i < report->child_count; i++)
        if (text_same(report->children[i].type, "message/disposition-notification")) {
            ENSURE(found == NULL, ERR_INPUT, "a receipt that says two things");
            found = &report->children[i];
        }
    ENSURE(found != NULL, ERR_INPUT, "a receipt without what a machine can read");
    /* The last line end may belong to the boundary that follows. */
    struct buf b;
    struct bytes content = {0};
    buf_init(&b, ctx, MIME_HEADER_BYTES_MOST);
    buf_add_bytes(&b, found->content);
    if (b.n < 2 || b.p[b.n - 1] != '\n') buf_add_text(&b, "\r\n");
    TRY(buf_done(&b, &content));
    return mime_fields_read(ctx, content, out);
}

/* "mode; processed/error: modifier" -> outcome. A warning is about something else than the content.
 */
static err disposition_read(const char *value, enum mdn_outcome *out)
{
    ENSURE(value != NULL && strchr(value, ';') != NULL, ERR_INPUT, "a receipt without its outcome");
    value = strchr(value, ';') + 1;
    value += strspn(value, " \t");
    if (text_same_nocase(value, "processed") || strncasecmp(value, "processed/warning", 17) == 0) {
        *out = MDN_PROCESSED;
        return ERR_OK;
    }
    *out = MDN_OTHER;
    for (size_t i = 0; i < COUNT_OF(outcomes); i++)
        if (outcomes[i].disposition != NULL && text_same_nocase(value, outcomes[i].disposition))
            *out = (enum mdn_outcome)i;
    return ERR_OK;
}

static err once(struct mime_fields fields, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < fields.n; i++) n += text_same_nocase(fields.at[i].name, name);
    ENSURE(n <= 1, ERR_INPUT, "a receipt that says two things");
    return ERR_OK;
}

static err compare(struct mime_fields fields, const struct mdn_expected *expected, struct mdn *mdn)
{
    static const char *const names[] = {"Original-Message-ID", "Disposition",
                                        "Received-Content-MIC"};
    for (size_t i = 0; i < COUNT_OF(names); i++) TRY(once(fields, names[i]));
    mdn->disposition = mime_find(fields, "Disposition");
    TRY(disposition_read(mdn->disposition, &mdn->outcome));
    ENSURE(text_same(mime_find(fields, "Original-Message-ID"), expected->original), ERR_PEER,
           "a receipt for another message");
    if (mdn->outcome == MDN_PROCESSED)
        ENSURE(as2_mic_same(mime_find(fields, "Received-Content-MIC"), expected->mic), ERR_PEER,
               "a receipt for other bytes than were sent");
    return ERR_OK;
}

err mdn_read(mem *ctx, const struct mime_entity *report, const struct mdn_expected *expected,
             struct mdn *out)
{
    MEM_SCOPE(scope, ctx);
    struct mime_fields fields = {0};
    struct mdn mdn = {0};
    TRY(notification_read(scope, report, &fields));
    TRY(compare(fields, expected, &mdn));
    mdn.disposition = mem_text(ctx, mdn.disposition);
    ENSURE_MEM(mdn.disposition);
    *out = mdn;
    return ERR_OK;
}

err mdn_verify(mem *ctx, const struct as2_post *post, const struct certificate *partner,
               const struct mdn_expected *expected, msec at, struct mdn *out)
{
    MEM_SCOPE(scope, ctx);
    struct as2_signed parts = {0};
    struct mdn mdn = {0};
    msec signed_at = 0;
    TRY(as2_signed_read(scope, post, MDN_MOST, &parts));
    TRY(cms_verify_detached(parts.signature, parts.entity->raw, partner, at, &signed_at));
    TRY(between_us(scope, post->headers, expected));
    TRY(mdn_read(ctx, parts.entity, expected, &mdn));
    mdn.signed_at = signed_at;
    *out = mdn;
    return ERR_OK;
}
