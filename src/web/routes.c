/* routes.c - every address of the pages, what it needs, and who is let in. */
#include "web/routes.h"

#include "base/text.h"
#include "domain/session.h"
#include "http/csrf.h"
#include "web/page.h"
#include "web/page_done.h"
#include "web/pages.h"
#include "web/session_cookie.h"
#include "web/web_own.h"

#define GET(needs, path_, handler_, summary_, ...)                                                                    \
    HTTP_ROUTE(CAPABILITY_##needs, .method = HTTP_GET, .path = (path_), .handler = (handler_), .summary = (summary_), \
               __VA_ARGS__)
#define POST(needs, path_, handler_, summary_, ...)                                                                    \
    HTTP_ROUTE(CAPABILITY_##needs, .method = HTTP_POST, .path = (path_), .handler = (handler_), .summary = (summary_), \
               __VA_ARGS__)

/* Parameters that come back in many rows. */
#define WITH(...) .parameters = {__VA_ARGS__}
#define CODE {"code", HTTP_CASE_CODE}
#define FORM {"form", HTTP_IDENTIFIER}
#define SECTION {"section", HTTP_IDENTIFIER}
#define ID {"id", HTTP_ID}

#define SLOW .slow = true /* checks a password: a third of a second and 256 MiB */

#define WORDS_BODY_MAX ((size_t)64 << 10) /* a few fields, from anybody */
#define CARD_BODY_MAX ((size_t)3 << 20) /* a node card and its form */

static const struct http_route ROUTES[] = {
    GET(PUBLIC, "/static/{hash}/{path}", asset_get, "Style sheet, script, icon",
        WITH({"hash", HTTP_HEX}, {"path", HTTP_REST})),
    GET(PUBLIC, "/live", live_get, "Does the process answer? For supervisors", WITH(), .probe = true),
    GET(PUBLIC, "/ready", ready_get, "Can it serve? For load balancers", WITH(), .probe = true),
    GET(PUBLIC, "/language/{language}", language_set, "Language of the pages in this browser",
        WITH({"language", HTTP_LANGUAGE})),
    GET(PUBLIC, "/signin", signin_show, "Sign-in form", WITH()),
    POST(PUBLIC, "/signin", signin_post, "Sign in", WITH(), SLOW, .body_max = WORDS_BODY_MAX),
    GET(PUBLIC, "/activate", activate_show, "First password, with the one-time code", WITH()),
    POST(PUBLIC, "/activate", activate_post, "Activate an account", WITH(), SLOW, .body_max = WORDS_BODY_MAX),
    GET(PUBLIC, "/recover", recover_show, "Forgotten password, with the recovery code", WITH()),
    POST(PUBLIC, "/recover", recover_post, "New password by recovery code", WITH(), SLOW, .body_max = WORDS_BODY_MAX),
    POST(ACCOUNT_OWN, "/signout", signout_post, "Sign out", WITH()),

    GET(ACCOUNT_OWN, "/", work_show, "My work", WITH()),
    GET(CASE_READ, "/cases", cases_show, "Cases of my teams", WITH()),
    POST(CASE_OPEN, "/cases", case_new_post, "Open a case", WITH()),
    GET(CASE_OPEN, "/cases/new", case_new_show, "Form to open a case", WITH()),
    POST(CASE_READ, "/cases/find", case_find_post, "Find a case by its code", WITH()),
    GET(CASE_READ, "/cases/{code}", case_show, "A case: what is to do", WITH(CODE)),
    GET(CASE_READ, "/cases/{code}/facts", facts_show, "Person and countries of a case", WITH(CODE)),
    POST(CASE_WRITE, "/cases/{code}/facts", facts_post, "Save person and countries", WITH(CODE)),
    GET(CASE_READ, "/cases/{code}/forms/{form}", form_show_answers, "Read all answers of a form", WITH(CODE, FORM)),
    GET(CASE_READ, "/cases/{code}/forms/{form}/print", form_print, "A form of a case as PDF", WITH(CODE, FORM)),
    GET(CASE_READ, "/cases/{code}/forms/{form}/{section}", section_show, "A section of a form",
        WITH(CODE, FORM, SECTION)),
    POST(CASE_WRITE, "/cases/{code}/forms/{form}/{section}", section_post, "Save a section",
         WITH(CODE, FORM, SECTION)),
    GET(CASE_READ, "/cases/{code}/consents", consents_show, "The person's consents", WITH(CODE)),
    GET(CONSENT_RECORD, "/cases/{code}/consents/new/{kind}", consent_new_show, "Form to record consent",
        WITH(CODE, {"kind", HTTP_IDENTIFIER})),
    POST(CONSENT_RECORD, "/cases/{code}/consents/new/{kind}", consent_new_post, "Record the person's answer",
         WITH(CODE, {"kind", HTTP_IDENTIFIER})),
    GET(CONSENT_RECORD, "/cases/{code}/consents/{id}/withdraw", withdraw_show, "Form to withdraw consent",
        WITH(CODE, ID)),
    POST(CONSENT_RECORD, "/cases/{code}/consents/{id}/withdraw", withdraw_post, "Withdraw consent", WITH(CODE, ID)),
    GET(REFERRAL_SEND, "/cases/{code}/refer", refer_show, "Choose country, procedure and body", WITH(CODE)),
    GET(REFERRAL_SEND, "/cases/{code}/refer/preview", preview_back, "Back to choosing", WITH(CODE)),
    POST(REFERRAL_SEND, "/cases/{code}/refer/preview", preview_post, "What would go and what stays", WITH(CODE)),
    POST(REFERRAL_SEND, "/cases/{code}/refer/send", send_post, "Sign and send a referral", WITH(CODE)),
    GET(CASE_READ, "/cases/{code}/sent/{id}", sent_show, "Sent: what happens next", WITH(CODE, ID)),
    GET(FOLLOWUP_SEND, "/cases/{code}/followup/{id}", followup_show, "What a follow-up would carry", WITH(CODE, ID)),
    POST(FOLLOWUP_SEND, "/cases/{code}/followup/{id}", followup_post, "Sign and send a follow-up", WITH(CODE, ID)),
    GET(CASE_READ, "/cases/{code}/timeline", timeline_show, "What was sent and received", WITH(CODE)),
    GET(EVIDENCE_READ, "/cases/{code}/evidence/{id}", evidence_get, "Signed evidence of a step", WITH(CODE, ID)),
    GET(CASE_READ, "/cases/{code}/messages/{id}", message_show, "A message of a case", WITH(CODE, ID)),
    GET(CASE_READ, "/cases/{code}/messages/{id}/print", message_print, "A message of a case as PDF", WITH(CODE, ID)),
    GET(CASE_WRITE, "/cases/{code}/words/{class}", case_words_show, "Form for a question or an answer",
        WITH(CODE, {"class", HTTP_IDENTIFIER})),
    POST(CASE_WRITE, "/cases/{code}/words/{class}", case_words_post, "Send a question or an answer",
         WITH(CODE, {"class", HTTP_IDENTIFIER})),

    GET(INBOX_READ, "/inbox", inbox_show, "What waits for a person", WITH()),
    GET(INBOX_READ, "/inbox/{id}", received_show, "A message that came", WITH(ID)),
    GET(INBOX_READ, "/inbox/{id}/print", received_print, "A message that came as PDF", WITH(ID)),
    GET(REFERRAL_DECIDE, "/inbox/{id}/accept", accept_show, "Who will be the case manager?", WITH(ID)),
    POST(REFERRAL_DECIDE, "/inbox/{id}/accept", accept_post, "Accept a referral", WITH(ID)),
    GET(REFERRAL_DECIDE, "/inbox/{id}/decline", decline_show, "Form to decline", WITH(ID)),
    POST(REFERRAL_DECIDE, "/inbox/{id}/decline", decline_post, "Decline a referral", WITH(ID)),
    GET(INBOX_READ, "/inbox/{id}/words/{class}", received_words_show, "Form for a question or an answer",
        WITH(ID, {"class", HTTP_IDENTIFIER})),
    POST(INBOX_READ, "/inbox/{id}/words/{class}", received_words_post, "Send a question or an answer",
         WITH(ID, {"class", HTTP_IDENTIFIER})),

    GET(ACCOUNT_OWN, "/account", account_show, "My account", WITH()),
    POST(ACCOUNT_OWN, "/account/language", account_language_post, "Save the language of the account", WITH()),
    POST(ACCOUNT_OWN, "/account/sessions/end", account_session_post, "Sign out somewhere else", WITH()),
    GET(ACCOUNT_OWN, "/account/password", password_show, "Form to change the password", WITH()),
    POST(ACCOUNT_OWN, "/account/password", password_post, "Change the password", WITH(), SLOW),
    GET(ACCOUNT_OWN, "/account/recovery", recovery_show, "Form for a new recovery code", WITH()),
    POST(ACCOUNT_OWN, "/account/recovery", recovery_post, "Make a new recovery code", WITH(), SLOW),

    GET(ACCOUNT_OWN, "/teams", teams_show, "Teams and their members", WITH()),
    POST(TEAM_MANAGE, "/teams", team_new_post, "Make a team", WITH()),
    GET(TEAM_MANAGE, "/teams/new", team_new_show, "Form to make a team", WITH()),
    GET(TEAM_MANAGE, "/teams/{id}/members/new", member_new_show, "Form to add a member", WITH(ID)),
    POST(TEAM_MANAGE, "/teams/{id}/members/new", member_new_post, "Sign a membership", WITH(ID)),
    GET(TEAM_CONFIRM, "/members/{id}/confirm", confirm_show, "Give a new member the keys?", WITH(ID)),
    POST(TEAM_CONFIRM, "/members/{id}/confirm", confirm_post, "Give a new member the keys", WITH(ID)),
    POST(TEAM_MANAGE, "/members/{id}/end", member_end_post, "End a membership", WITH(ID)),

    GET(USER_MANAGE, "/users", users_show, "People", WITH()),
    POST(USER_MANAGE, "/users", user_new_post, "Invite a person", WITH()),
    GET(USER_MANAGE, "/users/new", user_new_show, "Form to invite a person", WITH()),
    GET(USER_MANAGE, "/users/{id}", user_show, "A person's account", WITH(ID)),
    POST(USER_MANAGE, "/users/{id}/invite", user_invite_post, "A new one-time code", WITH(ID)),
    POST(USER_MANAGE, "/users/{id}/appoint", user_appoint_post, "Appoint an administrator", WITH(ID)),
    POST(USER_MANAGE, "/users/{id}/close", user_close_post, "Close an account", WITH(ID)),

    GET(ORGANISATION_MANAGE, "/organisations", organisations_show, "Organisations of this node", WITH()),
    POST(ORGANISATION_MANAGE, "/organisations", organisation_new_post, "Make an organisation", WITH()),
    GET(ORGANISATION_MANAGE, "/organisations/new", organisation_new_show, "Form to make an organisation", WITH()),
    POST(ORGANISATION_MANAGE, "/organisations/{id}/keys", organisation_keys_post, "Make an organisation's keys",
         WITH(ID)),

    GET(PARTNER_MANAGE, "/partners", partners_show, "Partners", WITH()),
    POST(PARTNER_MANAGE, "/partners", partner_new_post, "Trust a partner", WITH(), .body_max = CARD_BODY_MAX),
    GET(PARTNER_MANAGE, "/partners/new", partner_new_show, "Form to add a partner", WITH()),
    GET(PARTNER_MANAGE, "/partners/card", partner_card_get, "Our own card as a file", WITH()),
    GET(PARTNER_MANAGE, "/partners/{id}", partner_show_one, "A partner", WITH(ID)),
    POST(PARTNER_MANAGE, "/partners/{id}/revoke", partner_revoke_post, "Trust a partner no longer", WITH(ID)),
};

const struct http_route *routes_all(size_t *n)
{
    *n = COUNT_OF(ROUTES);
    return ROUTES;
}

/* Nobody is signed in: to the sign-in form, and from there back to where they wanted to go. */
static err ask_to_sign_in(struct http_request *rq, struct http_response *rs, bool *answered)
{
    *answered = true;
    const char *path = text_same(rq->path, "/") || !page_local(rq->path)
                           ? "/signin"
                           : talloc_asprintf(rq->ctx, "/signin?next=%s", rq->path);
    ENSURE_MEM(path);
    return http_redirect(rs, path);
}

err routes_admit(void *app, struct http_request *rq, struct http_response *rs, bool *answered)
{
    struct web *web = app;
    struct actor *actor = NULL;
    const char *cookie = http_cookie_get(rq, SESSION_COOKIE);
    bool open = rq->route->capability == CAPABILITY_PUBLIC;
    if (cookie != NULL) {
        err e = session_open(web->node, cookie, rq->ctx, &actor);
        if (e.kind != ERR_DENIED) TRY(e);
        if (err_failed(e)) TRY(session_cookie_end(rq, rs));
    }
    rq->session = actor;
    if (actor == NULL && !open) return ask_to_sign_in(rq, rs, answered);
    return actor_need(actor, (enum capability)rq->route->capability);
}

const char *routes_csrf_token(void *app, const struct http_request *rq)
{
    (void)app;
    const struct actor *actor = rq->session;
    return actor != NULL ? actor->csrf : http_csrf_visitor(rq);
}

err routes_error(void *app, struct http_request *rq, int status, const char *what, struct http_response *rs)
{
    return page_error(app, rq, status, what, rs);
}

const char *routes_capability_name(int capability) { return capability_name((enum capability)capability); }
