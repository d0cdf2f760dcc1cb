/* envelope.c - the envelope as JSON. */
#include "exchange/envelope.h"

#include "base/encode.h"
#include "base/text.h"
#include "crypto/cms.h"
#include "exchange/part.h"
#include "exchange/strict.h"

#define PROFILE "opentrm/1"

static const struct strict_member members[] = {
    {"profile", STRICT_TEXT, true, 16}, {"conversation", STRICT_ID, true, 0},
    {"message", STRICT_ID, true, 0},    {"sender", STRICT_ID, true, 0},
    {"recipient", STRICT_ID, true, 0},  {"class", STRICT_SLUG, true, 0},
    {"due", STRICT_TIME, false, 0},     {"parts", STRICT_ARRAY, true, COMPARTMENTS},
};

static const struct strict_member part_members[] = {
    {"compartment", STRICT_SLUG, true, 0},
    {"cms", STRICT_TEXT, true, ENVELOPE_MOST},
};

/* ---- writing ---- */

static err part_put(json_t *list, const struct envelope_part *part)
{
    ENSURE(part->cms.n > 0 && part->cms.n <= CMS_MOST, ERR_LIMIT, "a sealed part is too large");
    MEM_SCOPE(scope, NULL);
    const char *text = NULL;
    TRY(encode_base64(scope, part->cms, &text));
    JSON_SCOPE(value) = json_object();
    ENSURE_MEM(value);
    TRY(json_put(value, "compartment", json_string(compartment_name(part->compartment))));
    /* base64 is ASCII: no need to check it for UTF-8 once more. */
    TRY(json_put(value, "cms", json_string_nocheck(text)));
    return json_add(list, json_incref(value));
}

static err parts_check(const struct envelope_part *parts, size_t n)
{
    ENSURE(n >= 1 && n <= COMPARTMENTS, ERR_INPUT, "an envelope has one to five parts");
    for (size_t i = 1; i < n; i++)
        ENSURE(
            parts[i].compartment > parts[i - 1].compartment, ERR_INPUT,
            "the parts of an envelope are not in the order of compartments, or one is there twice");
    return ERR_OK;
}

err envelope_write(mem *ctx, const struct envelope *envelope, struct bytes *out)
{
    ENSURE(part_class_known(envelope->class), ERR_INPUT, "an unknown class of message");
    TRY(parts_check(envelope->parts, envelope->part_count));
    JSON_SCOPE(value) = json_object();
    JSON_SCOPE(parts) = json_array();
    ENSURE_MEM(value);
    ENSURE_MEM(parts);
    for (size_t i = 0; i < envelope->part_count; i++) TRY(part_put(parts, &envelope->parts[i]));
    TRY(strict_put_text(value, "profile", PROFILE));
    TRY(strict_put_id(value, "conversation", envelope->conversation));
    TRY(strict_put_id(value, "message", envelope->message));
    TRY(strict_put_id(value, "sender", envelope->sender));
    TRY(strict_put_id(value, "recipient", envelope->recipient));
    TRY(strict_put_text(value, "class", envelope->class));
    TRY(strict_put_time(value, "due", envelope->due));
    TRY(json_put(value, "parts", json_incref(parts)));
    TRY(strict_object(value, members, COUNT_OF(members)));
    MEM_SCOPE(scope, ctx);
    struct bytes text = {0};
    TRY(json_write(scope, value, &text));
    ENSURE(text.n <= ENVELOPE_MOST, ERR_LIMIT, "a message is larger than can be sent at once");
    (void)talloc_steal(ctx, text.p);
    *out = text;
    return ERR_OK;
}

/* ---- reading ---- */

static err part_take(mem *ctx, const json_t *value, struct envelope_part *out)
{
    TRY(strict_object(value, part_members, COUNT_OF(part_members)));
    TRY(compartment_parse(strict_text(value, "compartment"), &out->compartment));
    const json_t *cms = json_object_get(value, "cms");
    struct bytes text = bytes_of(json_string_value(cms), json_string_length(cms));
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

err envelope_read(mem *ctx, struct bytes in, struct envelope **out)
{
    MEM_SCOPE(scope, ctx);
    JSON_SCOPE(value) = NULL;
    TRY(json_read(in, ENVELOPE_MOST, &value));
    struct envelope *envelope = mem_new(scope, struct envelope);
    ENSURE_MEM(envelope);
    TRY(fields_take(envelope, value, envelope));
    const json_t *list = json_object_get(value, "parts");
    size_t n = json_array_size(list);
    struct envelope_part *parts = mem_array(envelope, struct envelope_part, n);
    ENSURE_MEM(parts);
    for (size_t i = 0; i < n; i++) TRY(part_take(envelope, json_array_get(list, i), &parts[i]));
    TRY(parts_check(parts, n));
    envelope->parts = parts;
    envelope->part_count = n;
    *out = talloc_steal(ctx, envelope);
    return ERR_OK;
}
