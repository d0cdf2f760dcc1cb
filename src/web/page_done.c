/* page_done.c - what was just done, in a sentence. */
#include "web/page_done.h"

#include "base/text.h"

static const struct {
    const char *key, *text;
} DONE[] = {
    {"case-opened", MSG("The case is open. Begin with the person and the countries.")},
    {"saved", MSG("Saved.")},
    {"saved-incomplete",
     MSG("Saved. Some answers are still missing; you can come back at any time.")},
    {"consent", MSG("The person’s answer is recorded.")},
    {"withdrawn",
     MSG("The consent is withdrawn. Nothing more is sent, and what waited to be sent is stopped.")},
    {"withdrawn-told", MSG("The consent is withdrawn. What waited to be sent is stopped, and "
                           "everybody who received something is told.")},
    {"withdrawn-untold", MSG("The consent is withdrawn, but a recipient can’t be reached through "
                             "OpenTRM. Telephone them: what they hold must be frozen.")},
    {"accepted",
     MSG("Accepted. The case is open here, and the sender is told who the case manager is.")},
    {"declined", MSG("Declined. The sender is told the reason.")},
    {"words", MSG("Signed and on its way.")},
    {"confirmed", MSG("The new member has the keys of the team now.")},
    {"member-added", MSG("The membership is signed. A member of the team must confirm it.")},
    {"member-ended", MSG("The membership has ended, and with it the access.")},
    {"team", MSG("The team is made.")},
    {"organisation", MSG("The organisation is made. It needs a team, and then its keys.")},
    {"keys", MSG("The keys are made. Partners need your new card.")},
    {"appointed", MSG("The administrator can sign memberships now.")},
    {"closed", MSG("The account is closed.")},
    {"pinned", MSG("The partner is trusted now.")},
    {"revoked",
     MSG("The partner is no longer trusted. Nothing is sent to it or accepted from it.")},
    {"password", MSG("The password is changed. Everywhere else you are signed out.")},
    {"language", MSG("The language is saved.")},
    {"session", MSG("Signed out there.")},
    {"signed-out", MSG("You are signed out.")},
};

const char *page_done_text(const char *key)
{
    for (size_t i = 0; i < COUNT_OF(DONE); i++)
        if (text_same(DONE[i].key, key)) return DONE[i].text;
    return NULL;
}
