/* authz.c - the table. */
#include "authz/authz.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

static const char *const ROLE_NAMES[ROLES] = {
    [ROLE_CASE_WORKER] = "case_worker",
    [ROLE_INTAKE_OFFICER] = "intake_officer",
    [ROLE_ADMINISTRATOR] = "administrator",
    [ROLE_SYSTEM] = "system",
};

#define WORKER ((role_set)1 << ROLE_CASE_WORKER)
#define INTAKE ((role_set)1 << ROLE_INTAKE_OFFICER)
#define ADMIN ((role_set)1 << ROLE_ADMINISTRATOR)
#define SYSTEM ((role_set)1 << ROLE_SYSTEM)
#define EVERYBODY (WORKER | INTAKE | ADMIN)

struct capability_row {
    const char *name;
    role_set roles;
    bool everyone; /* also who has not signed in */
};

static const struct capability_row TABLE[CAPABILITIES] = {
    [CAPABILITY_UNSET] = {"unset", 0, false},
    [CAPABILITY_PUBLIC] = {"public", EVERYBODY | SYSTEM, true},
    [CAPABILITY_ACCOUNT_OWN] = {"account_own", EVERYBODY, false},
    [CAPABILITY_CASE_OPEN] = {"case_open", WORKER | INTAKE, false},
    [CAPABILITY_CASE_READ] = {"case_read", WORKER | INTAKE, false},
    [CAPABILITY_CASE_WRITE] = {"case_write", WORKER, false},
    [CAPABILITY_CASE_GRANT] = {"case_grant", WORKER | INTAKE, false},
    [CAPABILITY_CONSENT_RECORD] = {"consent_record", WORKER, false},
    [CAPABILITY_REFERRAL_SEND] = {"referral_send", WORKER, false},
    [CAPABILITY_INBOX_READ] = {"inbox_read", WORKER | INTAKE, false},
    [CAPABILITY_REFERRAL_DECIDE] = {"referral_decide", INTAKE, false},
    [CAPABILITY_FOLLOWUP_SEND] = {"followup_send", WORKER, false},
    [CAPABILITY_EVIDENCE_READ] = {"evidence_read", WORKER | INTAKE, false},
    [CAPABILITY_DIRECTORY_READ] = {"directory_read", EVERYBODY, false},
    [CAPABILITY_TEAM_CONFIRM] = {"team_confirm", WORKER | INTAKE, false},
    [CAPABILITY_USER_MANAGE] = {"user_manage", ADMIN, false},
    [CAPABILITY_TEAM_MANAGE] = {"team_manage", ADMIN, false},
    [CAPABILITY_ORGANISATION_MANAGE] = {"organisation_manage", ADMIN, false},
    [CAPABILITY_PARTNER_MANAGE] = {"partner_manage", ADMIN, false},
    [CAPABILITY_AUDIT_READ] = {"audit_read", ADMIN, false},
    [CAPABILITY_EXCHANGE_RUN] = {"exchange_run", SYSTEM, false},
};

bool authz_may(role_set roles, enum capability capability)
{
    if ((unsigned)capability >= CAPABILITIES) return false;
    return TABLE[capability].everyone || (TABLE[capability].roles & roles) != 0;
}

const char *role_name(enum role role)
{
    return (unsigned)role < ROLES ? ROLE_NAMES[role] : "unknown";
}

err role_parse(const char *name, role_set *out)
{
    for (unsigned r = 0; r < ROLES; r++) {
        if (r == ROLE_SYSTEM || !text_same(name, ROLE_NAMES[r])) continue;
        *out = role_bit((enum role)r);
        return ERR_OK;
    }
    FAIL(ERR_INPUT, "there is no such role");
}

err role_set_check(role_set roles)
{
    ENSURE(roles != 0 && (roles & ~EVERYBODY) == 0, ERR_INPUT, "a user has at least one role");
    ENSURE((roles & ADMIN) == 0 || roles == ADMIN, ERR_INPUT,
           "an administrator reads no case, so has no other role: make two accounts");
    return ERR_OK;
}

const char *capability_name(enum capability capability)
{
    return (unsigned)capability < CAPABILITIES ? TABLE[capability].name : "unknown";
}

err authz_report(mem *ctx, const char **out)
{
    struct buf b;
    buf_init(&b, ctx, 64 * 1024);
    buf_addf(&b, "%-20s", "capability");
    for (unsigned r = 0; r < ROLES; r++)
        buf_addf(&b, " %-*s", (int)strlen(ROLE_NAMES[r]), ROLE_NAMES[r]);
    buf_add_char(&b, '\n');
    for (unsigned c = CAPABILITY_PUBLIC; c < CAPABILITIES; c++) {
        buf_addf(&b, "%-20s", TABLE[c].name);
        for (unsigned r = 0; r < ROLES; r++)
            buf_addf(&b, " %-*s", (int)strlen(ROLE_NAMES[r]),
                     authz_may(role_bit((enum role)r), (enum capability)c) ? "yes" : "-");
        buf_add_char(&b, '\n');
    }
    return buf_text(&b, out);
}
