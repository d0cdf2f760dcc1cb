/* check.c - validators of option values. */
#include "cli/check.h"

#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "db/postgres_address.h"

#define WORDS_MAX 500u

err check_id(const char *value)
{
    struct id id;
    ENSURE(!err_failed(id_parse(value, &id)), ERR_INPUT, "this is no id: it has 36 characters, as the commands print it");
    return ERR_OK;
}

err check_languages(const char *value)
{
    MEM_SCOPE(scope, NULL);
    const char *rest = value, *code;
    size_t n = 0;
    for (;;) {
        TRY(text_split(scope, &rest, ',', &code));
        if (code == NULL) break;
        ENSURE(text_identifier(code), ERR_INPUT, "languages are codes like \"sq\" or \"sr-Latn\", parted by commas");
        n++;
    }
    ENSURE(n > 0, ERR_INPUT, "no language");
    return ERR_OK;
}

err check_language(const char *value)
{
    ENSURE(text_identifier(value), ERR_INPUT, "a language is a code like \"sq\" or \"sr-Latn\"");
    return ERR_OK;
}

err check_country(const char *value)
{
    bool good = strlen(value) == 2 && strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2;
    ENSURE(good, ERR_INPUT, "a country is two capital letters (ISO 3166)");
    return ERR_OK;
}

err check_store(const char *value)
{
    MEM_SCOPE(scope, NULL);
    struct postgres_address address;
    if (!postgres_address_is(value)) return ERR_OK;
    TRY(postgres_address_read(scope, value, &address));
    ENSURE(!address.password, ERR_INPUT,
           "others on this machine can read a password that stands in a command: keep it in a file of mode 0600 and add ?passfile=FILE");
    return ERR_OK;
}

err check_words(const char *value)
{
    ENSURE(!err_failed(text_check(bytes_text(value), WORDS_MAX)) && strpbrk(value, "\r\n") == NULL, ERR_INPUT,
           "this is no plain line of text of at most 500 bytes");
    ENSURE(strspn(value, " \t") < strlen(value), ERR_INPUT, "this is empty");
    return ERR_OK;
}
