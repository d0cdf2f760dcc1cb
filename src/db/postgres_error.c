/* postgres_error.c - PostgreSQL's SQLSTATEs as our failures. */
#include "base/text.h"
#include "db/postgres_conn.h"

struct meaning {
    const char *state; /* five characters, or the two of a class */
    enum err_kind kind;
    const char *what;
    enum postgres_fate fate;
};

/* The first row that fits; whole states stand before their class.
 * Source: https://www.postgresql.org/docs/15/errcodes-appendix.html */
static const struct meaning MEANINGS[] = {
    {"23505", ERR_CONFLICT, "it exists already", FATE_PLAIN},
    {"23503", ERR_CONFLICT, "what it belongs to is not there, or something belongs to it",
     FATE_PLAIN},
    {"OT001", ERR_CONFLICT, "this may only be added to, never changed", FATE_PLAIN},
    {"23", ERR_BUG, "a value that the store refuses", FATE_PLAIN},
    {"40001", ERR_BUSY, "others change the same at this moment", FATE_AGAIN},
    {"40P01", ERR_BUSY, "others change the same at this moment", FATE_AGAIN},
    {"40", ERR_BUSY, "the store took a transaction back", FATE_LOST},
    {"55P03", ERR_BUSY, "the store is in use by another program", FATE_PLAIN},
    {"57014", ERR_BUSY, "the store took too long", FATE_PLAIN},
    {"57", ERR_BUSY, "the store's server is being restarted", FATE_LOST},
    {"08", ERR_BUSY, "the connection to the store was lost", FATE_LOST},
    {"25P03", ERR_BUSY, "the store took too long", FATE_LOST},
    {"53300", ERR_BUSY, "the store's server takes no more connections", FATE_LOST},
    {"53100", ERR_STORE, "the disk is full", FATE_PLAIN},
    {"53200", ERR_MEMORY, "out of memory", FATE_PLAIN},
    {"53", ERR_BUSY, "the store's server is short of something", FATE_PLAIN},
    {"54", ERR_LIMIT, "too large for the store", FATE_PLAIN},
    {"58P01", ERR_STORE, "the store is damaged", FATE_PLAIN},
    {"58", ERR_STORE, "the disk failed", FATE_PLAIN},
    {"XX001", ERR_STORE, "the store is damaged", FATE_PLAIN},
    {"XX002", ERR_STORE, "the store is damaged", FATE_PLAIN},
    {"28", ERR_STORE, "the store cannot be opened: the server refuses this user", FATE_PLAIN},
    {"3D", ERR_NOT_FOUND, "there is no store there", FATE_PLAIN},
    {"42501", ERR_STORE, "the store cannot be opened: this user may not", FATE_PLAIN},
};

/* Writing on a server that was the first one before and is not now; in a snapshot it is our own
 * mistake. */
static const struct meaning DEMOTED = {"25006", ERR_BUSY, "the store's server changes", FATE_LOST};
static const struct meaning SNAPSHOT = {"25006", ERR_BUG, "writing in a read snapshot", FATE_PLAIN};
static const struct meaning NO_STATE = {"", ERR_BUSY, "the connection to the store was lost",
                                        FATE_LOST};
static const struct meaning OTHER = {"", ERR_BUG, "a statement that the store does not understand",
                                     FATE_PLAIN};

static const struct meaning *meaning_of(const struct db_conn *conn, const char *state)
{
    if (text_empty(state)) return &NO_STATE;
    if (text_same(state, DEMOTED.state)) return conn->writes ? &DEMOTED : &SNAPSHOT;
    for (size_t i = 0; i < COUNT_OF(MEANINGS); i++)
        if (text_starts(state, MEANINGS[i].state)) return &MEANINGS[i];
    return &OTHER;
}

err postgres_err(struct db_conn *conn, const PGresult *result)
{
    const char *state = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const struct meaning *m = meaning_of(conn, state);
    conn->fate = m->fate;
    if (m->fate == FATE_LOST) postgres_disconnect(conn);
    return ERR_MAKE(m->kind, m->what);
}
