/* value.c - one answer, by type. */
#include "form/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/text.h"
#include "form/sentence.h"

#define INTEGER_MOST 9007199254740991LL /* 2^53 - 1: what every JSON reader can hold */

bool value_empty(const json_t *value)
{
    return value == NULL || json_is_null(value) ||
           (json_is_string(value) && json_string_length(value) == 0) ||
           (json_is_array(value) && json_array_size(value) == 0);
}

static err keep(json_t *made, json_t **out)
{
    ENSURE_MEM(made);
    *out = made;
    return ERR_OK;
}

/* Characters of valid UTF-8. */
static size_t characters(const char *s, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (((unsigned char)s[i] & 0xc0) != 0x80) count++;
    return count;
}

bool value_decimal(const char *text, double *out)
{
    const char *s = text;
    if (*s == '-' || *s == '+') s++;
    size_t whole = strspn(s, "0123456789");
    const char *rest = s + whole;
    size_t fraction = 0;
    if (*rest == '.') {
        fraction = strspn(rest + 1, "0123456789");
        rest += 1 + fraction;
    }
    if (*rest != '\0' || whole + fraction == 0 || whole + fraction > 40) return false;
    *out = strtod(text, NULL);
    return isfinite(*out);
}

/* ---- numbers ---------------------------------------------------------------------------------- */

static err integer_parse(const char *text, json_t **value, const char **message)
{
    if (*text == '+') text++;
    int64_t number;
    bool digits = strspn(*text == '-' ? text + 1 : text, "0123456789") ==
                  strlen(*text == '-' ? text + 1 : text);
    if (!digits || err_failed(text_number(text, &number))) {
        *message = digits && strlen(text) > 1 ? SENTENCE_RANGE : SENTENCE_INTEGER;
        return ERR_OK;
    }
    if (number > INTEGER_MOST || number < -INTEGER_MOST) {
        *message = SENTENCE_RANGE;
        return ERR_OK;
    }
    return keep(json_integer(number), value);
}

static err decimal_make(double number, json_t **value, const char **message)
{
    if (!isfinite(number) || fabs(number) > (double)INTEGER_MOST) {
        *message = SENTENCE_RANGE;
        return ERR_OK;
    }
    return keep(json_real(number == 0 ? 0.0 : number), value);
}

/* A comma is a decimal comma, as most of our countries write it; but "1,000" could be either. */
static err decimal_parse(const char *text, json_t **value, const char **message)
{
    char copy[64];
    size_t n = strlen(text);
    if (n >= sizeof copy) {
        *message = SENTENCE_RANGE;
        return ERR_OK;
    }
    memcpy(copy, text, n + 1);
    char *comma = strchr(copy, ',');
    if (comma != NULL && (strlen(comma) == 4 || strchr(copy, '.') != NULL ||
                          strchr(comma + 1, ',') != NULL)) {
        *message = SENTENCE_THOUSANDS;
        return ERR_OK;
    }
    if (comma != NULL) *comma = '.';
    double number;
    if (!value_decimal(copy, &number)) {
        *message = SENTENCE_DECIMAL;
        return ERR_OK;
    }
    return decimal_make(number, value, message);
}

/* ---- dates and times -------------------------------------------------------------------------- */

/* 1 to `most` digits and nothing else. */
static bool part_number(const char *s, size_t most, int *out)
{
    size_t n = strlen(s);
    if (n == 0 || n > most || strspn(s, "0123456789") != n) return false;
    *out = 0;
    for (size_t i = 0; i < n; i++) *out = *out * 10 + (s[i] - '0');
    return true;
}

static err text_format(const struct value_moment *m, enum form_type type, json_t **value)
{
    char text[40];
    if (type == FORM_DATE)
        (void)snprintf(text, sizeof text, "%04d-%02d-%02d", m->year, m->month, m->day);
    else if (type == FORM_TIME)
        (void)snprintf(text, sizeof text, "%02d:%02d", m->hour, m->minute);
    else
        (void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d", m->year, m->month, m->day,
                       m->hour, m->minute);
    return keep(json_string(text), value);
}

static const char *date_message(const struct value_parts *p, struct value_moment *m)
{
    if (text_empty(p->day) || text_empty(p->month) || text_empty(p->year)) return SENTENCE_DATE_PART;
    if (!part_number(p->day, 2, &m->day) || !part_number(p->month, 2, &m->month) ||
        !part_number(p->year, 4, &m->year))
        return SENTENCE_DATE;
    if (strlen(p->year) != 4) return SENTENCE_DATE_YEAR;
    if (!date_valid((struct date){m->year, m->month, m->day})) return SENTENCE_DATE_NONE;
    return NULL;
}

static const char *time_message(const struct value_parts *p, struct value_moment *m)
{
    if (text_empty(p->hour) || text_empty(p->minute)) return SENTENCE_TIME;
    if (!part_number(p->hour, 2, &m->hour) || !part_number(p->minute, 2, &m->minute) ||
        m->hour > 23 || m->minute > 59)
        return SENTENCE_TIME;
    return NULL;
}

err value_parse_parts(const struct form_item *item, const struct value_parts *parts,
                      json_t **value, const char **message)
{
    const struct value_parts *p = parts;
    struct value_moment m = {0};
    *value = NULL;
    *message = NULL;
    bool no_date = text_empty(p->day) && text_empty(p->month) && text_empty(p->year);
    bool no_time = text_empty(p->hour) && text_empty(p->minute);
    if (no_date && no_time) return ERR_OK;
    if (item->type == FORM_DATETIME && (no_date || no_time)) {
        *message = SENTENCE_DATE_TIME;
        return ERR_OK;
    }
    if (item->type != FORM_TIME) *message = date_message(p, &m);
    if (*message == NULL && item->type != FORM_DATE) *message = time_message(p, &m);
    if (*message != NULL) return ERR_OK;
    return text_format(&m, item->type, value);
}

/* "05:57", also with seconds, which are cut. */
static bool time_read(const char *s, struct value_moment *m)
{
    char text[9];
    size_t n = strlen(s);
    if (n == 4 && s[1] == ':') {
        (void)snprintf(text, sizeof text, "0%s", s);
    } else if (n == 5 || n == 8) {
        memcpy(text, s, n + 1);
    } else {
        return false;
    }
    char hour[3] = {text[0], text[1], 0}, minute[3] = {text[3], text[4], 0};
    if (text[2] != ':') return false;
    int second;
    if (n == 8 && (text[5] != ':' || !part_number(text + 6, 2, &second) || second > 59))
        return false;
    struct value_parts p = {.hour = hour, .minute = minute};
    m->has_time = true;
    return time_message(&p, m) == NULL;
}

err value_moment(enum form_type type, const char *text, struct value_moment *out)
{
    struct value_moment m = {0};
    if (type != FORM_TIME) {
        char day[11];
        size_t n = type == FORM_DATE ? strlen(text) : strcspn(text, "T ");
        struct date d;
        ENSURE(n == 10, ERR_INPUT, "not a date");
        memcpy(day, text, 10);
        day[10] = '\0';
        TRY(date_parse(day, &d));
        m.year = d.year;
        m.month = d.month;
        m.day = d.day;
        m.has_date = true;
        text += n;
        if (*text != '\0') text++;
    }
    if (type != FORM_DATE) ENSURE(time_read(text, &m), ERR_INPUT, "not a time");
    *out = m;
    return ERR_OK;
}

static err moment_parse(enum form_type type, const char *text, json_t **value, const char **message)
{
    struct value_moment m;
    if (!err_failed(value_moment(type, text, &m))) return text_format(&m, type, value);
    if (type == FORM_TIME) {
        *message = SENTENCE_TIME;
        return ERR_OK;
    }
    char day[11] = "";
    struct date d;
    bool shaped = strlen(text) >= 10 && text[4] == '-' && text[7] == '-';
    if (shaped) memcpy(day, text, 10);
    *message = shaped && err_failed(date_parse(day, &d)) ? SENTENCE_DATE_NONE
               : type == FORM_DATETIME                   ? SENTENCE_DATE_TIME
                                                         : SENTENCE_DATE;
    return ERR_OK;
}

/* ---- typed text ------------------------------------------------------------------------------- */

/* Trimmed, ends of lines as LF. */
static err text_normal(mem *ctx, struct bytes typed, const char **out)
{
    char *copy = talloc_size(ctx, typed.n + 1);
    ENSURE_MEM(copy);
    size_t n = 0;
    for (size_t i = 0; i < typed.n; i++)
        if (typed.p[i] != '\r' || i + 1 >= typed.n || typed.p[i + 1] != '\n')
            copy[n++] = (char)typed.p[i];
    copy[n] = '\0';
    return text_trim(ctx, copy, out);
}

static err normal_parse(const struct form_item *item, const char *text, json_t **value,
                        const char **message)
{
    switch (item->type) {
    case FORM_INTEGER: return integer_parse(text, value, message);
    case FORM_DECIMAL: return decimal_parse(text, value, message);
    case FORM_DATE:
    case FORM_TIME:
    case FORM_DATETIME: return moment_parse(item->type, text, value, message);
    case FORM_SELECT_ONE:
        if (form_choice_find(item->choices, text) != NULL) return keep(json_string(text), value);
        *message = SENTENCE_CHOICE;
        return ERR_OK;
    case FORM_ACKNOWLEDGE:
        if (text_same(text, "OK")) return keep(json_string(text), value);
        *message = SENTENCE_CHOICE;
        return ERR_OK;
    case FORM_TEXT: return keep(json_string(text), value);
    case FORM_SELECT_MULTIPLE:
    case FORM_NOTE:
    case FORM_CALCULATE:
    case FORM_FILE:
    case FORM_GROUP:
    case FORM_REPEAT: *message = SENTENCE_SHAPE; return ERR_OK;
    }
    FAIL(ERR_BUG, "an item of no type");
}

err value_parse(const struct form_item *item, struct bytes typed, json_t **value,
                const char **message)
{
    *value = NULL;
    *message = NULL;
    if (typed.n > 4u * FORM_TEXT_BYTES_MAX) {
        *message = SENTENCE_TEXT_LONG;
        return ERR_OK;
    }
    if (err_failed(text_check(typed, typed.n))) {
        *message = SENTENCE_TEXT_UNCLEAN;
        return ERR_OK;
    }
    MEM_SCOPE(scratch, NULL);
    const char *text;
    ENSURE_MEM(scratch);
    TRY(text_normal(scratch, typed, &text));
    if (*text == '\0') return ERR_OK;
    if (characters(text, strlen(text)) > FORM_TEXT_MAX) {
        *message = SENTENCE_TEXT_LONG;
        return ERR_OK;
    }
    return normal_parse(item, text, value, message);
}

/* ---- answers ---------------------------------------------------------------------------------- */

const json_t *value_raw(const struct form_item *item, const json_t *value)
{
    if (item->type == FORM_REPEAT || !json_is_object(value)) return NULL;
    return json_object_get(value, "raw");
}

err value_raw_new(const char *typed, json_t **out)
{
    return keep(json_pack("{s:s}", "raw", typed), out);
}

err value_raw_parts(const struct value_parts *p, json_t **out)
{
    json_t *made = json_pack("{s:{s:s*,s:s*,s:s*,s:s*,s:s*}}", "raw", "day", p->day, "month",
                             p->month, "year", p->year, "hour", p->hour, "minute", p->minute);
    return keep(made, out);
}

/* Longest of a part that is kept: enough for "September". */
#define PART_MAX 40

static err raw_clean(const struct form_item *item, const json_t *raw, json_t **value,
                     const char **message)
{
    if (json_is_string(raw)) {
        struct bytes typed = bytes_of(json_string_value(raw), json_string_length(raw));
        TRY(value_parse(item, typed, value, message));
        if (*message == NULL || *message == SENTENCE_TEXT_UNCLEAN ||
            typed.n > 4u * FORM_TEXT_BYTES_MAX)
            return ERR_OK;
        return value_raw_new(json_string_value(raw), value);
    }
    bool moment =
        item->type == FORM_DATE || item->type == FORM_TIME || item->type == FORM_DATETIME;
    if (!json_is_object(raw) || !moment) {
        *message = SENTENCE_SHAPE;
        return ERR_OK;
    }
    struct value_parts p = {0};
    const struct {
        const char *name;
        const char **to;
    } PARTS[] = {{"day", &p.day},
                 {"month", &p.month},
                 {"year", &p.year},
                 {"hour", &p.hour},
                 {"minute", &p.minute}};
    for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
        const char *text = json_text_or(raw, PARTS[i].name, NULL);
        if (text == NULL) continue;
        if (err_failed(text_check(bytes_text(text), PART_MAX))) {
            *message = SENTENCE_DATE;
            return ERR_OK;
        }
        *PARTS[i].to = text;
    }
    TRY(value_parse_parts(item, &p, value, message));
    return *message == NULL ? ERR_OK : value_raw_parts(&p, value);
}

static err multiple_clean(const struct form_item *item, const json_t *given, json_t **value,
                          const char **message)
{
    if (!json_is_array(given) || json_array_size(given) > FORM_ROWS_MAX) {
        *message = SENTENCE_SHAPE;
        return ERR_OK;
    }
    size_t n = item->choices->n, found = 0;
    MEM_SCOPE(scratch, NULL);
    bool *chosen = mem_array(scratch, bool, n + 1);
    ENSURE_MEM(chosen);
    for (size_t i = 0; i < json_array_size(given); i++) {
        const char *name = json_string_value(json_array_get(given, i));
        const struct form_choice *choice = name == NULL ? NULL : form_choice_find(item->choices, name);
        if (choice == NULL) {
            *message = SENTENCE_CHOICE;
            return ERR_OK;
        }
        chosen[choice - item->choices->at] = true;
    }
    JSON_SCOPE(out) = json_array();
    ENSURE_MEM(out);
    for (size_t i = 0; i < n; i++) {
        if (!chosen[i]) continue;
        TRY(json_add(out, json_string(item->choices->at[i].name)));
        found++;
    }
    if (found > 0) *value = json_incref(out);
    return ERR_OK;
}

static err file_clean(const json_t *given, json_t **value, const char **message)
{
    const char *name = json_text_or(given, "name", NULL);
    const char *type = json_text_or(given, "type", NULL);
    const char *sha256 = json_text_or(given, "sha256", NULL);
    const json_t *size = json_object_get(given, "size");
    if (name == NULL || type == NULL || sha256 == NULL || !json_is_integer(size) ||
        json_integer_value(size) < 0 || *name == '\0' || strpbrk(name, "/\\") != NULL ||
        err_failed(text_check(bytes_text(name), 255)) ||
        err_failed(text_check(bytes_text(type), 127)) || strlen(sha256) != 64 ||
        strspn(sha256, "0123456789abcdef") != 64) {
        *message = SENTENCE_FILE;
        return ERR_OK;
    }
    return keep(json_pack("{s:s,s:s,s:I,s:s}", "name", name, "type", type, "size",
                          json_integer_value(size), "sha256", sha256),
                value);
}

/* What is there for a calculate was calculated once; it counts only where it can't be again. */
static err calculate_clean(const json_t *given, json_t **value, const char **message)
{
    bool text = json_is_string(given) && !err_failed(text_check(
        bytes_of(json_string_value(given), json_string_length(given)), FORM_TEXT_BYTES_MAX));
    if (!text && !json_is_number(given) && !json_is_boolean(given)) {
        *message = SENTENCE_SHAPE;
        return ERR_OK;
    }
    return json_copied(given, value);
}

err value_clean(const struct form_item *item, const json_t *given, json_t **value,
                const char **message)
{
    *value = NULL;
    *message = NULL;
    if (value_empty(given)) return ERR_OK;
    const json_t *raw = value_raw(item, given);
    if (raw != NULL && item->type != FORM_FILE && item->type != FORM_CALCULATE)
        return raw_clean(item, raw, value, message);
    if (item->type == FORM_SELECT_MULTIPLE) return multiple_clean(item, given, value, message);
    if (item->type == FORM_FILE) return file_clean(given, value, message);
    if (item->type == FORM_CALCULATE) return calculate_clean(given, value, message);
    bool number = item->type == FORM_INTEGER || item->type == FORM_DECIMAL;
    if (number && json_is_integer(given)) {
        json_int_t n = json_integer_value(given);
        if (n > INTEGER_MOST || n < -INTEGER_MOST) {
            *message = SENTENCE_RANGE;
            return ERR_OK;
        }
        return item->type == FORM_INTEGER ? keep(json_integer(n), value)
                                          : decimal_make((double)n, value, message);
    }
    if (item->type == FORM_DECIMAL && json_is_real(given))
        return decimal_make(json_real_value(given), value, message);
    if (number || !json_is_string(given)) {
        *message = item->type == FORM_INTEGER   ? SENTENCE_INTEGER
                   : item->type == FORM_DECIMAL ? SENTENCE_DECIMAL
                                                : SENTENCE_SHAPE;
        return ERR_OK;
    }
    struct bytes typed = bytes_of(json_string_value(given), json_string_length(given));
    TRY(value_parse(item, typed, value, message));
    if (*message == NULL || *message == SENTENCE_TEXT_UNCLEAN || typed.n > 4u * FORM_TEXT_BYTES_MAX)
        return ERR_OK;
    return value_raw_new(json_string_value(given), value);
}

/* ---- for reading ------------------------------------------------------------------------------ */

static const char *const PART_NAMES[] = {"day", "month", "year", "hour", "minute"};

static err array_show(mem *ctx, const json_t *array, const char **out)
{
    struct buf b;
    buf_init(&b, ctx, 4u * FORM_TEXT_BYTES_MAX);
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i > 0) buf_add_char(&b, ' ');
        buf_add_text(&b, json_string_value(json_array_get(array, i)));
    }
    return buf_text(&b, out);
}

static err raw_show(mem *ctx, const json_t *raw, const char **out)
{
    if (json_is_string(raw)) {
        *out = json_string_value(raw);
        return ERR_OK;
    }
    struct buf b;
    buf_init(&b, ctx, 1000);
    for (size_t i = 0; i < COUNT_OF(PART_NAMES); i++) {
        const char *part = json_text_or(raw, PART_NAMES[i], "");
        if (*part == '\0') continue;
        if (b.n > 0) buf_add_char(&b, ' ');
        buf_add_text(&b, part);
    }
    return buf_text(&b, out);
}

err value_show(mem *ctx, const struct form_item *item, const json_t *value, const char **out)
{
    *out = "";
    if (item->type == FORM_FILE) {
        *out = json_text_or(value, "name", "");
        return ERR_OK;
    }
    const json_t *raw = value_raw(item, value);
    if (raw != NULL) return raw_show(ctx, raw, out);
    if (json_is_array(value)) return array_show(ctx, value, out);
    if (json_is_string(value)) *out = json_string_value(value);
    if (json_is_boolean(value)) *out = json_is_true(value) ? "true" : "false";
    if (!json_is_number(value)) return ERR_OK;
    *out = json_is_integer(value)
               ? talloc_asprintf(ctx, "%lld", (long long)json_integer_value(value))
               : talloc_asprintf(ctx, "%.15g", json_real_value(value));
    ENSURE_MEM(*out);
    return ERR_OK;
}

err value_parts_of(mem *ctx, const struct form_item *item, const json_t *value,
                   struct value_parts *out)
{
    *out = (struct value_parts){"", "", "", "", ""};
    const json_t *raw = value_raw(item, value);
    if (json_is_object(raw)) {
        *out = (struct value_parts){json_text_or(raw, "day", ""), json_text_or(raw, "month", ""),
                                    json_text_or(raw, "year", ""), json_text_or(raw, "hour", ""),
                                    json_text_or(raw, "minute", "")};
        return ERR_OK;
    }
    struct value_moment m;
    if (!json_is_string(value) || err_failed(value_moment(item->type, json_string_value(value), &m)))
        return ERR_OK;
    if (m.has_date) {
        out->day = talloc_asprintf(ctx, "%d", m.day);
        out->month = talloc_asprintf(ctx, "%d", m.month);
        out->year = talloc_asprintf(ctx, "%04d", m.year);
    }
    if (m.has_time) {
        out->hour = talloc_asprintf(ctx, "%02d", m.hour);
        out->minute = talloc_asprintf(ctx, "%02d", m.minute);
    }
    ENSURE(out->day != NULL && out->month != NULL && out->year != NULL && out->hour != NULL &&
               out->minute != NULL,
           ERR_MEMORY, "out of memory");
    return ERR_OK;
}
