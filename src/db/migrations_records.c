/* migrations_records.c - the tables of opentrm.db, step by step.
 *
 * Every column that is not ciphertext is listed in docs/security.md with its reason; a test
 * compares. Times are UTC milliseconds, ids UUIDs as text, flags 0 or 1. A released step never
 * changes.
 */
#include "db/migrate.h"

/* Who works here, and how the node is set. */
static const char PEOPLE[] =
    "CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE organisation ("
    "  id TEXT PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, procedures TEXT NOT NULL,"
    "  languages TEXT NOT NULL, child_authority INTEGER NOT NULL, focal_point INTEGER NOT NULL,"
    "  active INTEGER NOT NULL, created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE user_account ("
    "  id TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE, display_name TEXT NOT NULL,"
    "  language TEXT NOT NULL, organisation_id TEXT REFERENCES organisation (id),"
    "  active INTEGER NOT NULL, is_admin INTEGER NOT NULL, created_at INTEGER NOT NULL,"
    "  box_public BLOB NOT NULL, sign_public BLOB NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE role ("
    "  user_id TEXT NOT NULL REFERENCES user_account (id),"
    "  organisation_id TEXT NOT NULL REFERENCES organisation (id), role TEXT NOT NULL,"
    "  PRIMARY KEY (user_id, organisation_id, role)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE team ("
    "  id TEXT PRIMARY KEY, organisation_id TEXT NOT NULL REFERENCES organisation (id),"
    "  name TEXT NOT NULL, generation INTEGER NOT NULL, box_public BLOB NOT NULL,"
    "  created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX team_organisation ON team (organisation_id, name);"

    "CREATE TABLE membership ("
    "  id TEXT PRIMARY KEY, team_id TEXT NOT NULL REFERENCES team (id),"
    "  user_id TEXT NOT NULL REFERENCES user_account (id),"
    "  state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'ended')), may TEXT NOT NULL,"
    "  statement BLOB NOT NULL, signature BLOB NOT NULL,"
    "  signer_id TEXT NOT NULL REFERENCES user_account (id), created_at INTEGER NOT NULL,"
    "  ended_at INTEGER) STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX membership_user ON membership (user_id, team_id) WHERE state <> 'ended';"
    "CREATE INDEX membership_team ON membership (team_id) WHERE state <> 'ended';"

    "CREATE TABLE statement ("
    "  kind TEXT NOT NULL, subject_id TEXT NOT NULL, generation INTEGER NOT NULL,"
    "  statement BLOB NOT NULL, signature BLOB NOT NULL,"
    "  signer_id TEXT NOT NULL REFERENCES user_account (id), created_at INTEGER NOT NULL,"
    "  PRIMARY KEY (kind, subject_id, generation)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE signin ("
    "  login_hash BLOB PRIMARY KEY, failures INTEGER NOT NULL, last_at INTEGER NOT NULL,"
    "  next_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX signin_last ON signin (last_at);";

/* Cases. case_team repeats state and updated_at of case_file: its indexes are the lists. */
static const char CASES[] =
    "CREATE TABLE case_file ("
    "  id TEXT PRIMARY KEY, code TEXT NOT NULL UNIQUE,"
    "  organisation_id TEXT NOT NULL REFERENCES organisation (id),"
    "  team_id TEXT NOT NULL REFERENCES team (id),"
    "  origin TEXT NOT NULL CHECK (origin IN ('own', 'received')), state TEXT NOT NULL,"
    "  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,"
    "  created_by TEXT REFERENCES user_account (id)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE case_team ("
    "  case_id TEXT NOT NULL REFERENCES case_file (id),"
    "  team_id TEXT NOT NULL REFERENCES team (id), compartments TEXT NOT NULL,"
    "  since INTEGER NOT NULL, until INTEGER, state TEXT NOT NULL, updated_at INTEGER NOT NULL,"
    "  PRIMARY KEY (case_id, team_id)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX case_team_latest ON case_team (team_id, updated_at, case_id)"
    "  WHERE until IS NULL;"
    "CREATE INDEX case_team_state ON case_team (team_id, state, updated_at, case_id)"
    "  WHERE until IS NULL;"

    "CREATE TABLE record ("
    "  id TEXT NOT NULL UNIQUE, case_id TEXT NOT NULL REFERENCES case_file (id),"
    "  kind TEXT NOT NULL, name TEXT NOT NULL, compartment TEXT NOT NULL,"
    "  revision INTEGER NOT NULL, generation INTEGER NOT NULL, author_id TEXT,"
    "  created_at INTEGER NOT NULL, latest INTEGER NOT NULL, body BLOB NOT NULL,"
    "  UNIQUE (case_id, kind, name, compartment, revision)) STRICT;"
    "CREATE UNIQUE INDEX record_latest ON record (case_id, kind, name, compartment)"
    "  WHERE latest = 1;";

/* What crosses the border. Messages of megabytes stand apart from their states, which change often: a row that is
 * changed is written anew as a whole. */
static const char EXCHANGE[] =
    "CREATE TABLE partner ("
    "  id TEXT PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, sequence INTEGER NOT NULL,"
    "  expires_at INTEGER NOT NULL, card BLOB NOT NULL, fingerprint TEXT NOT NULL,"
    "  state TEXT NOT NULL CHECK (state IN ('pinned', 'revoked')), pinned_at INTEGER NOT NULL,"
    "  pinned_by TEXT REFERENCES user_account (id), endpoint TEXT NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE conversation ("
    "  handle TEXT PRIMARY KEY, case_id TEXT REFERENCES case_file (id),"
    "  partner_id TEXT NOT NULL REFERENCES partner (id),"
    "  local_organisation TEXT NOT NULL REFERENCES organisation (id),"
    "  remote_organisation TEXT NOT NULL,"
    "  direction TEXT NOT NULL CHECK (direction IN ('out', 'in')), state TEXT NOT NULL,"
    "  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, due_at INTEGER"
    "  ) STRICT, WITHOUT ROWID;"
    "CREATE INDEX conversation_case ON conversation (case_id, created_at) WHERE case_id IS NOT "
    "NULL;"
    "CREATE INDEX conversation_due ON conversation (due_at) WHERE due_at IS NOT NULL;"

    "CREATE TABLE message ("
    "  id TEXT PRIMARY KEY, handle TEXT NOT NULL REFERENCES conversation (handle),"
    "  direction TEXT NOT NULL CHECK (direction IN ('out', 'in')), class TEXT NOT NULL,"
    "  in_reply_to TEXT, state TEXT NOT NULL, sender_organisation TEXT NOT NULL,"
    "  recipient_organisation TEXT NOT NULL, created_at INTEGER NOT NULL, due_at INTEGER,"
    "  author_id TEXT REFERENCES user_account (id), kept BLOB) STRICT, WITHOUT ROWID;"
    "CREATE INDEX message_conversation ON message (handle, created_at);"

    "CREATE TABLE delivery ("
    "  message_id TEXT NOT NULL UNIQUE, partner_id TEXT NOT NULL REFERENCES partner (id),"
    "  state TEXT NOT NULL"
    "    CHECK (state IN ('queued', 'sending', 'relayed', 'failed', 'cancelled')),"
    "  attempts INTEGER NOT NULL, next_at INTEGER NOT NULL, deadline_at INTEGER,"
    "  lease_until INTEGER, lease_by TEXT, last_problem TEXT, mic TEXT NOT NULL) STRICT;"
    "CREATE TABLE delivery_body ("
    "  message_id TEXT NOT NULL UNIQUE REFERENCES delivery (message_id), body BLOB NOT NULL) STRICT;"
    "CREATE INDEX delivery_queued ON delivery (partner_id, next_at, message_id)"
    "  WHERE state = 'queued';"
    "CREATE INDEX delivery_sending ON delivery (partner_id, lease_until) WHERE state = 'sending';"

    "CREATE TABLE received ("
    "  id TEXT NOT NULL UNIQUE, partner_id TEXT NOT NULL REFERENCES partner (id),"
    "  message_id TEXT NOT NULL, mic TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL,"
    "  class TEXT NOT NULL, handle TEXT NOT NULL,"
    "  organisation_id TEXT NOT NULL REFERENCES organisation (id), due_at INTEGER, unopened TEXT,"
    "  mdn BLOB NOT NULL, UNIQUE (partner_id, message_id)) STRICT;"
    "CREATE TABLE received_body ("
    "  id TEXT NOT NULL UNIQUE REFERENCES received (id), body BLOB NOT NULL) STRICT;"
    "CREATE INDEX received_unopened ON received (organisation_id, at, id)"
    "  WHERE unopened IS NOT NULL;"
    "CREATE INDEX received_latest ON received (organisation_id, at, id);"
    "CREATE INDEX received_state ON received (organisation_id, state, at, id);"
    "CREATE INDEX received_conversation ON received (handle, at);"

    "CREATE TABLE evidence ("
    "  id TEXT NOT NULL UNIQUE, message_id TEXT NOT NULL REFERENCES message (id),"
    "  kind TEXT NOT NULL, at INTEGER NOT NULL, signed_by TEXT, body BLOB NOT NULL) STRICT;"
    "CREATE INDEX evidence_message ON evidence (message_id, at);"

    "CREATE TABLE contact ("
    "  id TEXT PRIMARY KEY, country TEXT NOT NULL, body TEXT NOT NULL, city TEXT NOT NULL,"
    "  procedures TEXT NOT NULL, roles TEXT NOT NULL, channels TEXT NOT NULL,"
    "  languages TEXT NOT NULL, source TEXT NOT NULL, verified_at TEXT,"
    "  confidential INTEGER NOT NULL, organisation_id TEXT,"
    "  partner_id TEXT REFERENCES partner (id)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX contact_country ON contact (country, body);"
    "CREATE INDEX contact_partner ON contact (partner_id);";

/* The audit log (src/audit/). Lines and checkpoints can only be added. */
static const char AUDIT[] =
    "CREATE TABLE audit_chain ("
    "  chain TEXT PRIMARY KEY, sealed INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE audit_line ("
    "  chain TEXT NOT NULL, number INTEGER NOT NULL, line TEXT NOT NULL,"
    "  PRIMARY KEY (chain, number)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE audit_event ("
    "  id TEXT PRIMARY KEY, chain TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL,"
    "  case_id TEXT, opening TEXT NOT NULL, UNIQUE (chain, number)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX audit_event_case ON audit_event (case_id, at, id) WHERE case_id IS NOT NULL;"
    "CREATE INDEX audit_event_at ON audit_event (at, id);"

    "CREATE TABLE audit_checkpoint ("
    "  number INTEGER PRIMARY KEY, text TEXT NOT NULL, signature BLOB NOT NULL) STRICT;";

#define KEPT_SQLITE(table)                                                                         \
    "CREATE TRIGGER " table "_kept BEFORE UPDATE ON " table                                        \
    "  BEGIN SELECT RAISE(ABORT, 'append only'); END;"                                             \
    "CREATE TRIGGER " table "_stays BEFORE DELETE ON " table                                       \
    "  BEGIN SELECT RAISE(ABORT, 'append only'); END;"
#define KEPT_POSTGRES(table)                                                                       \
    "CREATE TRIGGER " table "_kept BEFORE UPDATE OR DELETE ON " table                              \
    "  FOR EACH ROW EXECUTE FUNCTION append_only();"                                               \
    "CREATE TRIGGER " table "_stays BEFORE TRUNCATE ON " table                                     \
    "  FOR EACH STATEMENT EXECUTE FUNCTION append_only();"

static const char KEPT_FUNCTION[] =
    "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN RAISE EXCEPTION 'append only' USING ERRCODE = 'OT001'; END $$;" KEPT_POSTGRES(
        "audit_line") KEPT_POSTGRES("audit_checkpoint");

/* What was erased: a restored keys.db loses it again. Written before the keys go. */
static const char ERASURE[] =
    "CREATE TABLE erasure ("
    "  kind TEXT NOT NULL CHECK (kind IN ('case', 'message')), subject_id TEXT NOT NULL,"
    "  at INTEGER NOT NULL, done_at INTEGER, PRIMARY KEY (kind, subject_id)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX erasure_waiting ON erasure (at) WHERE done_at IS NULL;";

static const struct db_migration STEPS[] = {
    {1, "people", PEOPLE, {NULL}},
    {2, "cases", CASES, {NULL}},
    {3, "exchange", EXCHANGE, {NULL}},
    {4,
     "audit",
     AUDIT,
     {[DB_SQLITE] = KEPT_SQLITE("audit_line") KEPT_SQLITE("audit_checkpoint"),
      [DB_POSTGRES] = KEPT_FUNCTION}},
    {5, "erasure", ERASURE, {NULL}},
};

const struct db_migrations db_migrations_records = {STEPS, COUNT_OF(STEPS)};
