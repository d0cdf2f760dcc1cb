/* validate.c - the rules of small forms. */
#include "http/validate.h"

#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "base/vec.h"
#include "http/csrf.h"

static const char *const DATE_PARTS[] = {"day", "month", "year"};

/* The name of a date's field: "until-day". */
static const char *part_name(char room[static HTTP_NAME_MAX], const char *name, const char *part)
{
    size_t n = strlen(name), k = strlen(part);
    if (n + k + 2 > HTTP_NAME_MAX) return NULL;
    memcpy(room, name, n);
    room[n] = '-';
    memcpy(room + n + 1, part, k + 1);
    return room;
}

static bool blank(const char *s) { return s == NULL || s[strspn(s, " \t\n")] == '\0'; }

err http_field_whole(const struct http_request *rq, const char *name, int64_t *out)
{
    const char *value = http_field(rq, name), *trimmed;
    ENSURE(!blank(value), ERR_NOT_FOUND, "the field is empty");
    TRY(text_trim(rq->ctx, value, &trimmed));
    return text_number(trimmed, out);
}

err http_field_date(const struct http_request *rq, const char *name, struct date *out)
{
    int64_t parts[COUNT_OF(DATE_PARTS)] = {0};
    size_t empty = 0;
    for (size_t i = 0; i < COUNT_OF(DATE_PARTS); i++) {
        char room[HTTP_NAME_MAX];
        const char *field = part_name(room, name, DATE_PARTS[i]);
        ENSURE(field != NULL, ERR_BUG, "the name of a date is too long");
        err e = http_field_whole(rq, field, &parts[i]);
        if (e.kind == ERR_NOT_FOUND)
            empty++;
        else
            TRY(e);
    }
    ENSURE(empty < COUNT_OF(DATE_PARTS), ERR_NOT_FOUND, "the date is empty");
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        ENSURE(parts[i] >= 1 && parts[i] <= 9999, ERR_INPUT, "there is no such day");
    struct date date = {(int)parts[2], (int)parts[1], (int)parts[0]};
    ENSURE(date_valid(date), ERR_INPUT, "there is no such day");
    *out = date;
    return ERR_OK;
}

bool http_field_ticked(const struct http_request *rq, const char *name, const char *value)
{
    for (size_t i = 0; i < rq->form.n; i++)
        if (text_same(rq->form.at[i].name, name) && text_same(rq->form.at[i].value, value))
            return true;
    return false;
}

static size_t characters(const char *s)
{
    size_t n = 0;
    for (; *s != '\0'; s++) n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static bool length_fits(const struct http_rule *rule, const char *value, int64_t most)
{
    int64_t n = (int64_t)characters(value), max = rule->max > 0 ? rule->max : most;
    return n >= rule->min && n <= max;
}

static bool line_fits(const struct http_rule *rule, const char *value)
{
    return strchr(value, '\n') == NULL && length_fits(rule, value, 500);
}

static bool lines_fit(const struct http_rule *rule, const char *value)
{
    return length_fits(rule, value, 20000);
}

static bool whole_fits(const struct http_rule *rule, const char *value)
{
    int64_t n, max = rule->max != 0 ? rule->max : 1000000000;
    return !err_failed(text_number(value, &n)) && n >= rule->min && n <= max;
}

static bool choice_fits(const struct http_rule *rule, const char *value)
{
    for (const char *const *choice = rule->choices; choice != NULL && *choice != NULL; choice++)
        if (text_same(*choice, value)) return true;
    return false;
}

static bool tick_fits(const struct http_rule *rule, const char *value)
{
    (void)rule;
    return text_same(value, "yes");
}

static bool mail_fits(const struct http_rule *rule, const char *value)
{
    const char *at = strchr(value, '@');
    bool one =
        at != NULL && at != value && strchr(at + 1, '@') == NULL && strchr(at + 1, '.') != NULL;
    return one && strpbrk(value, " \t\n<>\",;") == NULL && !text_ends(value, ".") &&
           length_fits(rule, value, 254);
}

static bool id_fits(const struct http_rule *rule, const char *value)
{
    struct id id;
    (void)rule;
    return !err_failed(id_parse(value, &id));
}

static bool code_fits(const struct http_rule *rule, const char *value)
{
    char code[CASE_CODE_ROOM];
    (void)rule;
    return !err_failed(case_code_normal(value, code));
}

static bool name_fits(const struct http_rule *rule, const char *value)
{
    (void)rule;
    return text_identifier(value);
}

static bool country_fits(const struct http_rule *rule, const char *value)
{
    (void)rule;
    return strlen(value) == 2 && value[0] >= 'A' && value[0] <= 'Z' && value[1] >= 'A' &&
           value[1] <= 'Z';
}

static const struct {
    bool (*fits)(const struct http_rule *, const char *);
    bool trimmed;
    bool several;
} KINDS[] = {
    [HTTP_TEXT] = {line_fits, true, false},       [HTTP_LINES] = {lines_fit, true, false},
    [HTTP_SECRET] = {line_fits, false, false},    [HTTP_WHOLE] = {whole_fits, true, false},
    [HTTP_DATE] = {NULL, false, false},           [HTTP_CHOICE] = {choice_fits, false, false},
    [HTTP_CHOICES] = {choice_fits, false, true},  [HTTP_TICK] = {tick_fits, false, false},
    [HTTP_MAIL] = {mail_fits, true, false},       [HTTP_RULE_ID] = {id_fits, false, false},
    [HTTP_RULE_CODE] = {code_fits, true, false},  [HTTP_RULE_NAME] = {name_fits, true, false},
    [HTTP_RULE_CC] = {country_fits, true, false},
};

struct faults {
    struct http_fault *at;
    size_t n;
    size_t room;
};

static err fault_add(mem *ctx, struct faults *faults, const char *field, const char *message)
{
    const char *copy = mem_text(ctx, field);
    ENSURE_MEM(copy);
    const char *shown = message == NULL ? MSG("Check this answer") : message;
    return vec_push(ctx, faults, ((struct http_fault){copy, shown}), HTTP_FAULTS_MAX);
}

static err date_check(const struct http_request *rq, const struct http_rule *rule,
                      struct faults *faults)
{
    struct date date;
    char room[HTTP_NAME_MAX];
    const char *field = part_name(room, rule->name, DATE_PARTS[0]);
    ENSURE(field != NULL, ERR_BUG, "the name of a date is too long");
    err e = http_field_date(rq, rule->name, &date);
    if (e.kind == ERR_NOT_FOUND && rule->required)
        return fault_add(rq->ctx, faults, field, rule->empty);
    if (e.kind == ERR_INPUT) return fault_add(rq->ctx, faults, field, rule->wrong);
    return e.kind == ERR_NOT_FOUND ? ERR_OK : e;
}

static err value_check(const struct http_request *rq, const struct http_rule *rule,
                       const char *value, bool *fits)
{
    const char *tested = value;
    if (KINDS[rule->kind].trimmed) TRY(text_trim(rq->ctx, value, &tested));
    *fits = KINDS[rule->kind].fits(rule, tested);
    return ERR_OK;
}

static err rule_check(const struct http_request *rq, const struct http_rule *rule,
                      struct faults *faults)
{
    if (rule->kind == HTTP_DATE) return date_check(rq, rule, faults);
    const char *value;
    bool given = false;
    for (size_t i = 0; (value = http_field_at(rq, rule->name, i)) != NULL; i++) {
        bool fits = i == 0 || KINDS[rule->kind].several;
        if (blank(value)) continue;
        given = true;
        if (fits) TRY(value_check(rq, rule, value, &fits));
        if (!fits) return fault_add(rq->ctx, faults, rule->name, rule->wrong);
    }
    return rule->required && !given ? fault_add(rq->ctx, faults, rule->name, rule->empty) : ERR_OK;
}

static bool rule_names(const struct http_rule *rule, const char *field)
{
    if (rule->kind != HTTP_DATE) return text_same(rule->name, field);
    size_t n = strlen(rule->name);
    if (!text_starts(field, rule->name) || field[n] != '-') return false;
    for (size_t i = 0; i < COUNT_OF(DATE_PARTS); i++)
        if (text_same(field + n + 1, DATE_PARTS[i])) return true;
    return false;
}

static bool field_known(const char *field, const struct http_rule *rules, size_t n)
{
    if (text_same(field, HTTP_CSRF_FIELD)) return true;
    for (size_t i = 0; i < n; i++)
        if (rule_names(&rules[i], field)) return true;
    return false;
}

err http_validate(const struct http_request *rq, const struct http_rule *rules, size_t rules_n,
                  struct http_fault **faults, size_t *n)
{
    struct faults found = {0};
    for (size_t i = 0; i < rq->form.n; i++)
        ENSURE(field_known(rq->form.at[i].name, rules, rules_n), ERR_INPUT,
               MSG("The form holds a field that was not asked for"));
    for (size_t i = 0; i < rules_n; i++) TRY(rule_check(rq, &rules[i], &found));
    *faults = found.at;
    *n = found.n;
    return ERR_OK;
}
