/* validate.h - small forms (sign-in, consent, directory) checked against a table of rules.
 *
 * For forms that are part of the program. The forms of the report have the form engine. A field that
 * no rule names is refused: nobody posts what was not asked for.
 *
 *     static const struct http_rule RULES[] = {
 *         {.name = "user", .kind = HTTP_TEXT, .required = true, .max = 100,
 *          .empty = MSG("Enter your user name")},
 *         {.name = "until", .kind = HTTP_DATE, .wrong = MSG("Enter a real date, like 27 3 2027")},
 *     };
 */
#ifndef OPENTRM_HTTP_VALIDATE_H
#define OPENTRM_HTTP_VALIDATE_H

#include "base/date.h"
#include "base/messages.h"
#include "http/request.h"

enum http_rule_kind {
    HTTP_TEXT,       /* one line; min and max count characters, not bytes */
    HTTP_LINES,      /* several lines */
    HTTP_SECRET,     /* a password: any text, not trimmed */
    HTTP_WHOLE,      /* a number; min and max are its bounds */
    HTTP_DATE,       /* three fields: name-day, name-month, name-year */
    HTTP_CHOICE,     /* one of `choices` */
    HTTP_CHOICES,    /* several of `choices` */
    HTTP_TICK,       /* a checkbox: "yes" or absent */
    HTTP_MAIL,       /* an address: one @, no spaces */
    HTTP_RULE_ID,    /* canonical UUID */
    HTTP_RULE_CODE,  /* a case code, as typed */
    HTTP_RULE_NAME,  /* text_identifier */
    HTTP_RULE_CC     /* two capital letters */
};

struct http_rule {
    const char *name;
    enum http_rule_kind kind;
    bool required;
    int64_t min, max;           /* 0, 0: HTTP_TEXT 1 to 500, HTTP_LINES 1 to 20000, HTTP_WHOLE 0 to 10^9 */
    const char *const *choices; /* NULL-terminated */
    const char *empty;          /* MSG: shown when required and not given */
    const char *wrong;          /* MSG: shown otherwise */
};

/* A fault: what the error summary shows, with a link to the field. */
struct http_fault {
    const char *field;   /* the rule's name; for dates "name-day" and so on */
    const char *message; /* English, for msg() */
};

#define HTTP_FAULTS_MAX 100

/* http_validate: *n faults in order of the rules; none means every rule holds. ERR_INPUT for a posted
 * field without a rule ("csrf" is always allowed). */
err http_validate(const struct http_request *rq, const struct http_rule *rules, size_t rules_n,
                  struct http_fault **faults, size_t *n);
/* http_field_date: the date of the three fields of an HTTP_DATE; ERR_NOT_FOUND when all are empty,
 * ERR_INPUT when there is no such day. */
err http_field_date(const struct http_request *rq, const char *name, struct date *out);
/* http_field_whole: ERR_NOT_FOUND when empty, ERR_INPUT when it is no whole number. */
err http_field_whole(const struct http_request *rq, const char *name, int64_t *out);
/* http_field_ticked: a checkbox of that name and value was sent. */
bool http_field_ticked(const struct http_request *rq, const char *name, const char *value);

#endif
