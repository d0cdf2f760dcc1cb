/* migrations_keys.c - the tables of keys.db, step by step.
 *
 * Blobs are wrapped keys; every other column is listed in docs/security.md with its reason; a test
 * compares. A released step never changes.
 */
#include "db/migrate.h"

static const char SIGN_IN[] =
    "CREATE TABLE user_key ("
    "  user_id TEXT PRIMARY KEY, password_salt BLOB NOT NULL, password_ops INTEGER NOT NULL,"
    "  password_mem INTEGER NOT NULL, verifier BLOB NOT NULL, blob BLOB NOT NULL,"
    "  recovery_salt BLOB NOT NULL, recovery_verifier BLOB NOT NULL, recovery_blob BLOB NOT NULL,"
    "  changed_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE session ("
    "  id_hash BLOB PRIMARY KEY, user_id TEXT NOT NULL, created_at INTEGER NOT NULL,"
    "  seen_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, blob BLOB NOT NULL,"
    "  agent_hash BLOB) STRICT, WITHOUT ROWID;"
    "CREATE INDEX session_of_user ON session (user_id, created_at);"
    "CREATE INDEX session_expires ON session (expires_at);";

static const char WRAPS[] =
    "CREATE TABLE team_wrap ("
    "  team_id TEXT NOT NULL, generation INTEGER NOT NULL, user_id TEXT NOT NULL,"
    "  blob BLOB NOT NULL, PRIMARY KEY (team_id, generation, user_id)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX team_wrap_user ON team_wrap (user_id);"

    "CREATE TABLE case_wrap ("
    "  case_id TEXT NOT NULL, compartment TEXT NOT NULL, generation INTEGER NOT NULL,"
    "  holder_kind TEXT NOT NULL CHECK (holder_kind IN ('team', 'user')), holder_id TEXT NOT NULL,"
    "  holder_generation INTEGER NOT NULL,"
    "  how TEXT NOT NULL CHECK (how IN ('symmetric', 'sealed')), blob BLOB NOT NULL,"
    "  PRIMARY KEY (case_id, compartment, generation, holder_id)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX case_wrap_holder ON case_wrap (holder_id, case_id);"

    "CREATE TABLE message_wrap ("
    "  message_id TEXT NOT NULL, compartment TEXT NOT NULL, generation INTEGER NOT NULL,"
    "  holder_kind TEXT NOT NULL CHECK (holder_kind IN ('team', 'user')), holder_id TEXT NOT NULL,"
    "  holder_generation INTEGER NOT NULL,"
    "  how TEXT NOT NULL CHECK (how IN ('symmetric', 'sealed')), blob BLOB NOT NULL,"
    "  PRIMARY KEY (message_id, compartment, generation, holder_id)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE organisation_key ("
    "  organisation_id TEXT NOT NULL, purpose TEXT NOT NULL, generation INTEGER NOT NULL,"
    "  certificate BLOB NOT NULL, created_at INTEGER NOT NULL, retired_at INTEGER,"
    "  PRIMARY KEY (organisation_id, purpose, generation)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE organisation_wrap ("
    "  organisation_id TEXT NOT NULL, purpose TEXT NOT NULL, generation INTEGER NOT NULL,"
    "  team_id TEXT NOT NULL, team_generation INTEGER NOT NULL, blob BLOB NOT NULL,"
    "  PRIMARY KEY (organisation_id, purpose, generation, team_id)) STRICT, WITHOUT ROWID;";

static const struct db_migration STEPS[] = {
    {1, "sign_in", SIGN_IN, {NULL}},
    {2, "wraps", WRAPS, {NULL}},
};

const struct db_migrations db_migrations_keys = {STEPS, COUNT_OF(STEPS)};
