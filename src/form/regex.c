/* regex.c - ICU's regular expressions. */
#include "form/regex.h"

#include <string.h>

#include <unicode/uregex.h>
#include <unicode/utext.h>

struct regex {
    URegularExpression *compiled;
};

/* Units of ICU, about 10,000 steps each; and bytes of its heap of states. */
#define STEPS_MAX 10
#define STACK_MAX (1 << 20)

static int regex_end(struct regex *r)
{
    uregex_close(r->compiled);
    return 0;
}

static void text_end(UText **text) { utext_close(*text); }
static void clone_end(URegularExpression **clone) { uregex_close(*clone); }

err regex_compile(mem *ctx, const char *pattern, const struct regex **out)
{
    ENSURE(strlen(pattern) <= REGEX_PATTERN_MAX, ERR_LIMIT, "the pattern is too long");
    UErrorCode code = U_ZERO_ERROR;
    __attribute__((cleanup(text_end))) UText *text = utext_openUTF8(NULL, pattern, -1, &code);
    UParseError where;
    URegularExpression *compiled = uregex_openUText(text, 0, &where, &code);
    ENSURE(code != U_MEMORY_ALLOCATION_ERROR, ERR_MEMORY, "out of memory");
    ENSURE(U_SUCCESS(code), ERR_INPUT, "not a regular expression");
    struct regex *r = mem_new(ctx, struct regex);
    if (r == NULL || U_FAILURE(code)) {
        uregex_close(compiled);
        FAIL(ERR_MEMORY, "out of memory");
    }
    r->compiled = compiled;
    talloc_set_destructor(r, regex_end);
    *out = r;
    return ERR_OK;
}

err regex_matches(const struct regex *regex, const char *text, bool *out)
{
    UErrorCode code = U_ZERO_ERROR;
    __attribute__((cleanup(clone_end))) URegularExpression *own = uregex_clone(regex->compiled, &code);
    __attribute__((cleanup(text_end))) UText *in = utext_openUTF8(NULL, text, -1, &code);
    ENSURE(U_SUCCESS(code), ERR_MEMORY, "out of memory");
    uregex_setTimeLimit(own, STEPS_MAX, &code); /* a clone does not take over the limits */
    uregex_setStackLimit(own, STACK_MAX, &code);
    uregex_setUText(own, in, &code);
    bool matches = uregex_matches(own, -1, &code);
    ENSURE(code != U_MEMORY_ALLOCATION_ERROR, ERR_MEMORY, "out of memory");
    *out = U_SUCCESS(code) && matches;
    return ERR_OK;
}
