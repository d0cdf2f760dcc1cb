/* Node cards: made, read, and replaced only by their owner. */
#include "pair.h"

#include "base/buf.h"
#include "base/json.h"
#include "crypto/sha256.h"
#include "exchange/card.h"

static mem *all;
static struct side *it, *al;

static int setup(void **state)
{
    (void)state;
    all = talloc_new(NULL);
    it = side_make(all, "Italy");
    al = side_make(all, "Albania");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    talloc_free(all);
    return 0;
}

static struct card *made(mem *ctx, const struct card *card, const struct private_key *key)
{
    struct bytes pem = {0};
    struct card *out = NULL;
    OK(card_make(ctx, card, key, &pem));
    OK(card_read(ctx, pem, NOW, &out));
    return out;
}

static void card_comes_back(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct card card = side_card(it, "IT", 7);
    struct card *read = made(ctx, &card, it->node_key);
    assert_true(id_same(read->node, it->node));
    assert_string_equal(read->name, card.name);
    assert_string_equal(read->country, "IT");
    assert_int_equal(read->sequence, 7);
    assert_true(read->issued == card.issued && read->expires == card.expires);
    assert_string_equal(read->languages[1], "en");
    assert_null(read->languages[2]);
    assert_string_equal(card_endpoint_find(read, "as2"), card.endpoints[0].url);
    assert_null(card_endpoint_find(read, "mail"));
    assert_true(certificate_same(read->certificate, it->node_certificate));
    assert_int_equal(read->organisation_count, 1);
    const struct card_organisation *o = card_organisation_find(read, it->organisation);
    assert_non_null(o);
    assert_null(card_organisation_find(read, it->node));
    assert_int_equal(o->name_count, 2);
    assert_string_equal(o->names[0].language, "en");
    assert_string_equal(o->names[1].text, "Strehimi Agimi ë");
    assert_string_equal(o->procedures[1], "first_assistance");
    assert_string_equal(o->roles[0], "child_authority");
    assert_true(certificate_same(o->signing, it->signing));
    for (unsigned c = 0; c < COMPARTMENTS; c++)
        assert_true(certificate_same(o->keys[c], it->keys[c]));
}

/* ---- what is compared by voice covers every key ---- */

static void a_fingerprint_covers_every_key(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct card card = side_card(it, "IT", 1);
    char spoken[SPOKEN_ROOM], other[SPOKEN_ROOM];
    OK(card_fingerprint(&card, spoken));
    /* As docs/protocol.md says. */
    struct buf lines;
    struct bytes text;
    char hex[FINGERPRINT_ROOM];
    uint8_t digest[SHA256_SIZE];
    buf_init(&lines, ctx, 4096);
    const char *id = it->organisation.text;
    certificate_fingerprint(it->node_certificate, hex);
    buf_addf(&lines, "%s node 64 %s\n", it->node.text, hex);
    buf_addf(&lines, "%s language 2 en\n%s name 14 Shelter Aurora\n", id, id);
    buf_addf(&lines, "%s language 2 sq\n%s name 17 Strehimi Agimi ë\n", id, id);
    buf_addf(&lines, "%s procedure 6 return\n%s procedure 16 first_assistance\n%s role 15 child_authority\n", id, id, id);
    certificate_fingerprint(it->signing, hex);
    buf_addf(&lines, "%s signing 64 %s\n", id, hex);
    for (unsigned c = 0; c < COMPARTMENTS; c++) {
        certificate_fingerprint(it->keys[c], hex);
        buf_addf(&lines, "%s %s 64 %s\n", id, compartment_name((enum compartment)c), hex);
    }
    OK(buf_done(&lines, &text));
    sha256(text, digest);
    digest_spoken(digest, other);
    assert_string_equal(spoken, other);
    /* Each key, in turn another one. */
    for (int i = -1; i < COMPARTMENTS; i++) {
        struct card_organisation own = card.organisations[0];
        struct card changed = card;
        changed.organisations = &own;
        const struct certificate **at = i < 0 ? &changed.organisations[0].signing : &changed.organisations[0].keys[i];
        *at = i < 0 ? al->signing : al->keys[i];
        OK(card_fingerprint(&changed, other));
        assert_string_not_equal(spoken, other);
        assert_true(card_says_new(&card, &changed));
    }
    struct card_organisation own = card.organisations[0];
    struct card same = card;
    same.organisations = &own;
    assert_false(card_says_new(&card, &same));
    /* Who it is and what it does. */
    struct card_name another[2] = {{"en", "Shelter Boreas"}, own.names[1]};
    const char *more[] = {"return", "first_assistance", "proceedings", NULL}, *none[] = {NULL};
    own.names = another;
    assert_true(card_says_new(&card, &same));
    own = card.organisations[0];
    own.procedures = more;
    assert_true(card_says_new(&card, &same));
    own = card.organisations[0];
    own.roles = none;
    assert_true(card_says_new(&card, &same));
    own = card.organisations[0];
    assert_false(card_says_new(&card, &same));
    own.id = al->organisation;
    assert_true(card_says_new(&card, &same));
    same.organisation_count = 0; /* one that is gone brings nothing */
    assert_false(card_says_new(&card, &same));
}

static void cards_that_are_not_made(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes pem = {0};
    struct card card = side_card(it, "IT", 1);
    BAD(ERR_BUG, card_make(ctx, &card, al->node_key, &pem));
    card.country = "Italy";
    BAD(ERR_INPUT, card_make(ctx, &card, it->node_key, &pem));
    card = side_card(it, "IT", 0);
    BAD(ERR_INPUT, card_make(ctx, &card, it->node_key, &pem));
    card = side_card(it, "IT", 1);
    card.expires = card.issued;
    BAD(ERR_INPUT, card_make(ctx, &card, it->node_key, &pem));
    static const char *const urls[] = {"http://127.0.0.1/", "https://", "https://a b",
                                       "https://user@host/", "file:///x"};
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        card = side_card(it, "IT", 1);
        card.endpoints[0].url = urls[i];
        BAD(ERR_INPUT, card_make(ctx, &card, it->node_key, &pem));
    }
    card = side_card(it, "IT", 1);
    card.organisations[0].keys[2] = NULL;
    BAD(ERR_INPUT, card_make(ctx, &card, it->node_key, &pem));
    card = side_card(it, "IT", 1);
    card.organisations[0].keys[2] = it->signing; /* can't be sealed to */
    BAD(ERR_CRYPTO, card_make(ctx, &card, it->node_key, &pem));
    card = side_card(it, "IT", 1);
    card.organisations[0].name_count = 0;
    BAD(ERR_INPUT, card_make(ctx, &card, it->node_key, &pem));
    struct card_organisation two[2];
    card = side_card(it, "IT", 1);
    two[0] = two[1] = card.organisations[0];
    card.organisations = two;
    card.organisation_count = 2;
    BAD(ERR_INPUT, card_make(ctx, &card, it->node_key, &pem));
    assert_null(pem.p);
}

static void cards_that_are_not_believed(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes pem = {0}, cms = {0}, json = {0};
    struct card card = side_card(it, "IT", 1), *out = NULL;
    OK(card_make(ctx, &card, it->node_key, &pem));
    BAD(ERR_CRYPTO, card_read(ctx, pem, NOW + YEAR, &out)); /* ended */
    BAD(ERR_CRYPTO, card_read(ctx, pem, NOW - 2 * MSEC_DAY, &out));
    OK(card_read(ctx, pem, NOW + YEAR - 1, &out));
    out = NULL;
    BAD(ERR_CRYPTO, card_read(ctx, bytes_text("hello"), NOW, &out));
    BAD(ERR_CRYPTO, card_read(ctx, bytes_of(pem.p, pem.n / 2), NOW, &out));
    uint8_t *big = talloc_zero_size(ctx, CARD_MOST + 1);
    BAD(ERR_LIMIT, card_read(ctx, bytes_of(big, CARD_MOST + 1), NOW, &out));
    /* The right content under a stranger's signature. */
    OK(cms_unpem(ctx, pem, &cms));
    OK(cms_verify(cms, it->node_certificate, NOW, &json, NULL));
    struct bytes forged = {0};
    const char *text = NULL;
    OK(cms_sign(ctx, json, al->node_key, al->node_certificate, NOW, &forged));
    OK(cms_pem(ctx, forged, &text));
    BAD(ERR_CRYPTO, card_read(ctx, bytes_text(text), NOW, &out));
    /* The right signer, but members that we don't know. */
    static const char *const swaps[][2] = {
        {"{\"certificate\"", "{\"admin\":true,\"certificate\""},
        {"\"profile\":\"opentrm-card/1\"", "\"profile\":\"opentrm-card/2\""},
        {"\"messages\":\"opentrm/1\"", "\"messages\":\"opentrm/9\""},
        {"\"sequence\":1", "\"sequence\":1.5"},
        {"\"sequence\":1", "\"sequence\":\"1\""},
        {"\"sequence\":1", "\"sequence\":-1"},
        {"\"kind\":\"as2\"", "\"kind\":\"as2\",\"proxy\":\"x\""},
        {"\"identity\":", "\"everything\":"},
        {"\"names\":{", "\"names\":{\"x y\":\"z\","},
        {"\"names\":{", "\"names\":{\"de\":7,"},
    };
    for (size_t i = 0; i < COUNT_OF(swaps); i++) {
        const char *whole = NULL;
        OK(bytes_string(ctx, json, &whole));
        const char *hit = strstr(whole, swaps[i][0]);
        assert_non_null(hit);
        const char *bad = talloc_asprintf(ctx, "%.*s%s%s", (int)(hit - whole), whole, swaps[i][1],
                                          hit + strlen(swaps[i][0]));
        OK(cms_sign(ctx, bytes_text(bad), it->node_key, it->node_certificate, NOW, &forged));
        OK(cms_pem(ctx, forged, &text));
        err e = card_read(ctx, bytes_text(text), NOW, &out);
        if (e.kind != ERR_INPUT) fail_msg("%s: %s", swaps[i][1], err_name(e.kind));
    }
    assert_null(out);
}

static void who_replaces_a_card(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    bool same = false;
    struct card card = side_card(it, "IT", 5);
    struct card *pinned = made(ctx, &card, it->node_key);
    struct card *again = made(ctx, &card, it->node_key);
    OK(card_successor(pinned, again, NOW, &same));
    assert_true(same);
    card.name = "Another name";
    struct card *other = made(ctx, &card, it->node_key);
    BAD(ERR_PEER, card_successor(pinned, other, NOW, &same));
    card.sequence = 4;
    struct card *older = made(ctx, &card, it->node_key);
    BAD(ERR_PEER, card_successor(pinned, older, NOW, &same));
    card.sequence = 6;
    struct card *newer = made(ctx, &card, it->node_key);
    OK(card_successor(pinned, newer, NOW, &same));
    assert_false(same);
    /* A stranger with the same node id. */
    struct card stolen = side_card(al, "IT", 9);
    stolen.node = it->node;
    struct card *thief = made(ctx, &stolen, al->node_key);
    BAD(ERR_PEER, card_successor(pinned, thief, NOW, &same));
    struct card foreign = side_card(al, "AL", 9);
    BAD(ERR_PEER, card_successor(pinned, made(ctx, &foreign, al->node_key), NOW, &same));
}

static void a_node_changes_its_key(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    bool same = false;
    struct card card = side_card(it, "IT", 5);
    struct card *pinned = made(ctx, &card, it->node_key);
    struct private_key *key = NULL;
    OK(private_key_generate(ctx, &key));
    struct certificate *fresh = side_certificate(ctx, key, CERTIFICATE_NODE, "Italy", NULL);
    struct card next = side_card(it, "IT", 6);
    next.certificate = fresh;
    BAD(ERR_PEER, card_successor(pinned, made(ctx, &next, key), NOW, &same));
    OK(card_vouch(ctx, fresh, it->node_key, it->node_certificate, NOW, &next.succession));
    OK(card_successor(pinned, made(ctx, &next, key), NOW, &same));
    assert_false(same);
    /* Vouched for by nobody, by a stranger, for another certificate. */
    OK(card_vouch(ctx, fresh, al->node_key, al->node_certificate, NOW, &next.succession));
    BAD(ERR_PEER, card_successor(pinned, made(ctx, &next, key), NOW, &same));
    OK(card_vouch(ctx, al->node_certificate, it->node_key, it->node_certificate, NOW,
                  &next.succession));
    BAD(ERR_PEER, card_successor(pinned, made(ctx, &next, key), NOW, &same));
    next.succession = bytes_text("x");
    BAD(ERR_PEER, card_successor(pinned, made(ctx, &next, key), NOW, &same));
    /* Vouching does not let an old sequence in. */
    OK(card_vouch(ctx, fresh, it->node_key, it->node_certificate, NOW, &next.succession));
    next.sequence = 4;
    BAD(ERR_PEER, card_successor(pinned, made(ctx, &next, key), NOW, &same));
}

static void any_flipped_byte_of_a_card(void **state)
{
    (void)state;
    MEM_SCOPE(ctx, NULL);
    struct bytes pem = {0};
    struct card card = side_card(it, "IT", 1), *whole = NULL;
    OK(card_make(ctx, &card, it->node_key, &pem));
    OK(card_read(ctx, pem, NOW, &whole));
    for (size_t i = 0; i < pem.n; i += 3) {
        MEM_SCOPE(one, ctx);
        struct card *out = NULL;
        err e = card_read(one, flipped(one, pem, i, (unsigned)(i % 7)), NOW, &out);
        if (!err_failed(e) && !text_same(out->digest, whole->digest)) fail_msg("byte %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(card_comes_back),
        cmocka_unit_test(a_fingerprint_covers_every_key),
        cmocka_unit_test(cards_that_are_not_made),
        cmocka_unit_test(cards_that_are_not_believed),
        cmocka_unit_test(who_replaces_a_card),
        cmocka_unit_test(a_node_changes_its_key),
        cmocka_unit_test(any_flipped_byte_of_a_card),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
