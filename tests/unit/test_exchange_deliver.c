/* The queue: what is sent when, what counts as a receipt, and when it ends. */
#include "relay.h"

#include <sched.h>

static void relayed_with_receipt(void **state)
{
    struct world *w = *state;
    struct letter letter = letter_of(w, "referral");
    letter_make(w, &letter, w->it.side);
    queue(w, &letter);
    assert_true(deliver(w));
    assert_false(deliver(w));
    expect(w, &letter, "relayed", "relayed", NULL);
    assert_int_equal(w->posts, 1);

    /* The evidence is the partner's receipt, which verifies again from what is kept. */
    struct view v = view_of(w, &letter);
    assert_int_equal(v.evidence.n, 1);
    assert_string_equal(v.last.kind, "relayed");
    assert_string_equal(v.last.by, letter.to);
    struct as2_post receipt = {0};
    struct mdn mdn = {0};
    OK(queue_post_read(w->ctx, v.last.body, &receipt));
    struct mdn_expected expected = {.from = letter.to,
                                    .to = letter.from,
                                    .original = mime_find(letter.post.headers, "Message-ID"),
                                    .mic = letter.mic};
    OK(mdn_verify(w->ctx, &receipt, w->al.side->node_certificate, &expected, NOW, &mdn));

    db_receiveds rows = arrivals(w);
    assert_int_equal(rows.n, 1);
    assert_string_equal(rows.at[0].state, "new");
    assert_string_equal(rows.at[0].class_, "referral");
    assert_string_equal(rows.at[0].handle, letter.conversation.text);
    assert_true(rows.at[0].due_at == NOW + MSEC_DAY);
}

static void no_receipt_no_relay(void **state)
{
    struct world *w = *state;
    static const struct {
        enum mode mode;
        const char *problem;
    } rows[] = {
        {STATUS_503, "http-503"},
        {GARBAGE, "bad-receipt"},
        {HUGE, "answer-too-large"},
        {WRONG_MIC, "receipt-for-something-else"},
        {WRONG_MESSAGE, "receipt-for-something-else"},
        {WRONG_SIGNER, "bad-receipt"},
        {LOST, "http-502"},
    };
    struct letter letter = letter_of(w, "referral");
    letter_make(w, &letter, w->it.side);
    queue(w, &letter);
    msec before = NOW;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        w->mode = rows[i].mode;
        assert_true(deliver(w));
        expect(w, &letter, "queued", "submitted", rows[i].problem);
        /* The wait doubles, give or take a fifth. */
        struct view v = view_of(w, &letter);
        msec wait = v.delivery.next_at - before, about = DELIVER_FIRST_WAIT << i;
        assert_true(wait >= about * 4 / 5 && wait <= about * 6 / 5);
        assert_false(deliver(w)); /* not before its time */
        before = v.delivery.next_at;
        clock_set(w->clock, before);
        assert_int_equal(v.evidence.n, 0);
    }
    /* The line was cut behind the last one: it was stored. The repeat gets the same receipt. */
    assert_int_equal(arrivals(w).n, 1);
    w->mode = GOOD;
    assert_true(deliver(w));
    expect(w, &letter, "relayed", "relayed", NULL);
    assert_int_equal(arrivals(w).n, 1);
}

static void refusals_end_it_or_not(void **state)
{
    struct world *w = *state;
    w->mode = REFUSED;
    for (enum mdn_outcome o = MDN_AUTHENTICATION_FAILED; o < MDN_OTHER; o++) {
        w->outcome = o;
        struct letter letter = letter_of(w, "question");
        letter_make(w, &letter, w->it.side);
        queue(w, &letter);
        assert_true(deliver(w));
        bool again = mdn_worth_retrying(o);
        expect(w, &letter, again ? "queued" : "failed", again ? "submitted" : "not_relayed",
               mdn_outcome_name(o));
        struct view v = view_of(w, &letter);
        assert_int_equal(v.evidence.n, again ? 0 : 1);
        /* The signed refusal is evidence, too. */
        if (!again) assert_true(text_same(v.last.kind, "not_relayed") && v.last.body.n > 0);
    }
}

static void the_deadline_is_kept(void **state)
{
    struct world *w = *state;
    struct letter letter = letter_of(w, "referral");
    letter.deadline = NOW + MSEC_DAY;
    letter_make(w, &letter, w->it.side);
    queue(w, &letter);
    http_server_stop(w->server, 0);
    unsigned attempts = 0;
    for (msec at = NOW; at < letter.deadline; attempts++) {
        clock_set(w->clock, at);
        assert_true(deliver(w));
        expect(w, &letter, "queued", "submitted", "unreachable");
        at = view_of(w, &letter).delivery.next_at;
        assert_true(at <= letter.deadline);
    }
    assert_true(attempts > 20 && attempts < 50);
    /* At the deadline nothing is sent any more, though the partner is back. */
    clock_set(w->clock, letter.deadline);
    (void)serve(w, w->al.side, 0);
    assert_true(deliver(w));
    expect(w, &letter, "failed", "not_relayed", "unreachable");
    assert_int_equal(w->posts, 0);
    assert_int_equal(view_of(w, &letter).evidence.n, 1);
    assert_false(deliver(w));
}

static void a_withdrawal_never_expires(void **state)
{
    struct world *w = *state;
    struct letter letter = letter_of(w, "withdrawal");
    letter_make(w, &letter, w->it.side);
    queue(w, &letter);
    w->mode = STATUS_503;
    for (int i = 0; i < 30; i++) {
        assert_true(deliver(w));
        msec next = view_of(w, &letter).delivery.next_at;
        assert_true(next - clock_now(w->clock) <= DELIVER_LONGEST_WAIT * 6 / 5);
        clock_set(w->clock, next);
    }
    expect(w, &letter, "queued", "submitted", "http-503");
    w->mode = GOOD;
    assert_true(deliver(w));
    expect(w, &letter, "relayed", "relayed", NULL);
}

static void a_stranger_on_the_partners_address(void **state)
{
    struct world *w = *state;
    struct letter letter = letter_of(w, "referral");
    letter_make(w, &letter, w->it.side);
    queue(w, &letter);
    uint16_t port = http_server_port(w->server);
    http_server_stop(w->server, 0);
    (void)serve(w, w->it.side, port); /* another key on the same address */
    assert_true(deliver(w));
    expect(w, &letter, "queued", "submitted", "wrong-server");
    assert_int_equal(w->posts, 0);
}

static void partners_that_may_not_be_written_to(void **state)
{
    struct world *w = *state;
    struct letter letter = letter_of(w, "referral"), other = letter_of(w, "referral");
    letter_make(w, &letter, w->it.side);
    queue(w, &letter);
    clock_set(w->clock, NOW + YEAR + MSEC_DAY); /* the card has ended, a new one may come */
    assert_true(deliver(w));
    expect(w, &letter, "queued", "submitted", "card-ended");
    clock_set(w->clock, NOW);
    letter_make(w, &other, w->it.side);
    queue(w, &other);
    OK(db_run(w->it.store.db, revoke_partner, w->al.side->node.text));
    assert_true(deliver(w));
    expect(w, &other, "failed", "not_relayed", "partner-revoked");
    assert_int_equal(w->posts, 0);
}

struct dead {
    mem *ctx;
    db_deliveries rows;
};

static err claim_as_dead(struct tx *tx, void *arg)
{
    struct dead *d = arg;
    return db_delivery_claim(tx, d->ctx, "dead", NOW, NOW + DELIVER_LEASE, 1, &d->rows);
}

static void a_dead_workers_delivery(void **state)
{
    struct world *w = *state;
    struct letter letter = letter_of(w, "referral");
    letter_make(w, &letter, w->it.side);
    queue(w, &letter);
    struct dead dead = {.ctx = w->ctx};
    OK(db_run(w->it.store.db, claim_as_dead, &dead));
    assert_int_equal(dead.rows.n, 1);
    assert_false(deliver(w));
    clock_set(w->clock, NOW + DELIVER_LEASE);
    assert_true(deliver(w));
    expect(w, &letter, "relayed", "relayed", NULL);
}

static void workers_carry_it(void **state)
{
    struct world *w = *state;
    struct letter letters[5];
    struct deliver *workers = NULL;
    OK(deliver_start(w->ctx, &w->it.node, &workers));
    for (size_t i = 0; i < COUNT_OF(letters); i++) {
        letters[i] = letter_of(w, "referral");
        letter_make(w, &letters[i], w->it.side);
        queue(w, &letters[i]);
        deliver_wake(workers);
    }
    msec give_up = clock_monotonic() + MSEC_MINUTE;
    while (arrivals(w).n < COUNT_OF(letters) && clock_monotonic() < give_up) (void)sched_yield();
    deliver_stop(workers);
    deliver_stop(workers);
    assert_int_equal(arrivals(w).n, COUNT_OF(letters));
    while (deliver(w)) continue; /* what was given up at the stop is a repeat */
    for (size_t i = 0; i < COUNT_OF(letters); i++)
        expect(w, &letters[i], "relayed", "relayed", NULL);
    assert_int_equal(arrivals(w).n, COUNT_OF(letters));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(relayed_with_receipt),
        TEST(no_receipt_no_relay),
        TEST(refusals_end_it_or_not),
        TEST(the_deadline_is_kept),
        TEST(a_withdrawal_never_expires),
        TEST(a_stranger_on_the_partners_address),
        TEST(partners_that_may_not_be_written_to),
        TEST(a_dead_workers_delivery),
        TEST(workers_carry_it),
    };
    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
