/* action.h - the names of what is audited: one table. A name, once used, keeps its meaning for
 * good. */
#ifndef OPENTRM_AUDIT_ACTION_H
#define OPENTRM_AUDIT_ACTION_H

#include "base/err.h"

/* X(constant, name) */
#define AUDIT_ACTIONS(X)                                                                           \
    X(AUDIT_NODE_INIT, "node.init")                                                                \
    X(AUDIT_NODE_START, "node.start")                                                              \
    X(AUDIT_NODE_STOP, "node.stop")                                                                \
    X(AUDIT_NODE_BACKUP, "node.backup")                                                            \
    X(AUDIT_NODE_RESTORE, "node.restore")                                                          \
    X(AUDIT_NODE_MOVE, "node.move")                                                                \
    X(AUDIT_SETTING_CHANGE, "setting.change")                                                      \
    X(AUDIT_SIGN_IN, "session.sign_in")                                                            \
    X(AUDIT_SIGN_OUT, "session.sign_out")                                                          \
    X(AUDIT_PASSWORD_CHANGE, "user.password_change")                                               \
    X(AUDIT_RECOVERY_USE, "user.recovery_use")                                                     \
    X(AUDIT_USER_CREATE, "user.create")                                                            \
    X(AUDIT_USER_CHANGE, "user.change")                                                            \
    X(AUDIT_USER_CLOSE, "user.close")                                                              \
    X(AUDIT_ROLE_GIVE, "role.give")                                                                \
    X(AUDIT_ROLE_TAKE, "role.take")                                                                \
    X(AUDIT_ORGANISATION_CREATE, "organisation.create")                                            \
    X(AUDIT_ORGANISATION_CHANGE, "organisation.change")                                            \
    X(AUDIT_ORGANISATION_KEY, "organisation.key")                                                  \
    X(AUDIT_ORGANISATION_KEY_EXPORT, "organisation.key_export")                                    \
    X(AUDIT_TEAM_CREATE, "team.create")                                                            \
    X(AUDIT_TEAM_ROTATE, "team.rotate")                                                            \
    X(AUDIT_MEMBER_PROPOSE, "member.propose")                                                      \
    X(AUDIT_MEMBER_CONFIRM, "member.confirm")                                                      \
    X(AUDIT_MEMBER_END, "member.end")                                                              \
    X(AUDIT_CASE_OPEN, "case.open")                                                                \
    X(AUDIT_CASE_READ, "case.read")                                                                \
    X(AUDIT_CASE_WRITE, "case.write")                                                              \
    X(AUDIT_CASE_STATE, "case.state")                                                              \
    X(AUDIT_CASE_SHARE, "case.share")                                                              \
    X(AUDIT_CASE_UNSHARE, "case.unshare")                                                          \
    X(AUDIT_CASE_ERASE, "case.erase")                                                              \
    X(AUDIT_CONSENT_RECORD, "consent.record")                                                      \
    X(AUDIT_CONSENT_WITHDRAW, "consent.withdraw")                                                  \
    X(AUDIT_REFERRAL_PREVIEW, "referral.preview")                                                  \
    X(AUDIT_MESSAGE_SUBMIT, "message.submit")                                                      \
    X(AUDIT_MESSAGE_CANCEL, "message.cancel")                                                      \
    X(AUDIT_MESSAGE_RELAY, "message.relay")                                                        \
    X(AUDIT_MESSAGE_NOT_RELAYED, "message.not_relayed")                                            \
    X(AUDIT_MESSAGE_RECEIVE, "message.receive")                                                    \
    X(AUDIT_MESSAGE_REPEAT, "message.repeat")                                                      \
    X(AUDIT_MESSAGE_REFUSE, "message.refuse")                                                      \
    X(AUDIT_MESSAGE_OPEN, "message.open")                                                          \
    X(AUDIT_MESSAGE_UNREADABLE, "message.unreadable")                                              \
    X(AUDIT_MESSAGE_FILE, "message.file")                                                          \
    X(AUDIT_MESSAGE_ACCEPT, "message.accept")                                                      \
    X(AUDIT_MESSAGE_DECLINE, "message.decline")                                                    \
    X(AUDIT_MESSAGE_SETTLE, "message.settle")                                                      \
    X(AUDIT_MESSAGE_FREEZE, "message.freeze")                                                      \
    X(AUDIT_EVIDENCE_EXPORT, "evidence.export")                                                    \
    X(AUDIT_PARTNER_PIN, "partner.pin")                                                            \
    X(AUDIT_PARTNER_CARD, "partner.card")                                                          \
    X(AUDIT_PARTNER_REVOKE, "partner.revoke")                                                      \
    X(AUDIT_DIRECTORY_IMPORT, "directory.import")                                                  \
    X(AUDIT_ERASE_EVENTS, "audit.erase")

#define AUDIT_ACTION_CONSTANT(constant, name) constant,
enum audit_action { AUDIT_ACTIONS(AUDIT_ACTION_CONSTANT) AUDIT_ACTION_COUNT };
#undef AUDIT_ACTION_CONSTANT

enum audit_result {
    AUDIT_DONE,
    AUDIT_DENIED, /* the actor may not */
    AUDIT_FAILED  /* it was tried and did not work: wrong password, signature, ... */
};

const char *audit_action_name(enum audit_action action);
const char *audit_result_name(enum audit_result result); /* done | denied | failed */

#endif
