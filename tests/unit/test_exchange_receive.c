/* The endpoint: what is stored, what is refused with which receipt, and duplicates. */
#include "relay.h"

#include <pthread.h>

/* What Albania answers: the outcome of the receipt, checked as Italy would. */
static enum mdn_outcome received(struct world *w, const struct letter *letter, struct bytes *body)
{
    int status = 0;
    struct as2_post out = {0};
    OK(receive_post(&w->al.node, w->ctx, &letter->post, &status, &out));
    assert_int_equal(status, 200);
    const char *from = NULL;
    OK(as2_name_read(w->ctx, mime_find(out.headers, "AS2-To"), &from));
    struct mdn_expected expected = {.from = w->al.side->node.text,
                                    .to = from,
                                    .original = mime_find(letter->post.headers, "Message-ID"),
                                    .mic = letter->mic};
    struct mdn mdn = {0};
    OK(mdn_verify(w->ctx, &out, w->al.side->node_certificate, &expected, clock_now(w->clock),
                  &mdn));
    if (body != NULL) *body = out.body;
    return mdn.outcome;
}

static void a_repeat_gets_the_same_receipt(void **state)
{
    struct world *w = *state;
    struct bytes first = {0}, second = {0};
    struct letter letter = letter_of(w, "referral");
    letter_make(w, &letter, w->it.side);
    assert_int_equal(received(w, &letter, &first), MDN_PROCESSED);
    clock_set(w->clock, NOW + MSEC_DAY);
    assert_int_equal(received(w, &letter, &second), MDN_PROCESSED);
    assert_true(bytes_equal(first, second));
    assert_int_equal(arrivals(w).n, 1);
    /* The same id over another content. */
    struct letter other = letter;
    other.sealed = "something else";
    letter_make(w, &other, w->it.side);
    assert_int_equal(received(w, &other, NULL), MDN_DUPLICATE);
    assert_int_equal(arrivals(w).n, 1);
    assert_int_equal(received(w, &letter, &second), MDN_PROCESSED);
    assert_true(bytes_equal(first, second));
}

static void what_is_refused(void **state)
{
    struct world *w = *state;
    enum { SIGNER, JUNK, TYPE, ENVELOPE_ID, SENDER, RECIPIENT, FROM, CASES };
    static const enum mdn_outcome outcomes[CASES] = {
        [SIGNER] = MDN_AUTHENTICATION_FAILED, [JUNK] = MDN_INTEGRITY_FAILED,
        [TYPE] = MDN_UNSUPPORTED_FORMAT,      [ENVELOPE_ID] = MDN_INTEGRITY_FAILED,
        [SENDER] = MDN_AUTHENTICATION_FAILED, [RECIPIENT] = MDN_UNKNOWN_RECIPIENT,
        [FROM] = MDN_AUTHENTICATION_FAILED,
    };
    for (int i = 0; i < CASES; i++) {
        struct letter letter = letter_of(w, "referral");
        if (i == JUNK) letter.junk = true;
        if (i == TYPE) letter.content_type = "application/json";
        if (i == ENVELOPE_ID) letter.envelope_message = id_new(NOW);
        if (i == SENDER) letter.sender = id_random();
        if (i == RECIPIENT) letter.recipient = id_random();
        if (i == FROM) letter.from = "nobody-we-know";
        letter_make(w, &letter, i == SIGNER ? w->al.side : w->it.side);
        enum mdn_outcome got = received(w, &letter, NULL);
        if (got != outcomes[i]) fail_msg("case %d: %s", i, mdn_outcome_name(got));
    }
    assert_int_equal(arrivals(w).n, 0);
    /* A failed attempt does not block the right one. */
    struct letter letter = letter_of(w, "referral");
    letter_make(w, &letter, w->al.side);
    assert_int_equal(received(w, &letter, NULL), MDN_AUTHENTICATION_FAILED);
    letter_make(w, &letter, w->it.side);
    assert_int_equal(received(w, &letter, NULL), MDN_PROCESSED);
    assert_int_equal(arrivals(w).n, 1);
}

static struct letter with_header(struct world *w, const struct letter *in, const char *name,
                                 const char *value)
{
    struct letter out = *in;
    struct mime_field *at = mem_array(w->ctx, struct mime_field, in->post.headers.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < in->post.headers.n; i++)
        if (!text_same_nocase(in->post.headers.at[i].name, name)) at[n++] = in->post.headers.at[i];
    at[n++] = (struct mime_field){name, value};
    out.post.headers = (struct mime_fields){at, n};
    return out;
}

static void headers_that_are_refused(void **state)
{
    struct world *w = *state;
    struct letter letter = letter_of(w, "referral");
    letter_make(w, &letter, w->it.side);
    static const struct {
        const char *name, *value;
        enum mdn_outcome outcome;
    } rows[] = {
        {"Receipt-Delivery-Option", "https://127.0.0.1/", MDN_UNSUPPORTED_FORMAT},
        {"Disposition-Notification-Options", "signed-receipt-micalg=required,sha1",
         MDN_UNSUPPORTED_MIC},
        {"Content-Type", "application/pkcs7-mime; smime-type=enveloped-data",
         MDN_DECRYPTION_FAILED},
        {"Content-Type", "application/json", MDN_INSUFFICIENT},
        {"Content-Type", "multipart/signed", MDN_INTEGRITY_FAILED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct letter changed = with_header(w, &letter, rows[i].name, rows[i].value);
        enum mdn_outcome got = received(w, &changed, NULL);
        if (got != rows[i].outcome) fail_msg("%s: %s", rows[i].value, mdn_outcome_name(got));
    }
    /* No AS2 message, or not to us: no receipt at all. */
    static const char *const none[][2] = {
        {"AS2-To", "somebody-else"}, {"AS2-From", ""}, {"Message-ID", "x"}};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        int status = 0;
        struct as2_post out = {0};
        struct letter changed = with_header(w, &letter, none[i][0], none[i][1]);
        OK(receive_post(&w->al.node, w->ctx, &changed.post, &status, &out));
        assert_int_equal(status, 400);
        assert_int_equal(out.body.n, 0);
    }
    assert_int_equal(arrivals(w).n, 0);
}

static void clocks_and_cards(void **state)
{
    struct world *w = *state;
    struct letter letter = letter_of(w, "referral");
    letter_make(w, &letter, w->it.side);
    /* A clock that is off by a day does not matter (certificates begin a day early). */
    clock_set(w->clock, NOW - MSEC_DAY);
    assert_int_equal(received(w, &letter, NULL), MDN_PROCESSED);
    struct letter late = letter_of(w, "referral");
    letter_make(w, &late, w->it.side);
    clock_set(w->clock, NOW + YEAR);
    assert_int_equal(received(w, &late, NULL), MDN_AUTHENTICATION_FAILED);
    clock_set(w->clock, NOW);
    OK(db_run(w->al.store.db, revoke_partner, w->it.side->node.text));
    assert_int_equal(received(w, &late, NULL), MDN_AUTHENTICATION_FAILED);
    assert_int_equal(arrivals(w).n, 1);
}

static void conversations_are_not_hijacked(void **state)
{
    struct world *w = *state;
    struct letter letter = letter_of(w, "referral"), more = letter_of(w, "question");
    letter_make(w, &letter, w->it.side);
    assert_int_equal(received(w, &letter, NULL), MDN_PROCESSED);
    more.conversation = letter.conversation;
    letter_make(w, &more, w->it.side);
    assert_int_equal(received(w, &more, NULL), MDN_PROCESSED);
    /* Italy writes into a conversation that Albania has with somebody else. */
    struct letter foreign = letter_of(w, "question");
    struct queueing q = {.w = w, .letter = &foreign};
    foreign.to = w->it.side->node.text; /* a row of Albania's own, with another organisation */
    foreign.sender = w->al.side->organisation;
    foreign.recipient = id_random();
    q.body = bytes_text("x");
    OK(db_run(w->al.store.db, write_queue, &q));
    struct letter thief = letter_of(w, "question");
    thief.conversation = foreign.conversation;
    letter_make(w, &thief, w->it.side);
    assert_int_equal(received(w, &thief, NULL), MDN_INTEGRITY_FAILED);
    /* A message id that Albania uses itself. */
    struct letter taken = letter_of(w, "question");
    taken.message = foreign.message;
    letter_make(w, &taken, w->it.side);
    assert_int_equal(received(w, &taken, NULL), MDN_DUPLICATE);
    assert_int_equal(arrivals(w).n, 2);
}

static void a_withdrawal_freezes(void **state)
{
    struct world *w = *state;
    struct letter letter = letter_of(w, "referral"), other = letter_of(w, "referral"),
                  stop = letter_of(w, "withdrawal");
    letter_make(w, &letter, w->it.side);
    letter_make(w, &other, w->it.side);
    stop.conversation = letter.conversation;
    letter_make(w, &stop, w->it.side);
    assert_int_equal(received(w, &letter, NULL), MDN_PROCESSED);
    assert_int_equal(received(w, &other, NULL), MDN_PROCESSED);
    assert_int_equal(received(w, &stop, NULL), MDN_PROCESSED);
    db_receiveds rows = arrivals(w);
    assert_int_equal(rows.n, 3);
    for (size_t i = 0; i < rows.n; i++) {
        bool frozen = text_same(rows.at[i].handle, letter.conversation.text) &&
                      text_same(rows.at[i].class_, "referral");
        assert_string_equal(rows.at[i].state, frozen ? "frozen" : "new");
    }
}

static void a_full_disk_is_our_fault(void **state)
{
    struct world *w = *state;
    struct letter letter = letter_of(w, "referral");
    letter_make(w, &letter, w->it.side);
    queue(w, &letter);
    struct db_settings settings = store_settings(&w->al.store, DB_RECORDS);
    struct db *frozen = NULL;
    settings.read_only = true;
    OK(db_open(w->ctx, &settings, &frozen));
    w->al.node.records = frozen;
    assert_true(deliver(w));
    expect(w, &letter, "queued", "submitted", "unexpected-processing-error");
    w->al.node.records = w->al.store.db;
    assert_int_equal(arrivals(w).n, 0);
    clock_set(w->clock, NOW + MSEC_HOUR);
    assert_true(deliver(w));
    expect(w, &letter, "relayed", "relayed", NULL);
    assert_int_equal(arrivals(w).n, 1);
}

struct racer {
    struct world *w;
    const struct letter *letter;
    mem *ctx;
    struct as2_post out;
    err e;
};

static void *race(void *arg)
{
    struct racer *r = arg;
    int status = 0;
    r->e = receive_post(&r->w->al.node, r->ctx, &r->letter->post, &status, &r->out);
    return NULL;
}

static void the_same_message_at_once(void **state)
{
    struct world *w = *state;
    struct letter letter = letter_of(w, "referral");
    letter_make(w, &letter, w->it.side);
    struct racer racers[4];
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        racers[i] = (struct racer){.w = w, .letter = &letter, .ctx = talloc_new(NULL)};
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < 4; i++) {
        OK(racers[i].e);
        assert_true(bytes_equal(racers[i].out.body, racers[0].out.body));
    }
    for (size_t i = 0; i < 4; i++) talloc_free(racers[i].ctx);
    assert_int_equal(arrivals(w).n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_repeat_gets_the_same_receipt), TEST(what_is_refused),
        TEST(headers_that_are_refused),       TEST(clocks_and_cards),
        TEST(conversations_are_not_hijacked), TEST(a_withdrawal_freezes),
        TEST(a_full_disk_is_our_fault),       TEST(the_same_message_at_once),
    };
    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
