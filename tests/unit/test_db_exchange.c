/* What crosses the border: partners, conversations, messages, the queue, what came, evidence,
 * contacts. */
#include "store_rows.h"

#include "db/contact.h"
#include "db/conversation.h"
#include "db/delivery.h"
#include "db/evidence.h"
#include "db/message.h"
#include "db/received.h"

static err partners(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    struct db_partner row = partner_row("al.localhost"), out = {0};
    TRY(db_partner_put(tx, &row));
    WANT(ERR_CONFLICT, db_partner_put(tx, &row)); /* the same card again */
    row.sequence = 3;
    row.endpoint = "https://new.localhost/as2";
    row.pinned_by = id_of(ROW_USER, 1);
    TRY(db_partner_put(tx, &row));
    row.sequence = 2;
    WANT(ERR_CONFLICT, db_partner_put(tx, &row)); /* an older card */
    TRY(db_partner_by_id(tx, ctx, "al.localhost", &out));
    CHECK(out.sequence == 3 && text_same(out.endpoint, row.endpoint) &&
          text_same(out.state, "pinned"));
    CHECK(bytes_equal(out.card, raw_bytes("card")) && id_same(out.pinned_by, id_of(ROW_USER, 1)));
    TRY(db_partner_revoke(tx, "al.localhost"));
    TRY(db_partner_by_id(tx, ctx, "al.localhost", &out));
    CHECK(text_same(out.state, "revoked"));
    WANT(ERR_NOT_FOUND, db_partner_revoke(tx, "xx.localhost"));
    WANT(ERR_NOT_FOUND, db_partner_by_id(tx, ctx, "xx.localhost", &out));
    db_partners list;
    TRY(db_partner_list(tx, ctx, &list));
    CHECK(list.n == 1);
    return ERR_OK;
}

static struct db_conversation conversation_row(const char *handle, const char *partner)
{
    return (struct db_conversation){.handle = handle,
                                    .partner_id = partner,
                                    .local_organisation = id_of(ROW_ORGANISATION, 1),
                                    .remote_organisation = "their-organisation",
                                    .direction = "out",
                                    .state = "open",
                                    .created_at = T0,
                                    .updated_at = T0};
}

static struct db_message message_row(unsigned n, const char *handle)
{
    return (struct db_message){.id = id_of(ROW_MESSAGE, n),
                               .handle = handle,
                               .direction = "out",
                               .class_ = "referral",
                               .state = "submitted",
                               .sender_organisation = "ours",
                               .recipient_organisation = "theirs",
                               .created_at = T0 + n};
}

static err two_partners(struct tx *tx)
{
    struct db_partner al = partner_row("al.localhost"), ro = partner_row("ro.localhost");
    TRY(db_partner_put(tx, &al));
    return db_partner_put(tx, &ro);
}

static err conversations(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    struct db_case of = case_row(1, 1, "IT-26-AAAA");
    struct db_conversation row = conversation_row("h1", "al.localhost"), out = {0};
    TRY(two_partners(tx));
    TRY(db_case_insert(tx, &of, "identity"));
    TRY(db_conversation_insert(tx, &row));
    WANT(ERR_CONFLICT, db_conversation_insert(tx, &row));
    TRY(db_conversation_by_handle(tx, ctx, "h1", &out));
    CHECK(!id_is_set(out.case_id) && out.due_at == 0 && text_same(out.direction, "out"));
    CHECK(text_same(out.remote_organisation, "their-organisation"));
    db_conversations list;
    TRY(db_conversation_due(tx, ctx, INT64_MAX, 10, &list));
    CHECK(list.n == 0);
    out.case_id = of.id;
    out.state = "accepted";
    out.updated_at = T0 + 7;
    out.due_at = T0 + 50;
    TRY(db_conversation_update(tx, &out));
    TRY(db_conversation_of_case(tx, ctx, of.id, &list));
    CHECK(list.n == 1 && text_same(list.at[0].state, "accepted") && list.at[0].due_at == T0 + 50);
    TRY(db_conversation_due(tx, ctx, T0 + 50, 10, &list));
    CHECK(list.n == 0);
    TRY(db_conversation_due(tx, ctx, T0 + 51, 10, &list));
    CHECK(list.n == 1);
    out.handle = "h2";
    WANT(ERR_NOT_FOUND, db_conversation_update(tx, &out));
    WANT(ERR_NOT_FOUND, db_conversation_by_handle(tx, ctx, "h2", &out));
    return ERR_OK;
}

static err messages(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    struct db_case of = case_row(1, 1, "IT-26-AAAA");
    struct db_conversation talk = conversation_row("h1", "al.localhost"),
                           other = conversation_row("h2", "al.localhost");
    struct db_message first = message_row(1, "h1"), second = message_row(2, "h1"), out = {0};
    talk.case_id = of.id;
    TRY(two_partners(tx));
    TRY(db_case_insert(tx, &of, "identity"));
    TRY(db_conversation_insert(tx, &talk));
    TRY(db_conversation_insert(tx, &other));
    second.in_reply_to = first.id;
    second.due_at = T0 + 9;
    second.author_id = id_of(ROW_USER, 1);
    TRY(db_message_insert(tx, &first));
    TRY(db_message_insert(tx, &second));
    WANT(ERR_CONFLICT, db_message_insert(tx, &second));
    TRY(db_message_by_id(tx, ctx, second.id, &out));
    CHECK(id_same(out.in_reply_to, first.id) && out.due_at == T0 + 9);
    CHECK(id_same(out.author_id, id_of(ROW_USER, 1)) && text_same(out.class_, "referral"));
    TRY(db_message_state(tx, first.id, "submitted", "relayed"));
    WANT(ERR_CONFLICT, db_message_state(tx, first.id, "submitted", "relayed"));
    TRY(db_message_state(tx, first.id, NULL, "opened"));
    WANT(ERR_CONFLICT, db_message_state(tx, id_of(9, 9), NULL, "opened"));
    db_messages list;
    TRY(db_message_of_conversation(tx, ctx, "h1", &list));
    CHECK(list.n == 2 && id_same(list.at[0].id, first.id) && text_same(list.at[0].state, "opened"));
    TRY(db_message_of_case(tx, ctx, of.id, &list));
    CHECK(list.n == 2 && id_same(list.at[1].id, second.id));
    TRY(db_message_of_conversation(tx, ctx, "h2", &list));
    CHECK(list.n == 0);

    struct db_evidence proof = {id_of(ROW_OTHER, 1), first.id,        "relayed", T0 + 3,
                                "al.localhost",      raw_bytes("mdn")};
    struct db_evidence own = {id_of(ROW_OTHER, 2), first.id, "submitted", T0 + 1, NULL,
                              raw_bytes("cms")};
    struct db_evidence again = {0};
    TRY(db_evidence_insert(tx, &proof));
    TRY(db_evidence_insert(tx, &own));
    WANT(ERR_CONFLICT, db_evidence_insert(tx, &own));
    TRY(db_evidence_by_id(tx, ctx, proof.id, &again));
    CHECK(bytes_equal(again.body, proof.body) && text_same(again.by, "al.localhost"));
    db_evidences proofs;
    TRY(db_evidence_of_message(tx, ctx, first.id, &proofs));
    CHECK(proofs.n == 2 && id_same(proofs.at[0].id, own.id) && proofs.at[0].by == NULL);
    CHECK(proofs.at[0].body.n == 0);
    TRY(db_evidence_of_case(tx, ctx, of.id, &proofs));
    CHECK(proofs.n == 2 && text_same(proofs.at[1].kind, "relayed"));
    return ERR_OK;
}

/* ---- the queue ---- */

static err queue_put(struct tx *tx, unsigned n, const char *partner, msec next_at)
{
    struct db_delivery row = {.message_id = id_of(ROW_MESSAGE, n),
                              .partner_id = partner,
                              .next_at = next_at,
                              .deadline_at = T0 + MSEC_DAY,
                              .mic = "mic",
                              .body = raw_bytes("the same bytes every time")};
    return db_delivery_insert(tx, &row);
}

static err claim(struct tx *tx, const char *worker, msec now, size_t limit, db_deliveries *out)
{
    return db_delivery_claim(tx, db_scratch(tx), worker, now, now + 100, limit, out);
}

static err deliveries(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    db_deliveries got;
    msec next = 0;
    TRY(two_partners(tx));
    TRY(db_delivery_next(tx, &next));
    CHECK(next == INT64_MAX);
    TRY(queue_put(tx, 1, "al.localhost", T0));
    TRY(queue_put(tx, 2, "al.localhost", T0 + 1));
    TRY(queue_put(tx, 3, "ro.localhost", T0 + 5));
    WANT(ERR_CONFLICT, queue_put(tx, 3, "ro.localhost", T0 + 5));
    TRY(db_delivery_next(tx, &next));
    CHECK(next == T0);
    TRY(claim(tx, "w1", T0 - 1, 10, &got));
    CHECK(got.n == 0); /* not yet */
    TRY(claim(tx, "w1", T0 + 2, 10, &got));
    CHECK(got.n == 1 && id_same(got.at[0].message_id, id_of(ROW_MESSAGE, 1)));
    CHECK(got.at[0].attempts == 1 && text_same(got.at[0].state, "sending"));
    CHECK(text_same(got.at[0].lease_by, "w1") && got.at[0].lease_until == T0 + 102);
    CHECK(bytes_equal(got.at[0].body, raw_bytes("the same bytes every time")));
    TRY(claim(tx, "w2", T0 + 6, 10, &got)); /* al has one in work: only ro's */
    CHECK(got.n == 1 && id_same(got.at[0].message_id, id_of(ROW_MESSAGE, 3)));
    TRY(claim(tx, "w2", T0 + 7, 10, &got));
    CHECK(got.n == 0);
    TRY(db_delivery_next(tx, &next));
    CHECK(next == T0 + 102); /* when the first lease ends */

    WANT(ERR_CONFLICT, db_delivery_done(tx, id_of(ROW_MESSAGE, 1), "w2", "relayed", NULL));
    WANT(ERR_CONFLICT, db_delivery_cancel(tx, id_of(ROW_MESSAGE, 1)));
    TRY(db_delivery_retry(tx, id_of(ROW_MESSAGE, 1), "w1", T0 + 500, "connection_refused"));
    WANT(ERR_CONFLICT, db_delivery_retry(tx, id_of(ROW_MESSAGE, 1), "w1", T0 + 500, NULL));
    TRY(claim(tx, "w1", T0 + 8, 10, &got)); /* the other of al's */
    CHECK(got.n == 1 && id_same(got.at[0].message_id, id_of(ROW_MESSAGE, 2)));
    TRY(db_delivery_done(tx, id_of(ROW_MESSAGE, 2), "w1", "relayed", NULL));
    WANT(ERR_CONFLICT, db_delivery_done(tx, id_of(ROW_MESSAGE, 2), "w1", "relayed", NULL));

    /* w2 died: its lease ends, w1 takes it over, w2 may not say anything about it any more. */
    TRY(claim(tx, "w1", T0 + 105, 10, &got));
    CHECK(got.n == 0);
    TRY(claim(tx, "w1", T0 + 106, 10, &got));
    CHECK(got.n == 1 && id_same(got.at[0].message_id, id_of(ROW_MESSAGE, 3)) &&
          got.at[0].attempts == 2);
    WANT(ERR_CONFLICT, db_delivery_done(tx, id_of(ROW_MESSAGE, 3), "w2", "relayed", NULL));
    TRY(db_delivery_done(tx, id_of(ROW_MESSAGE, 3), "w1", "failed", "deadline"));

    struct db_delivery out = {0};
    TRY(db_delivery_by_message(tx, ctx, id_of(ROW_MESSAGE, 3), &out));
    CHECK(text_same(out.state, "failed") && text_same(out.last_problem, "deadline"));
    CHECK(out.lease_until == 0 && out.lease_by == NULL && out.deadline_at == T0 + MSEC_DAY);
    TRY(db_delivery_now(tx, id_of(ROW_MESSAGE, 3), T0 + 200, T0 + 2 * MSEC_DAY));
    TRY(db_delivery_by_message(tx, ctx, id_of(ROW_MESSAGE, 3), &out));
    CHECK(text_same(out.state, "queued") && out.next_at == T0 + 200);
    CHECK(out.deadline_at == T0 + 2 * MSEC_DAY);
    WANT(ERR_CONFLICT, db_delivery_now(tx, id_of(ROW_MESSAGE, 2), T0, T0));
    db_deliveries waiting;
    TRY(db_delivery_waiting(tx, ctx, 10, &waiting));
    CHECK(waiting.n == 2 && waiting.at[0].body.n == 0);
    CHECK(id_same(waiting.at[0].message_id, id_of(ROW_MESSAGE, 3)));
    TRY(db_delivery_cancel(tx, id_of(ROW_MESSAGE, 3)));
    WANT(ERR_CONFLICT, db_delivery_cancel(tx, id_of(ROW_MESSAGE, 3)));
    WANT(ERR_CONFLICT, db_delivery_now(tx, id_of(ROW_MESSAGE, 3), T0, T0));
    TRY(claim(tx, "w1", T0 + 400, 10, &got));
    CHECK(got.n == 0);
    TRY(claim(tx, "w1", T0 + 500, 10, &got));
    CHECK(got.n == 1 && id_same(got.at[0].message_id, id_of(ROW_MESSAGE, 1)));
    CHECK(text_same(got.at[0].last_problem, "connection_refused") && got.at[0].attempts == 2);
    WANT(ERR_BUG, claim(tx, "w1", T0, 0, &got));
    WANT(ERR_BUG, claim(tx, "w1", T0, 101, &got));
    WANT(ERR_BUG, db_delivery_claim(tx, ctx, "w1", T0, T0, 1, &got));
    return ERR_OK;
}

/* A long queue to one partner does not keep others waiting. */
static err fair(struct tx *tx, void *arg)
{
    (void)arg;
    db_deliveries got;
    TRY(two_partners(tx));
    for (unsigned n = 0; n < 50; n++) TRY(queue_put(tx, n, "al.localhost", T0));
    TRY(queue_put(tx, 50, "ro.localhost", T0 + 1));
    TRY(claim(tx, "w1", T0 + 10, 1, &got));
    CHECK(got.n == 1 && text_same(got.at[0].partner_id, "al.localhost"));
    TRY(claim(tx, "w2", T0 + 10, 1, &got));
    CHECK(got.n == 1 && text_same(got.at[0].partner_id, "ro.localhost"));
    return ERR_OK;
}

/* ---- what came ---- */

static struct db_received received_row(unsigned n, const char *message_id)
{
    return (struct db_received){.id = id_of(ROW_OTHER, n),
                                .partner_id = "al.localhost",
                                .message_id = message_id,
                                .mic = "mic",
                                .at = T0 + n,
                                .state = "new",
                                .class_ = "referral",
                                .handle = n < 5 ? "h1" : "h2",
                                .organisation_id = id_of(ROW_ORGANISATION, 1),
                                .mdn = raw_bytes("mdn"),
                                .body = raw_bytes("body")};
}

static err receiving(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    struct db_received out = {0};
    TRY(two_partners(tx));
    for (unsigned n = 0; n < 9; n++) {
        char id[16];
        (void)snprintf(id, sizeof id, "<m%u@al>", n);
        struct db_received row = received_row(n, id);
        if (n == 0) row.due_at = T0 + 77;
        TRY(db_received_insert(tx, &row));
        row.id = id_of(ROW_OTHER, n + 100);
        WANT(ERR_CONFLICT, db_received_insert(tx, &row)); /* the same message again */
        row.partner_id = "ro.localhost";                  /* somebody else's of that name */
        row.organisation_id = id_of(ROW_ORGANISATION, 2);
        TRY(db_received_insert(tx, &row));
    }
    WANT(ERR_NOT_FOUND, db_received_find(tx, ctx, "al.localhost", "<m9@al>", &out));
    TRY(db_received_find(tx, ctx, "al.localhost", "<m0@al>", &out));
    CHECK(id_same(out.id, id_of(ROW_OTHER, 0)) && bytes_equal(out.mdn, raw_bytes("mdn")));
    CHECK(out.due_at == T0 + 77 && bytes_equal(out.body, raw_bytes("body")));

    db_receiveds list;
    struct id ours = id_of(ROW_ORGANISATION, 1);
    TRY(db_received_of_organisation(tx, ctx, ours, NULL, db_page_first(5), &list));
    CHECK(list.n == 5 && list.more && list.at[0].at == T0 + 8 && list.at[0].body.n == 0);
    struct db_page next = db_page_after(list.at[4].at, list.at[4].id, 5);
    TRY(db_received_of_organisation(tx, ctx, ours, NULL, next, &list));
    CHECK(list.n == 4 && !list.more && list.at[3].at == T0);
    TRY(db_received_state(tx, id_of(ROW_OTHER, 2), "new", "opened"));
    WANT(ERR_CONFLICT, db_received_state(tx, id_of(ROW_OTHER, 2), "new", "opened"));
    TRY(db_received_of_organisation(tx, ctx, ours, "opened", db_page_first(5), &list));
    CHECK(list.n == 1);
    size_t n = 0;
    TRY(db_received_count(tx, ours, "new", 100, &n));
    CHECK(n == 8);
    TRY(db_received_count(tx, ours, "new", 3, &n));
    CHECK(n == 3);
    TRY(db_received_of_conversation(tx, ctx, "h2", &list));
    CHECK(list.n == 8 && list.at[0].at == T0 + 8);

    TRY(db_received_erase(tx, id_of(ROW_OTHER, 1)));
    WANT(ERR_NOT_FOUND, db_received_erase(tx, id_of(9, 9)));
    int64_t frozen = 0;
    TRY(db_received_freeze(tx, "h1", &frozen));
    CHECK(frozen == 9); /* 5 of each partner, less the erased one */
    TRY(db_received_freeze(tx, "h1", &frozen));
    CHECK(frozen == 0);
    TRY(db_received_by_id(tx, ctx, id_of(ROW_OTHER, 1), &out));
    CHECK(text_same(out.state, "erased") && out.body.n == 0 &&
          bytes_equal(out.mdn, raw_bytes("mdn")));
    TRY(db_received_by_id(tx, ctx, id_of(ROW_OTHER, 3), &out));
    CHECK(text_same(out.state, "frozen") && out.body.n > 0);
    return ERR_OK;
}

/* ---- the directory ---- */

static err contact_put(struct tx *tx, unsigned n, const char *country, const char *body,
                       const char *procedures, const char *partner)
{
    struct db_contact row = {.id = id_of(ROW_OTHER, n),
                             .country = country,
                             .body = body,
                             .city = "",
                             .procedures = procedures,
                             .roles = "",
                             .channels = "{}",
                             .languages = "",
                             .source = "test",
                             .confidential = n == 1,
                             .organisation_id = partner == NULL ? NULL : "their-organisation",
                             .partner_id = partner};
    return db_contact_insert(tx, &row);
}

static err contacts(struct tx *tx, void *arg)
{
    (void)arg;
    mem *ctx = db_scratch(tx);
    db_contacts list;
    TRY(two_partners(tx));
    TRY(contact_put(tx, 1, "AL", "Zyra", "return first_assistance", NULL));
    TRY(contact_put(tx, 2, "AL", "Agjencia", "identification", NULL));
    TRY(contact_put(tx, 3, "AL", "Ministria", "return", "al.localhost"));
    TRY(contact_put(tx, 4, "RO", "Agentia", "return", "ro.localhost"));
    TRY(contact_put(tx, 5, "RO", "Biroul", "returning", NULL));
    TRY(db_contact_search(tx, ctx, "AL", NULL, 10, &list));
    CHECK(list.n == 3 && !list.more);
    CHECK(text_same(list.at[0].body, "Ministria")); /* can be reached */
    CHECK(text_same(list.at[1].body, "Agjencia") && text_same(list.at[2].body, "Zyra"));
    CHECK(list.at[2].confidential && list.at[2].verified_at == NULL &&
          list.at[2].partner_id == NULL);
    TRY(db_contact_search(tx, ctx, "AL", "return", 10, &list));
    CHECK(list.n == 2);
    TRY(db_contact_search(tx, ctx, NULL, "return", 10, &list));
    CHECK(list.n == 3); /* not "returning" */
    TRY(db_contact_search(tx, ctx, NULL, "return", 2, &list));
    CHECK(list.n == 2 && list.more);
    TRY(db_contact_search(tx, ctx, NULL, "assistance", 2, &list));
    CHECK(list.n == 0); /* not a part of a word */
    TRY(db_contact_search(tx, ctx, "XX", NULL, 2, &list));
    CHECK(list.n == 0);
    WANT(ERR_INPUT, db_contact_search(tx, ctx, NULL, "", 2, &list));
    db_countries countries;
    TRY(db_contact_countries(tx, ctx, &countries));
    CHECK(countries.n == 2 && text_same(countries.at[0].code, "AL"));
    struct db_contact out = {0};
    TRY(db_contact_by_id(tx, ctx, id_of(ROW_OTHER, 4), &out));
    CHECK(text_same(out.partner_id, "ro.localhost"));
    TRY(db_contact_clear(tx, "ro.localhost"));
    TRY(db_contact_search(tx, ctx, NULL, NULL, 10, &list));
    CHECK(list.n == 4);
    TRY(db_contact_clear(tx, NULL));
    TRY(db_contact_search(tx, ctx, NULL, NULL, 10, &list));
    CHECK(list.n == 1 && text_same(list.at[0].body, "Ministria"));
    return ERR_OK;
}

#define IN_A_TRANSACTION(name)                                                                     \
    static void name##_kept(void **state)                                                          \
    {                                                                                              \
        struct store *s = *state;                                                                  \
        OK(db_run(s->db, name, NULL));                                                             \
    }
IN_A_TRANSACTION(partners)
IN_A_TRANSACTION(conversations)
IN_A_TRANSACTION(messages)
IN_A_TRANSACTION(deliveries)
IN_A_TRANSACTION(fair)
IN_A_TRANSACTION(receiving)
IN_A_TRANSACTION(contacts)

#define T(name) cmocka_unit_test_setup_teardown(name, rows_setup, rows_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(partners_kept), T(conversations_kept), T(messages_kept), T(deliveries_kept),
        T(fair_kept),     T(receiving_kept),     T(contacts_kept),
    };
    return cmocka_run_group_tests_name("db_exchange", tests, NULL, NULL);
}
