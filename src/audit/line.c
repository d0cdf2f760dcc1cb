/* line.c - the exact bytes of lines and openings. */
#include "audit/line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/sha256.h"

enum { EVENT_MOST = 1024, SLUG_MOST = 100 };

void text_hash(const char *text, char out[static AUDIT_HASH_ROOM])
{
    sha256_hex(bytes_text(text), out);
}

bool hash_valid(const char *hash)
{
    return strspn(hash, "0123456789abcdef") == AUDIT_HASH_ROOM - 1 &&
           hash[AUDIT_HASH_ROOM - 1] == '\0';
}

void line_write(const struct audit_line *line, char out[static AUDIT_LINE_ROOM])
{
    (void)snprintf(out, AUDIT_LINE_ROOM, "opentrm-audit-1 %s %" PRId64 " %s %s\n", line->chain,
                   line->number, line->before, line->commitment);
}

static err hash_take(const char *text, char out[static AUDIT_HASH_ROOM])
{
    ENSURE(text != NULL && hash_valid(text), ERR_INPUT, "not a hash");
    memcpy(out, text, AUDIT_HASH_ROOM);
    return ERR_OK;
}

static err line_parse(mem *ctx, const char *text, struct audit_line *out)
{
    const char *line, *mark, *chain, *number, *before, *commitment;
    TRY(text_split(ctx, &text, '\n', &line));
    TRY(text_split(ctx, &line, ' ', &mark));
    TRY(text_split(ctx, &line, ' ', &chain));
    TRY(text_split(ctx, &line, ' ', &number));
    TRY(text_split(ctx, &line, ' ', &before));
    TRY(text_split(ctx, &line, ' ', &commitment));
    struct id id;
    TRY(id_parse(chain, &id));
    memcpy(out->chain, id.text, sizeof out->chain);
    ENSURE(number != NULL, ERR_INPUT, "not a line of the log");
    TRY(text_number(number, &out->number));
    TRY(hash_take(before, out->before));
    return hash_take(commitment, out->commitment);
}

err line_read(const char *text, struct audit_line *out)
{
    MEM_SCOPE(scratch, NULL);
    struct audit_line line;
    char again[AUDIT_LINE_ROOM];
    TRY(line_parse(scratch, text, &line));
    line_write(&line, again); /* only one way to write it is accepted */
    ENSURE(text_same(text, again), ERR_INPUT, "not a line of the log");
    *out = line;
    return ERR_OK;
}

/* ---- openings ---- */

static bool slug(const char *s)
{
    static const char ALLOWED[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:@-";
    size_t n = strspn(s, ALLOWED);
    return n > 0 && n <= SLUG_MOST && s[n] == '\0';
}

static err put_slug(json_t *event, const char *key, const char *value)
{
    if (value == NULL) return ERR_OK;
    ENSURE(slug(value), ERR_BUG, "an audit event takes names and ids only");
    return json_put(event, key, json_string(value));
}

static err put_id(json_t *event, const char *key, const struct id *id)
{
    return put_slug(event, key, id_is_set(*id) ? id->text : NULL);
}

static err event_json(const struct audit_event *event, json_t *out)
{
    ENSURE((unsigned)event->action < AUDIT_ACTION_COUNT, ERR_BUG, "an audit event without a name");
    TRY(json_put(out, "at", json_integer(event->at)));
    TRY(put_slug(out, "action", audit_action_name(event->action)));
    TRY(put_slug(out, "result", audit_result_name(event->result)));
    TRY(put_id(out, "actor", &event->actor_id));
    TRY(put_id(out, "case", &event->case_id));
    TRY(put_slug(out, "object", event->object));
    return put_slug(out, "detail", event->detail);
}

err opening_write(mem *ctx, const struct audit_event *event, const char **out)
{
    JSON_SCOPE(json) = json_object();
    ENSURE_MEM(json);
    TRY(event_json(event, json));
    struct bytes text;
    TRY(json_write(ctx, json, &text));
    uint8_t salt[32];
    const char *hex = NULL;
    id_fill_random(salt, sizeof salt);
    TRY(encode_hex(ctx, bytes_of(salt, sizeof salt), &hex));
    const char *opening = talloc_asprintf(ctx, "%s %s\n", hex, (const char *)text.p);
    ENSURE_MEM(opening);
    *out = opening;
    return ERR_OK;
}

static err copy_text(mem *ctx, const json_t *event, const char *key, const char **out)
{
    const char *value = json_text_or(event, key, NULL);
    *out = value == NULL ? NULL : mem_text(ctx, value);
    ENSURE(value == NULL || *out != NULL, ERR_MEMORY, "out of memory");
    return ERR_OK;
}

static err copy_id(const json_t *event, const char *key, struct id *out)
{
    const char *value = json_text_or(event, key, NULL);
    if (value == NULL) return ERR_OK;
    return id_parse(value, out);
}

err opening_read(mem *ctx, const char *text, struct audit_entry *out)
{
    ENSURE(strlen(text) > AUDIT_SALT_ROOM && text[AUDIT_SALT_ROOM - 1] == ' ', ERR_INPUT,
           "not an event of the log");
    JSON_SCOPE(json) = NULL;
    TRY(json_read(bytes_text(text + AUDIT_SALT_ROOM), EVENT_MOST, &json));
    struct audit_entry entry = {0};
    TRY(json_get_number(json, "at", &entry.at));
    TRY(copy_id(json, "actor", &entry.actor_id));
    TRY(copy_id(json, "case", &entry.case_id));
    TRY(copy_text(ctx, json, "action", &entry.action));
    TRY(copy_text(ctx, json, "result", &entry.result));
    TRY(copy_text(ctx, json, "object", &entry.object));
    TRY(copy_text(ctx, json, "detail", &entry.detail));
    ENSURE(entry.action != NULL && entry.result != NULL, ERR_INPUT, "not an event of the log");
    *out = entry;
    return ERR_OK;
}
