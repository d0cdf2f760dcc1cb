/* postgres_address.c - reads a PostgreSQL address with libpq's own reader. */
#include "db/postgres_address.h"

#include <libpq-fe.h>
#include <string.h>

#include "base/text.h"

bool postgres_address_is(const char *s)
{
    return text_starts(s, "postgres://") || text_starts(s, "postgresql://");
}

static void options_free(PQconninfoOption **options) { PQconninfoFree(*options); }

static const char *value_of(const PQconninfoOption *options, const char *name)
{
    for (const PQconninfoOption *o = options; o->keyword != NULL; o++)
        if (text_same(o->keyword, name)) return o->val;
    return NULL;
}

/* A folder of a socket, or this machine's own names. */
static bool host_near(const char *host)
{
    static const char *const NEAR[] = {"", "localhost", "127.0.0.1", "::1"};
    for (size_t i = 0; i < COUNT_OF(NEAR); i++)
        if (text_same(host, NEAR[i])) return true;
    return host[0] == '/' || host[0] == '@';
}

static err all_near(mem *scope, const char *hosts, bool *near)
{
    const char *rest = hosts, *host;
    *near = true;
    for (;;) {
        TRY(text_split(scope, &rest, ',', &host));
        if (host == NULL) return ERR_OK;
        *near = *near && host_near(host);
    }
}

static err copy(mem *ctx, const char *from, const char **to)
{
    *to = from == NULL ? NULL : mem_text(ctx, from);
    ENSURE(from == NULL || *to != NULL, ERR_MEMORY, "out of memory");
    return ERR_OK;
}

err postgres_address_read(mem *ctx, const char *s, struct postgres_address *out)
{
    ENSURE(postgres_address_is(s), ERR_INPUT,
           "the address of a PostgreSQL store begins with postgres://");
    ENSURE(strlen(s) <= POSTGRES_ADDRESS_MOST, ERR_INPUT, "this address is too long");
    __attribute__((cleanup(options_free))) PQconninfoOption *options = PQconninfoParse(s, NULL);
    ENSURE(options != NULL, ERR_INPUT,
           "this address can't be read: postgres://user@host:port/database");
    struct postgres_address address = {0};
    bool near = true;
    TRY(copy(ctx, value_of(options, "dbname"), &address.database));
    TRY(copy(ctx, value_of(options, "host"), &address.hosts));
    TRY(copy(ctx, value_of(options, "port"), &address.ports));
    TRY(copy(ctx, value_of(options, "user"), &address.user));
    TRY(copy(ctx, value_of(options, "options"), &address.options));
    address.password = !text_empty(value_of(options, "password"));
    ENSURE(!text_empty(address.database), ERR_INPUT,
           "this address names no database: postgres://user@host:port/database");
    /* libpq goes to the numbers, where they are given, whatever the names are. */
    const char *numbers = value_of(options, "hostaddr");
    const char *where = numbers == NULL ? address.hosts : numbers;
    if (where != NULL) TRY(all_near(ctx, where, &near));
    address.sslmode = near ? "prefer" : "verify-full";
    *out = address;
    return ERR_OK;
}
