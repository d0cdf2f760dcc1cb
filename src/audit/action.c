/* action.c - names of actions and results. */
#include "audit/action.h"

const char *audit_action_name(enum audit_action action)
{
#define NAME(constant, name) [constant] = name,
    static const char *const NAMES[AUDIT_ACTION_COUNT] = {AUDIT_ACTIONS(NAME)};
#undef NAME
    return (unsigned)action < AUDIT_ACTION_COUNT ? NAMES[action] : "?";
}

const char *audit_result_name(enum audit_result result)
{
    switch (result) {
    case AUDIT_DONE: return "done";
    case AUDIT_DENIED: return "denied";
    case AUDIT_FAILED: return "failed";
    }
    return "?";
}
