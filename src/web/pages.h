/* pages.h - the handlers of all pages; which address leads to which is in routes.c only. */
#ifndef OPENTRM_WEB_PAGES_H
#define OPENTRM_WEB_PAGES_H

#include "http/router.h"

/* signin_page.c */
http_handler signin_show, signin_post, signout_post, language_set, asset_get, live_get, ready_get;
/* start_page.c: accounts before the first sign-in, and forgotten passwords */
http_handler activate_show, activate_post, recover_show, recover_post;
/* case_list_page.c */
http_handler work_show, cases_show, case_new_show, case_new_post, case_find_post;
/* case_page.c */
http_handler case_show, form_show_answers, form_print;
/* section_page.c */
http_handler section_show, section_post;
/* facts_page.c */
http_handler facts_show, facts_post;
/* consent_page.c */
http_handler consents_show, consent_new_show, consent_new_post, withdraw_show, withdraw_post;
/* counterpart_page.c */
http_handler refer_show;
/* preview_page.c */
http_handler preview_back, preview_post, send_post, sent_show;
/* followup_page.c */
http_handler followup_show, followup_post;
/* timeline_page.c */
http_handler timeline_show, evidence_get, message_show, message_print;
/* words_page.c */
http_handler case_words_show, case_words_post;
/* inbox_page.c */
http_handler inbox_show;
/* received_page.c */
http_handler received_show, received_print, accept_show, accept_post, decline_show, decline_post,
    received_words_show, received_words_post;
/* account_page.c */
http_handler account_show, account_language_post, account_session_post, password_show,
    password_post, recovery_show, recovery_post;
/* team_page.c */
http_handler teams_show, team_new_show, team_new_post, member_new_show, member_new_post,
    confirm_show, confirm_post, member_end_post;
/* user_page.c */
http_handler users_show, user_new_show, user_new_post, user_show, user_invite_post,
    user_appoint_post, user_close_post;
/* organisation_page.c */
http_handler organisations_show, organisation_new_show, organisation_new_post,
    organisation_keys_post;
/* partner_page.c */
http_handler partners_show, partner_new_show, partner_new_post, partner_show_one,
    partner_revoke_post, partner_card_get;

#endif
