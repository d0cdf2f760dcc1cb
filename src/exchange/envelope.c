/* envelope.c - the envelope as JSON.
 *
 * Sealed parts are megabytes of base64 in a JSON of a few hundred bytes. Two copies through a JSON
 * library, character by character, would cost more than the cryptography; so they are written
 * straight, and taken out of the text before the rest is read.
 */
#include "exchange/envelope.h"

#include <string.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/encode.h"
#include "base/text.h"
#include "crypto/cms.h"
#include "exchange/part.h"
#include "exchange/strict.h"

#define PROFILE "opentrm/1"
#define SMALL_MOST ((size_t)64 << 10) /* an envelope without its long texts */

static const struct strict_member members[] = {
    {"profile", STRICT_TEXT, true, 16}, {"conversation", STRICT_ID, true, 0},
    {"message", STRICT_ID, true, 0},    {"sender", STRICT_ID, true, 0},
    {"recipient", STRICT_ID, true, 0},  {"class", STRICT_SLUG, true, 0},
    {"due", STRICT_TIME, false, 0},     {"parts", STRICT_ARRAY, true, COMPARTMENTS},
};

static const struct strict_member part_members[] = {
    {"compartment", STRICT_SLUG, true, 0},
    {"cms", STRICT_TEXT, true, SMALL_MOST},
};

/* ---- writing ---- */

static err parts_check(const struct envelope_part *parts, size_t n)
{
    ENSURE(n >= 1 && n <= COMPARTMENTS, ERR_INPUT, "an envelope has one to five parts");
    for (size_t i = 1; i < n; i++)
        ENSURE(
            parts[i].compartment > parts[i - 1].compartment, ERR_INPUT,
            "the parts of an envelope are not in the order of compartments, or one is there twice");
    return ERR_OK;
}

static err fields_check(const struct envelope *envelope)
{
    ENSURE(part_class_known(envelope->class), ERR_INPUT, "an unknown class of message");
    ENSURE(id_is_set(envelope->conversation) && id_is_set(envelope->message) &&
               id_is_set(envelope->sender) && id_is_set(envelope->recipient),
           ERR_INPUT, "an envelope without a name");
    ENSURE(envelope->due >= 0, ERR_INPUT, "an envelope that was due before 1970");
    return parts_check(envelope->parts, envelope->part_count);
}

static err sealed_write(struct buf *b, const struct envelope_part *part)
{
    ENSURE(part->cms.n > 0 && part->cms.n <= CMS_MOST, ERR_LIMIT, "a sealed part is too large");
    MEM_SCOPE(scope, b->ctx);
    const char *text = NULL;
    TRY(encode_base64(scope, part->cms, &text));
    buf_add_text(b, "{\"cms\":\"");
    buf_add_text(b, text);
    buf_addf(b, "\",\"compartment\":\"%s\"}", compartment_name(part->compartment));
    return ERR_OK;
}

/* Canonical (base/json.h): keys in order, no white space. No value needs an escape: they are ids, a
 * class of the table, a time, names of compartments and base64. */
err envelope_write(mem *ctx, const struct envelope *envelope, struct bytes *out)
{
    TRY(fields_check(envelope));
    struct buf b;
    buf_init(&b, ctx, ENVELOPE_MOST);
    buf_addf(&b, "{\"class\":\"%s\",\"conversation\":\"%s\"", envelope->class,
             envelope->conversation.text);
    if (envelope->due != 0) {
        char due[DATE_TIME_ROOM];
        date_format_utc(envelope->due, due);
        buf_addf(&b, ",\"due\":\"%s\"", due);
    }
    buf_addf(&b, ",\"message\":\"%s\",\"parts\":[", envelope->message.text);
    for (size_t i = 0; i < envelope->part_count; i++) {
        if (i > 0) buf_add_char(&b, ',');
        TRY(sealed_write(&b, &envelope->parts[i]));
    }
    buf_addf(&b, "],\"profile\":\"%s\",\"recipient\":\"%s\",\"sender\":\"%s\"}", PROFILE,
             envelope->recipient.text, envelope->sender.text);
    return buf_done(&b, out);
}

/* ---- reading ---- */

#define BULK_LEAST 1024 /* a longer text can only be a sealed part */
#define BULK_MARK '#'   /* no character of base64 */

/* Long texts of the JSON, in their order, taken out of it. */
struct bulk {
    struct bytes at[COMPARTMENTS];
    size_t n;    /* how many there are */
    size_t used; /* how many were asked for */
};

/* text_end: where the JSON text that starts behind `from` ends (at its quote). */
static err text_end(struct bytes in, size_t from, size_t *out)
{
    /* Sealed parts hold no escapes: their end is the next quote. */
    const uint8_t *quote = memchr(in.p + from, '"', in.n - from);
    if (quote != NULL && memchr(in.p + from, '\\', (size_t)(quote - in.p) - from) == NULL) {
        *out = (size_t)(quote - in.p);
        return ERR_OK;
    }
    size_t at = from;
    while (at < in.n && in.p[at] != '"') at += in.p[at] == '\\' ? 2 : 1;
    ENSURE(at < in.n, ERR_INPUT, "not well-formed JSON");
    *out = at;
    return ERR_OK;
}

/* bulk_take: the same JSON with "#0", "#1", ... for its long texts. Outside of texts a quote can
 * only start one, so the texts are found without understanding the rest. */
static err bulk_take(struct bytes in, struct buf *small, struct bulk *bulk)
{
    size_t done = 0;
    for (size_t at = 0; (at = bytes_find(in, bytes_text("\""), at)) != SIZE_MAX;) {
        size_t start = at + 1, end = 0;
        TRY(text_end(in, start, &end));
        at = end + 1;
        if (end - start < BULK_LEAST) continue;
        ENSURE(bulk->n < COMPARTMENTS, ERR_INPUT, "more long texts than sealed parts");
        buf_add(small, in.p + done, start - done);
        buf_addf(small, "%c%zu", BULK_MARK, bulk->n);
        bulk->at[bulk->n++] = bytes_of(in.p + start, end - start);
        done = end;
    }
    buf_add(small, in.p + done, in.n - done);
    return ERR_OK;
}

/* bulk_text: a member's text: itself, or the long one that it stands for. They are asked for in
 * their order, so a mark that came from outside is not the next one and is refused. */
static err bulk_text(struct bulk *bulk, const char *text, struct bytes *out)
{
    if (text[0] != BULK_MARK) {
        *out = bytes_text(text);
        return ERR_OK;
    }
    int64_t number = 0;
    TRY(text_number(text + 1, &number));
    ENSURE(bulk->used < bulk->n && number == (int64_t)bulk->used, ERR_INPUT, "not base64");
    *out = bulk->at[bulk->used++];
    return ERR_OK;
}

static err part_take(mem *ctx, const json_t *value, struct bulk *bulk, struct envelope_part *out)
{
    TRY(strict_object(value, part_members, COUNT_OF(part_members)));
    TRY(compartment_parse(strict_text(value, "compartment"), &out->compartment));
    struct bytes text = {0};
    TRY(bulk_text(bulk, strict_text(value, "cms"), &text));
    ENSURE(text.n <= CMS_MOST / 3 * 4 + 4, ERR_LIMIT, "a sealed part is too large");
    TRY(decode_base64(ctx, text, &out->cms));
    ENSURE(out->cms.n > 0 && text.n == (out->cms.n + 2) / 3 * 4, ERR_INPUT,
           "a sealed part that is empty or is not plain base64");
    return ERR_OK;
}

static err fields_take(mem *ctx, const json_t *value, struct envelope *out)
{
    TRY(strict_object(value, members, COUNT_OF(members)));
    ENSURE(text_same(strict_text(value, "profile"), PROFILE), ERR_INPUT,
           "an envelope of another profile");
    ENSURE(part_class_known(strict_text(value, "class")), ERR_INPUT, "an unknown class of message");
    out->conversation = strict_id(value, "conversation");
    out->message = strict_id(value, "message");
    out->sender = strict_id(value, "sender");
    out->recipient = strict_id(value, "recipient");
    out->due = strict_time(value, "due");
    out->class = mem_text(ctx, strict_text(value, "class"));
    ENSURE_MEM(out->class);
    return ERR_OK;
}

static err parts_take(mem *ctx, const json_t *value, struct bulk *bulk, struct envelope *out)
{
    const json_t *list = json_object_get(value, "parts");
    size_t n = json_array_size(list);
    struct envelope_part *parts = mem_array(ctx, struct envelope_part, n);
    ENSURE_MEM(parts);
    for (size_t i = 0; i < n; i++) TRY(part_take(ctx, json_array_get(list, i), bulk, &parts[i]));
    TRY(parts_check(parts, n));
    out->parts = parts;
    out->part_count = n;
    return ERR_OK;
}

err envelope_read(mem *ctx, struct bytes in, struct envelope **out)
{
    ENSURE(in.n <= ENVELOPE_MOST, ERR_LIMIT, "a message is larger than allowed");
    MEM_SCOPE(scope, ctx);
    struct envelope *envelope = mem_new(scope, struct envelope);
    ENSURE_MEM(envelope);
    struct buf b;
    struct bulk bulk = {0};
    struct bytes small = {0};
    buf_init(&b, scope, SMALL_MOST);
    TRY(bulk_take(in, &b, &bulk));
    TRY(buf_done(&b, &small));
    JSON_SCOPE(value) = NULL;
    TRY(json_read(small, SMALL_MOST, &value));
    TRY(fields_take(envelope, value, envelope));
    TRY(parts_take(envelope, value, &bulk, envelope));
    ENSURE(bulk.used == bulk.n, ERR_INPUT, "a long text that is no sealed part");
    *out = talloc_steal(ctx, envelope);
    return ERR_OK;
}
