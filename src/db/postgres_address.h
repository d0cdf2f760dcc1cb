/* postgres_address.h - where a PostgreSQL store is: postgres://user@host:port/database?...
 *
 * Several hosts may stand in it (libpq's multi-host form): the one that may write is used. The
 * address may hold a password, so it is never logged or shown; better is a password file
 * (`passfile=`). To servers on other machines the connection is encrypted and the server's name
 * checked, unless the address says otherwise. Used by postgres_open.c and by who takes an address
 * from a person.
 *
 * Source: https://www.postgresql.org/docs/15/libpq-connect.html.
 */
#ifndef OPENTRM_DB_POSTGRES_ADDRESS_H
#define OPENTRM_DB_POSTGRES_ADDRESS_H

#include "base/err.h"
#include "base/mem.h"

#define POSTGRES_ADDRESS_MOST 1000 /* bytes */

struct postgres_address {
    const char *database; /* NULL: not said */
    const char *hosts;    /* "a,b,c", as written; NULL: not said */
    const char *ports;
    const char *user;
    const char *options; /* of the server, for the session */
    bool password; /* there is one in it */
    const char *sslmode; /* what we ask for when the address does not say */
};

/* postgres_address_is: does it look like one? */
bool postgres_address_is(const char *s);
/* postgres_address_read: ERR_INPUT if it can't be one. */
err postgres_address_read(mem *ctx, const char *s, struct postgres_address *out);

#endif
