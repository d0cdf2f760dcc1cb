/* as2.c - AS2 messages: what goes into the header fields, what is signed, what its MIC is. */
#include "exchange/as2.h"

#include <string.h>

#include "base/date.h"
#include "base/encode.h"
#include "base/text.h"
#include "crypto/sha256.h"

#define SIGNATURE_TYPE "application/pkcs7-signature"
#define SIGNATURE_TYPE_OLD "application/x-pkcs7-signature" /* S/MIME version 2 */
#define MIC_NAME "sha-256"
#define SUBJECT "Message" /* says nothing */

/* ---- names ---- */

/* Printable ASCII; control characters and anything beyond have no place in a header field. */
static bool printable(const char *s, size_t most)
{
    size_t n = strlen(s);
    if (n == 0 || n > most) return false;
    for (; *s != '\0'; s++)
        if (*s < 0x20 || *s > 0x7e) return false;
    return true;
}

err as2_name_write(mem *ctx, const char *name, const char **out)
{
    ENSURE(printable(name, AS2_NAME_MOST), ERR_INPUT, "not an AS2 name");
    struct buf b;
    buf_init(&b, ctx, AS2_NAME_MOST * 2 + 2);
    bool quoted = strpbrk(name, " \"\\") != NULL;
    if (quoted) buf_add_char(&b, '"');
    for (; *name != '\0'; name++) {
        if (*name == '"' || *name == '\\') buf_add_char(&b, '\\');
        buf_add_char(&b, *name);
    }
    if (quoted) buf_add_char(&b, '"');
    return buf_text(&b, out);
}

static err quoted_read(const char *field, struct buf *b)
{
    for (field++; *field != '"'; field++) {
        if (*field == '\\') field++;
        ENSURE(*field != '\0', ERR_INPUT, "not an AS2 name");
        buf_add_char(b, *field);
    }
    ENSURE(field[1] == '\0', ERR_INPUT, "not an AS2 name");
    return ERR_OK;
}

err as2_name_read(mem *ctx, const char *field, const char **out)
{
    ENSURE(printable(field, AS2_NAME_MOST * 2 + 2), ERR_INPUT, "not an AS2 name");
    struct buf b;
    buf_init(&b, ctx, AS2_NAME_MOST);
    if (field[0] == '"') {
        TRY(quoted_read(field, &b));
    } else {
        ENSURE(strpbrk(field, " \"\\") == NULL, ERR_INPUT, "not an AS2 name");
        buf_add_text(&b, field);
    }
    const char *name = NULL;
    TRY(buf_text(&b, &name));
    ENSURE(name[0] != '\0', ERR_INPUT, "not an AS2 name");
    *out = name;
    return ERR_OK;
}

/* ---- message integrity check ---- */

err as2_mic(struct bytes signed_bytes, const char *name, char out[static AS2_MIC_ROOM])
{
    uint8_t digest[SHA256_SIZE];
    sha256(signed_bytes, digest);
    MEM_SCOPE(scope, NULL);
    const char *text = NULL;
    TRY(encode_base64(scope, bytes_of(digest, sizeof digest), &text));
    int n = snprintf(out, AS2_MIC_ROOM, "%s, %s", text, name);
    ENSURE(n > 0 && n < AS2_MIC_ROOM, ERR_BUG, "a MIC is too long");
    return ERR_OK;
}

static bool mic_name_known(const char *name)
{
    return text_same_nocase(name, "sha-256") || text_same_nocase(name, "sha256");
}

/* Both pieces of "digest, name", without white space. */
static bool mic_split(const char *mic, char digest[static AS2_MIC_ROOM],
                      char name[static AS2_MIC_ROOM])
{
    if (mic == NULL || strlen(mic) >= AS2_MIC_ROOM) return false;
    const char *comma = strrchr(mic, ',');
    if (comma == NULL) return false;
    size_t d = 0, n = 0;
    for (const char *p = mic; p < comma; p++)
        if (*p != ' ' && *p != '\t') digest[d++] = *p;
    for (const char *p = comma + 1; *p != '\0'; p++)
        if (*p != ' ' && *p != '\t') name[n++] = *p;
    digest[d] = name[n] = '\0';
    return d > 0;
}

bool as2_mic_same(const char *a, const char *b)
{
    char digest_a[AS2_MIC_ROOM], digest_b[AS2_MIC_ROOM], name_a[AS2_MIC_ROOM], name_b[AS2_MIC_ROOM];
    return mic_split(a, digest_a, name_a) && mic_split(b, digest_b, name_b) &&
           mic_name_known(name_a) && mic_name_known(name_b) && strcmp(digest_a, digest_b) == 0;
}

/* ---- multipart/signed ---- */

err as2_signed_write(mem *ctx, struct bytes entity, const struct private_key *key,
                     const struct certificate *certificate, msec at, const char **content_type,
                     struct bytes *body)
{
    MEM_SCOPE(scope, NULL);
    ENSURE_MEM(scope);
    struct bytes cms = {0}, children[2] = {entity};
    TRY(cms_sign_detached(scope, entity, key, certificate, at, &cms));
    struct buf signature, b;
    buf_init(&signature, scope, CMS_SIGNATURE_MOST * 2);
    TRY(mime_leaf_write(&signature,
                        &(struct mime_leaf){.type = SIGNATURE_TYPE "; name=\"smime.p7s\"",
                                            .file_name = "smime.p7s",
                                            .content = cms}));
    TRY(buf_done(&signature, &children[1]));
    char boundary[MIME_BOUNDARY_ROOM];
    mime_boundary(boundary);
    const char *type = talloc_asprintf(ctx,
                                       "multipart/signed; protocol=\"" SIGNATURE_TYPE
                                       "\"; micalg=" MIC_NAME "; boundary=\"%s\"",
                                       boundary);
    ENSURE_MEM(type);
    buf_init(&b, ctx, AS2_MOST);
    TRY(mime_multipart_body(&b, boundary, children, COUNT_OF(children)));
    TRY(buf_done(&b, body));
    *content_type = type;
    return ERR_OK;
}

static bool is_signature_type(const char *type)
{
    return text_same_nocase(type, SIGNATURE_TYPE) || text_same_nocase(type, SIGNATURE_TYPE_OLD);
}

err as2_signed_read(mem *ctx, const struct as2_post *post, size_t max, struct as2_signed *out)
{
    ENSURE(post->body.n <= max, ERR_LIMIT, "larger than allowed");
    struct mime_entity *whole = NULL;
    TRY(mime_read_body(ctx, post->headers, post->body, &whole));
    ENSURE(text_same(whole->type, "multipart/signed") && whole->child_count == 2, ERR_INPUT,
           "not signed");
    const char *protocol = mime_parameter(whole, "protocol");
    const char *mic_name = mime_parameter(whole, "micalg");
    ENSURE(is_signature_type(protocol) && is_signature_type(whole->children[1].type), ERR_INPUT,
           "signed in another way than S/MIME");
    ENSURE(mic_name != NULL && mic_name_known(mic_name), ERR_INPUT,
           "signed with another hash than SHA-256");
    *out = (struct as2_signed){
        .entity = &whole->children[0],
        .signature = whole->children[1].content,
        .mic_name = mic_name,
    };
    return ERR_OK;
}

/* ---- header fields ---- */

err as2_headers_write(mem *ctx, struct mime_fields headers, struct bytes *out)
{
    struct buf b;
    buf_init(&b, ctx, MIME_HEADER_BYTES_MOST);
    for (size_t i = 0; i < headers.n; i++) {
        const struct mime_field *field = &headers.at[i];
        ENSURE(printable(field->name, 100) && strpbrk(field->name, " :") == NULL &&
                   printable(field->value, 998),
               ERR_INPUT, "a header field that can't be written");
        buf_addf(&b, "%s: %s\r\n", field->name, field->value);
    }
    return buf_done(&b, out);
}

err as2_headers_keep(mem *ctx, struct mime_fields headers, struct mime_fields *out)
{
    static const char *const names[] = {"AS2-Version",
                                        "AS2-From",
                                        "AS2-To",
                                        "Message-ID",
                                        "Date",
                                        "MIME-Version",
                                        "Disposition-Notification-To",
                                        "Disposition-Notification-Options",
                                        "Content-Type"};
    struct mime_field *kept = mem_array(ctx, struct mime_field, COUNT_OF(names));
    ENSURE_MEM(kept);
    size_t n = 0;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *value = mime_find(headers, names[i]);
        if (value != NULL && printable(value, 998))
            kept[n++] = (struct mime_field){names[i], value};
    }
    *out = (struct mime_fields){kept, n};
    return ERR_OK;
}

err as2_headers_read(mem *ctx, struct bytes in, struct mime_fields *out)
{
    return mime_fields_read(ctx, in, out);
}

/* ---- messages ---- */

err as2_make(mem *ctx, const struct as2_wish *wish, const struct private_key *key,
             const struct certificate *certificate, struct as2_post *out,
             char mic[static AS2_MIC_ROOM])
{
    MEM_SCOPE(scope, NULL);
    ENSURE_MEM(scope);
    struct buf leaf;
    struct bytes entity = {0}, body = {0};
    buf_init(&leaf, scope, AS2_MOST);
    TRY(mime_leaf_write(&leaf, &(struct mime_leaf){.type = wish->type, .content = wish->content}));
    TRY(buf_done(&leaf, &entity));
    const char *from = NULL, *to = NULL, *type = NULL;
    TRY(as2_name_write(ctx, wish->from, &from));
    TRY(as2_name_write(ctx, wish->to, &to));
    ENSURE(strpbrk(wish->from, " \"\\<>@") == NULL, ERR_INPUT, "not a name for a message id");
    TRY(as2_signed_write(ctx, entity, key, certificate, wish->at, &type, &body));
    char *date = talloc_size(ctx, DATE_TIME_ROOM);
    const char *id = talloc_asprintf(ctx, "<%s@%s>", wish->message.text, wish->from);
    ENSURE_MEM(date);
    ENSURE_MEM(id);
    date_format_mail(wish->at, date);
    const struct mime_field fields[] = {
        {"AS2-Version", "1.2"},
        {"AS2-From", from},
        {"AS2-To", to},
        {"Message-ID", id},
        {"Date", date},
        {"Subject", SUBJECT},
        {"MIME-Version", "1.0"},
        {"Disposition-Notification-To", from},
        {"Disposition-Notification-Options", "signed-receipt-protocol=required, pkcs7-signature; "
                                             "signed-receipt-micalg=required, sha-256, sha256"},
        {"Content-Type", type},
    };
    struct mime_field *copy = talloc_memdup(ctx, fields, sizeof fields);
    ENSURE_MEM(copy);
    TRY(as2_mic(entity, MIC_NAME, mic));
    *out = (struct as2_post){{copy, COUNT_OF(fields)}, body};
    return ERR_OK;
}

/* One header field, at most once. */
static err field_take(struct mime_fields headers, const char *name, bool required, const char **out)
{
    const char *value = NULL;
    for (size_t i = 0; i < headers.n; i++) {
        if (!text_same_nocase(headers.at[i].name, name)) continue;
        ENSURE(value == NULL, ERR_INPUT, "an AS2 header field stands there twice");
        value = headers.at[i].value;
    }
    ENSURE(value != NULL || !required, ERR_INPUT, "an AS2 header field is missing");
    *out = value;
    return ERR_OK;
}

static err message_id_check(const char *id)
{
    size_t n = strlen(id);
    ENSURE(n >= 3 && n <= AS2_MESSAGE_ID_MOST && id[0] == '<' && id[n - 1] == '>' &&
               strcspn(id + 1, "<>") == n - 2 && strchr(id, ' ') == NULL && printable(id, n),
           ERR_INPUT, "not a message id");
    return ERR_OK;
}

/* Does the parameter `name` of a list "a=x, y; b=z" have that value? *there: the parameter is
 * there. */
static bool option_has(const char *options, const char *name, const char *value, bool *there)
{
    size_t n = strlen(name), v = strlen(value);
    *there = false;
    for (const char *p = options; *p != '\0'; p += strcspn(p, ";"), p += *p == ';') {
        p += strspn(p, " \t");
        if (strncasecmp(p, name, n) != 0 || p[n] != '=') continue;
        *there = true;
        for (const char *q = p + n + 1; *q != '\0' && *q != ';';
             q += strcspn(q, ",;"), q += *q == ',') {
            q += strspn(q, " \t");
            size_t word = strcspn(q, " \t,;");
            if (word == v && strncasecmp(q, value, v) == 0) return true;
        }
    }
    return false;
}

static void options_read(const char *options, struct as2_claim *claim)
{
    bool protocol = false, mic = false;
    claim->mic_offered = true;
    if (options == NULL) return;
    claim->wants_signed =
        option_has(options, "signed-receipt-protocol", "pkcs7-signature", &protocol);
    claim->mic_offered = option_has(options, "signed-receipt-micalg", "sha-256", &mic) ||
                         option_has(options, "signed-receipt-micalg", "sha256", &mic) || !mic;
}

err as2_claim_read(mem *ctx, struct mime_fields headers, struct as2_claim *out)
{
    struct as2_claim claim = {0};
    const char *from = NULL, *to = NULL, *notify = NULL, *options = NULL, *later = NULL;
    TRY(field_take(headers, "AS2-From", true, &from));
    TRY(field_take(headers, "AS2-To", true, &to));
    TRY(field_take(headers, "Message-ID", true, &claim.message_id));
    TRY(field_take(headers, "Subject", false, &claim.subject));
    TRY(field_take(headers, "Disposition-Notification-To", false, &notify));
    TRY(field_take(headers, "Disposition-Notification-Options", false, &options));
    TRY(field_take(headers, "Receipt-Delivery-Option", false, &later));
    TRY(as2_name_read(ctx, from, &claim.from));
    TRY(as2_name_read(ctx, to, &claim.to));
    TRY(message_id_check(claim.message_id));
    claim.wants_receipt = notify != NULL;
    claim.asynchronous = later != NULL;
    options_read(options, &claim);
    *out = claim;
    return ERR_OK;
}

err as2_verify(mem *ctx, const struct as2_post *post, const struct certificate *partner, msec at,
               struct as2_content *out)
{
    MEM_SCOPE(scope, ctx);
    struct as2_signed parts = {0};
    struct as2_content content = {0};
    TRY(as2_signed_read(scope, post, AS2_MOST, &parts));
    TRY(cms_verify_detached(parts.signature, parts.entity->raw, partner, at, &content.signed_at));
    TRY(as2_mic(parts.entity->raw, parts.mic_name, content.mic));
    ENSURE(parts.entity->child_count == 0, ERR_INPUT,
           "signed is a multipart instead of one content");
    content.type = parts.entity->type;
    content.content = parts.entity->content;
    content.raw = parts.entity->raw;
    scope = NULL; /* what was read stays in ctx */
    *out = content;
    return ERR_OK;
}
