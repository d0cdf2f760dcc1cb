/* sqlite_error.c - SQLite's result codes as our failures. */
#include <errno.h>

#include "db/sqlite_conn.h"

static err constraint_err(int extended)
{
    switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return ERR_MAKE(ERR_CONFLICT, "it exists already");
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return ERR_MAKE(ERR_CONFLICT,
                        "what it belongs to is not there, or something belongs to it");
    case SQLITE_CONSTRAINT_TRIGGER:
        return ERR_MAKE(ERR_CONFLICT, "this may only be added to, never changed");
    default: return ERR_MAKE(ERR_BUG, "a value that the store refuses");
    }
}

static err io_err(sqlite3 *handle)
{
    int system = handle == NULL ? 0 : sqlite3_system_errno(handle);
    if (system == ENOSPC || system == EDQUOT) return ERR_MAKE(ERR_STORE, "the disk is full");
    return ERR_MAKE(ERR_STORE, "the disk failed");
}

static err sqlite_err(sqlite3 *handle, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_FULL: return ERR_MAKE(ERR_STORE, "the disk is full");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT: return ERR_MAKE(ERR_STORE, "the store is damaged");
    case SQLITE_IOERR: return io_err(handle);
    case SQLITE_CONSTRAINT: return constraint_err(rc);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return ERR_MAKE(ERR_BUSY, "the store is in use by another program");
    case SQLITE_INTERRUPT: return ERR_MAKE(ERR_BUSY, "the store took too long");
    case SQLITE_NOMEM: return ERR_MAKE(ERR_MEMORY, "out of memory");
    case SQLITE_TOOBIG: return ERR_MAKE(ERR_LIMIT, "too large for the store");
    case SQLITE_READONLY: return ERR_MAKE(ERR_STORE, "the store cannot be written to");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH: return ERR_MAKE(ERR_STORE, "the store cannot be opened");
    default: return ERR_MAKE(ERR_BUG, "a statement that the store does not understand");
    }
}

err sqlite_try(sqlite3 *handle, int rc)
{
    return rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW ? ERR_OK
                                                                    : sqlite_err(handle, rc);
}
