/* test_exchange_partner.c - node cards exchanged and pinned: ours, theirs, wrong ones, older ones, again. */
#include "border.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "db/partner.h"
#include "exchange/partner_card.h"

/* A pair that does not know each other yet, from the template's files. */
static int begin(void **state)
{
    (void)border_begin(state);
    struct border *b = *state;
    office_sql(&b->it, "opentrm.db", "DELETE FROM contact; DELETE FROM partner;");
    return 0;
}

struct card_file {
    struct bytes pem;
    char spoken[SPOKEN_ROOM];
};

static struct card_file card_of(struct office *o)
{
    struct card_file file;
    OK(partner_own_card(o->node, o->ctx, &file.pem, file.spoken));
    return file;
}

static err add(struct office *o, struct bytes pem, const char *fingerprint)
{
    struct partner_added added;
    return partner_add(o->node, NULL, pem, fingerprint, o->ctx, &added);
}

static int64_t sequence_of(struct office *o, struct bytes pem)
{
    struct card *card = NULL;
    OK(card_read(o->ctx, pem, node_now(o->node), &card));
    return card->sequence;
}

static void our_card_is_the_same_until_something_changes(void **state)
{
    struct border *b = *state;
    struct card_file first = card_of(&b->al), again = card_of(&b->al);
    assert_true(bytes_equal(first.pem, again.pem));
    assert_int_equal(sequence_of(&b->al, first.pem), 1);
    clock_set(b->clock, T0 + 100 * MSEC_DAY);
    again = card_of(&b->al);
    assert_true(bytes_equal(first.pem, again.pem));
    clock_set(b->clock, T0 + 200 * MSEC_DAY); /* more than half of its time is over */
    again = card_of(&b->al);
    assert_int_equal(sequence_of(&b->al, again.pem), 2);
    assert_string_equal(first.spoken, again.spoken); /* of the keys, which are the same */
    OK(organisation_keys_make(b->al.node, b->al.admin, b->al.other_agency));
    struct card_file more = card_of(&b->al);
    assert_int_equal(sequence_of(&b->al, more.pem), 3);
    struct card *card = NULL;
    OK(card_read(b->al.ctx, more.pem, node_now(b->al.node), &card));
    assert_int_equal(card->organisation_count, 2);
    assert_string_equal(card->country, "AL");
    assert_string_equal(card_endpoint_find(card, "as2"), "https://al.localhost:8442/as2");
    assert_string_equal(card->organisations[0].names[0].language, "sq");
}

static void a_node_without_keys_has_no_card(void **state)
{
    struct border *b = *state;
    struct bytes pem;
    char spoken[SPOKEN_ROOM];
    office_sql(&b->al, "opentrm.db", "UPDATE organisation SET active = 0");
    BAD(ERR_STATE, partner_own_card(b->al.node, b->al.ctx, &pem, spoken));
}

static void a_new_partner_is_pinned_by_voice(void **state)
{
    struct border *b = *state;
    struct card_file card = card_of(&b->al), ours = card_of(&b->it);
    BAD(ERR_INPUT, add(&b->it, card.pem, NULL));
    BAD(ERR_INPUT, add(&b->it, card.pem, ""));
    BAD(ERR_PEER, add(&b->it, card.pem, ours.spoken));
    char wrong[SPOKEN_ROOM];
    memcpy(wrong, card.spoken, sizeof wrong);
    wrong[strlen(wrong) - 1] = wrong[strlen(wrong) - 1] == 'A' ? 'B' : 'A';
    BAD(ERR_PEER, add(&b->it, card.pem, wrong));
    wrong[strlen(wrong) - 1] = '\0'; /* one short */
    BAD(ERR_PEER, add(&b->it, card.pem, wrong));
    BAD(ERR_INPUT, add(&b->it, ours.pem, ours.spoken)); /* this node's own */
    assert_int_equal(RECORDS(&b->it, "SELECT count(*) FROM partner"), 0);
    assert_int_equal(RECORDS(&b->it, "SELECT count(*) FROM contact"), 0);

    char heard[2 * SPOKEN_ROOM] = ""; /* as it is read out: small letters, spaces */
    for (size_t i = 0, n = 0; card.spoken[i] != '\0'; i++) {
        char c = card.spoken[i];
        heard[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c == '-' ? ' ' : c;
    }
    OK(add(&b->it, card.pem, heard));
    struct partner_list list;
    OK(partner_all(b->it.node, b->it.ctx, &list));
    assert_int_equal(list.n, 1);
    assert_string_equal(list.at[0].country, "AL");
    assert_string_equal(list.at[0].state, "pinned");
    assert_string_equal(list.at[0].fingerprint, card.spoken);
    struct contact contact = contact_of(&b->it, "AL");
    assert_string_equal(contact.body, "Qendra Hap pas Hapi");
    assert_string_equal(contact.organisation_id, b->al.agency.text);
    assert_string_equal(contact.procedures, "return first_assistance");
    assert_int_equal(audited(&b->it, "partner.pin"), 2); /* one of the template */
    const char *text = NULL;
    OK(partner_show(b->it.node, list.at[0].id, b->it.ctx, &text));
    assert_non_null(strstr(text, card.spoken));
    assert_non_null(strstr(text, "Qendra Hap pas Hapi"));
    BAD(ERR_NOT_FOUND, partner_show(b->it.node, "nobody", b->it.ctx, &text));
}

static void a_card_that_was_changed_is_refused(void **state)
{
    struct border *b = *state;
    struct card_file card = card_of(&b->al);
    for (size_t at = 40; at + 60 < card.pem.n; at += card.pem.n / 7) {
        uint8_t *p = talloc_memdup(b->it.ctx, card.pem.p, card.pem.n + 1);
        p[at] = p[at] == 'x' ? 'y' : 'x';
        err e = add(&b->it, bytes_of(p, card.pem.n), card.spoken);
        if (e.kind != ERR_CRYPTO && e.kind != ERR_INPUT) fail_msg("at %zu: %s", at, err_name(e.kind));
    }
    BAD(ERR_CRYPTO, add(&b->it, bytes_text("nothing"), card.spoken));
    BAD(ERR_CRYPTO, add(&b->it, bytes_of(card.pem.p, card.pem.n / 2), card.spoken));
    clock_set(b->clock, T0 + 366 * MSEC_DAY);
    err e = add(&b->it, card.pem, card.spoken); /* it has ended */
    assert_true(e.kind == ERR_INPUT || e.kind == ERR_CRYPTO || e.kind == ERR_PEER);
    assert_int_equal(RECORDS(&b->it, "SELECT count(*) FROM partner"), 0);
}

static void a_newer_card_needs_no_voice_and_an_older_one_is_refused(void **state)
{
    struct border *b = *state;
    struct card_file old = card_of(&b->al);
    OK(add(&b->it, old.pem, old.spoken));
    OK(add(&b->it, old.pem, NULL)); /* the same again changes nothing */
    int64_t lines = audited(&b->it, "partner.card");
    clock_set(b->clock, T0 + 200 * MSEC_DAY);
    struct card_file new = card_of(&b->al);
    OK(add(&b->it, new.pem, NULL));
    assert_int_equal(audited(&b->it, "partner.card"), lines + 1);
    assert_int_equal(RECORDS(&b->it, "SELECT sequence FROM partner"), 2);
    assert_int_equal(RECORDS(&b->it, "SELECT count(*) FROM contact"), 1);
    BAD(ERR_PEER, add(&b->it, old.pem, NULL));
    BAD(ERR_PEER, add(&b->it, old.pem, old.spoken));
    assert_int_equal(RECORDS(&b->it, "SELECT sequence FROM partner"), 2);
}

/* Who holds a node's key can sign any card; a key of an agency that partners did not hear of needs their ears. */
static void new_keys_of_agencies_need_a_voice(void **state)
{
    struct border *b = *state;
    struct card_file old = card_of(&b->al);
    OK(add(&b->it, old.pem, old.spoken));
    OK(organisation_keys_make(b->al.node, b->al.admin, b->al.other_agency));
    struct card_file more = card_of(&b->al);
    assert_string_not_equal(more.spoken, old.spoken);
    BAD(ERR_INPUT, add(&b->it, more.pem, NULL));
    BAD(ERR_PEER, add(&b->it, more.pem, old.spoken));
    assert_int_equal(RECORDS(&b->it, "SELECT sequence FROM partner"), 1);
    OK(add(&b->it, more.pem, more.spoken));
    assert_int_equal(RECORDS(&b->it, "SELECT sequence FROM partner"), 2);
}

static void only_an_administrator_pins_and_revokes(void **state)
{
    struct border *b = *state;
    struct card_file card = card_of(&b->al);
    struct partner_added added;
    BAD(ERR_DENIED, partner_add(b->it.node, b->it.worker, card.pem, card.spoken, b->it.ctx, &added));
    OK(partner_add(b->it.node, b->it.admin, card.pem, card.spoken, b->it.ctx, &added));
    BAD(ERR_DENIED, partner_revoke(b->it.node, b->it.worker, added.id));
    BAD(ERR_DENIED, partner_revoke(b->it.node, NULL, added.id));
    BAD(ERR_NOT_FOUND, partner_revoke(b->it.node, b->it.admin, "nobody"));
}

static void a_revoked_partner_is_out_until_it_is_pinned_again(void **state)
{
    struct border *b = *state;
    struct card_file card = card_of(&b->al);
    OK(add(&b->it, card.pem, card.spoken));
    const char *id = b->al.node->settings.id;
    struct card *read = NULL;
    OK(partner_card_now(b->it.node, b->it.ctx, id, &read));
    OK(partner_revoke(b->it.node, b->it.admin, id));
    assert_int_equal(audited(&b->it, "partner.revoke"), 1);
    BAD(ERR_STATE, partner_card_now(b->it.node, b->it.ctx, id, &read));
    OK(partner_card_any(b->it.node, b->it.ctx, id, &read)); /* what came while it was pinned can be read */
    assert_int_equal(RECORDS(&b->it, "SELECT count(*) FROM contact"), 0);
    BAD(ERR_INPUT, add(&b->it, card.pem, NULL)); /* only by voice again */
    OK(add(&b->it, card.pem, card.spoken));
    OK(partner_card_now(b->it.node, b->it.ctx, id, &read));
    assert_int_equal(RECORDS(&b->it, "SELECT count(*) FROM contact"), 1);
    /* and not with a card from before the last one */
    clock_set(b->clock, T0 + 200 * MSEC_DAY);
    struct card_file new = card_of(&b->al);
    OK(add(&b->it, new.pem, NULL));
    OK(partner_revoke(b->it.node, b->it.admin, id));
    BAD(ERR_PEER, add(&b->it, card.pem, card.spoken));
    OK(add(&b->it, new.pem, new.spoken));
}

/* One thread revokes, and waits before its commit; another has looked meanwhile and takes in a newer card. */
struct race {
    struct office *office;
    const char *id;
    struct bytes pem;
    atomic_bool inside, open;
    err revoked, added;
    pthread_t revoking, adding;
};

static err revoke_and_hold(struct tx *tx, void *arg)
{
    struct race *r = arg;
    TRY(db_partner_revoke(tx, r->id));
    atomic_store(&r->inside, true);
    while (!atomic_load(&r->open)) (void)sched_yield();
    return ERR_OK;
}

static void *race_revoke(void *arg)
{
    struct race *r = arg;
    r->revoked = db_run(r->office->node->records, revoke_and_hold, r);
    return NULL;
}

static void *race_add(void *arg)
{
    struct race *r = arg;
    r->added = add(r->office, r->pem, NULL);
    return NULL;
}

static void a_card_does_not_undo_a_revocation(void **state)
{
    struct border *b = *state;
    if (engine_server() != NULL) skip(); /* the order is seen in the writer's queue */
    struct card_file card = card_of(&b->al);
    OK(add(&b->it, card.pem, card.spoken));
    clock_set(b->clock, T0 + 200 * MSEC_DAY);
    struct race r = {.office = &b->it, .id = b->al.node->settings.id, .pem = card_of(&b->al).pem};
    assert_int_equal(pthread_create(&r.revoking, NULL, race_revoke, &r), 0);
    while (!atomic_load(&r.inside)) (void)sched_yield();
    assert_int_equal(pthread_create(&r.adding, NULL, race_add, &r), 0);
    while (db_writes(b->it.node->records).waiting == 0) (void)sched_yield();
    atomic_store(&r.open, true);
    assert_int_equal(pthread_join(r.revoking, NULL), 0);
    assert_int_equal(pthread_join(r.adding, NULL), 0);
    OK(r.revoked);
    BAD(ERR_CONFLICT, r.added);
    assert_int_equal(RECORDS(&b->it, "SELECT count(*) FROM partner WHERE state = 'pinned'"), 0);
}

static void a_card_that_has_ended_is_not_written_to(void **state)
{
    struct border *b = *state;
    struct card_file card = card_of(&b->al);
    OK(add(&b->it, card.pem, card.spoken));
    struct card *read = NULL;
    clock_set(b->clock, T0 + 365 * MSEC_DAY);
    BAD(ERR_STATE, partner_card_now(b->it.node, b->it.ctx, b->al.node->settings.id, &read));
    BAD(ERR_STATE, partner_card_now(b->it.node, b->it.ctx, "nobody", &read));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, border_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(our_card_is_the_same_until_something_changes),
        TEST(a_node_without_keys_has_no_card),
        TEST(a_new_partner_is_pinned_by_voice),
        TEST(a_card_that_was_changed_is_refused),
        TEST(a_newer_card_needs_no_voice_and_an_older_one_is_refused),
        TEST(new_keys_of_agencies_need_a_voice),
        TEST(only_an_administrator_pins_and_revokes),
        TEST(a_revoked_partner_is_out_until_it_is_pinned_again),
        TEST(a_card_does_not_undo_a_revocation),
        TEST(a_card_that_has_ended_is_not_written_to),
    };
    return cmocka_run_group_tests(tests, border_make, border_end);
}
