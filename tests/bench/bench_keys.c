/* bench_keys.c - what the keys of a request cost, beside the bare libsodium calls that it cannot do
 * without.
 *
 * Prints microseconds and ratios, asserts nothing about time. `meson test --benchmark keys -v`.
 */
#include "../unit/people.h"

#include <sodium.h>
#include <time.h>

#include "domain/vault.h"

enum { ROUNDS = 5000, RECORDS = 6, RECORD_SIZE = 2000 };

static double now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

struct setting {
    struct people *p;
    struct id case_id;
    char cookie[SESSION_COOKIE_ROOM];
    struct db_record records[RECORDS];
};

static void prepare(struct setting *s)
{
    struct people *p = s->p;
    struct id worker = people_worker(p, "worker");
    struct id team = people_team(p, "Team", COMPARTMENT_ALL, true, &worker, 1);
    struct actor *actor = people_actor(p, "worker", s->cookie);
    struct vault *vault;
    char text[RECORD_SIZE];
    memset(text, 'x', sizeof text);
    s->case_id = id_new(T0);
    OK(vault_create(p->node, actor, VAULT_CASE, s->case_id,
                    &(struct vault_share){team, COMPARTMENT_ALL}, 1, p, &vault));
    for (unsigned i = 0; i < RECORDS; i++) {
        enum compartment c = (enum compartment)(i % COMPARTMENTS);
        struct db_record *row = &s->records[i];
        *row = (struct db_record){.kind = "form",
                                  .name = i < COMPARTMENTS ? "annex-i" : "facts",
                                  .compartment = compartment_name(c),
                                  .revision = 1};
        OK(vault_seal(vault, &(struct vault_label){row->kind, row->name, c, 1},
                      bytes_of(text, sizeof text), p, &row->body, &row->generation));
    }
}

static double bare(void)
{
    unsigned char key[32] = {0}, nonce[24] = {0}, plain[RECORD_SIZE] = {0},
                  sealed[RECORD_SIZE + 16];
    unsigned char wrapped[48], ad[200] = {0};
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, plain, sizeof plain, ad,
                                                     sizeof ad, NULL, nonce, key);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(wrapped, NULL, plain, 32, ad, sizeof ad, NULL,
                                                     nonce, key);
    double start = now_us();
    for (int i = 0; i < ROUNDS; i++) {
        for (int k = 0; k < COMPARTMENTS; k++)
            assert_int_equal(crypto_aead_xchacha20poly1305_ietf_decrypt(
                                 plain, NULL, NULL, wrapped, 48, ad, sizeof ad, nonce, key),
                             0);
        for (int k = 0; k < RECORDS; k++)
            assert_int_equal(crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed,
                                                                        sizeof sealed, ad,
                                                                        sizeof ad, nonce, key),
                             0);
    }
    return (now_us() - start) / ROUNDS;
}

static void costs(void **state)
{
    struct setting s = {.p = *state};
    struct node *node = s.p->node;
    prepare(&s);
    double session = 0, unwrap = 0, open = 0;
    for (int i = 0; i < ROUNDS; i++) {
        MEM_SCOPE(request, NULL);
        struct actor *actor;
        struct vault *vault;
        struct bytes plain;
        double t0 = now_us();
        OK(session_open(node, s.cookie, request, &actor));
        double t1 = now_us();
        OK(vault_open(node, actor, VAULT_CASE, s.case_id, request, &vault));
        double t2 = now_us();
        for (int r = 0; r < RECORDS; r++)
            OK(vault_open_record(vault, &s.records[r], request, &plain));
        double t3 = now_us();
        session += t1 - t0;
        unwrap += t2 - t1;
        open += t3 - t2;
    }
    double floor = bare();
    (void)printf("session_open %.1f us (2 stores read, blob opened)\n"
                 "vault_open   %.1f us (1 query, 5 keys unwrapped)\n"
                 "6 records    %.1f us (2000 bytes each)\n"
                 "bare libsodium for the same keys and records %.1f us\n"
                 "opening records over bare: %.2f; everything over bare: %.1f\n",
                 session / ROUNDS, unwrap / ROUNDS, open / ROUNDS, floor, open / ROUNDS / floor,
                 (session + unwrap + open) / ROUNDS / floor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(costs)};
    return cmocka_run_group_tests(tests, people_begin, people_end);
}
