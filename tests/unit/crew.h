/* crew.h - three teams with their people and cases between them, for the tests of the keys of
 * cases. */
#ifndef OPENTRM_TESTS_CREW_H
#define OPENTRM_TESTS_CREW_H

#include "people.h"

#include "domain/vault.h"

struct crew {
    struct id a, b, medic, team, other, health;
    struct actor *worker, *colleague, *stranger, *doctor;
};

static inline struct crew *crew_new(struct people *p)
{
    static struct crew crew;
    if (id_is_set(crew.a)) return &crew;
    crew.a = people_worker(p, "worker");
    struct id colleague = people_worker(p, "colleague");
    crew.b = people_worker(p, "stranger");
    crew.medic = people_worker(p, "doctor");
    crew.team = people_team(p, "Team", COMPARTMENT_ALL, true, (struct id[]){crew.a, colleague}, 2);
    crew.other = people_team(p, "Other team", COMPARTMENT_ALL, true, &crew.b, 1);
    crew.health =
        people_team(p, "Health team", COMPARTMENT_BIT(COMPARTMENT_HEALTH), false, &crew.medic, 1);
    crew.worker = people_actor(p, "worker", NULL);
    crew.colleague = people_actor(p, "colleague", NULL);
    crew.stranger = people_actor(p, "stranger", NULL);
    crew.doctor = people_actor(p, "doctor", NULL);
    return &crew;
}

static inline struct vault *vault_of(struct people *p, struct actor *actor, struct id case_id)
{
    struct vault *vault = NULL;
    OK(vault_open(p->node, actor, VAULT_CASE, case_id, p, &vault));
    return vault;
}

static inline struct id case_new(struct people *p, struct actor *actor, struct id team,
                                 struct vault **vault)
{
    const struct vault_share share = {team, COMPARTMENT_ALL};
    struct id id = id_new(T0);
    OK(vault_create(p->node, actor, VAULT_CASE, id, &share, 1, p, vault));
    return id;
}

static inline struct db_record record_of(struct people *p, struct vault *vault, const char *kind,
                                         const char *name, enum compartment compartment,
                                         int64_t revision, const char *text)
{
    struct db_record row = {.case_id = vault_subject(vault),
                            .kind = kind,
                            .name = name,
                            .compartment = compartment_name(compartment),
                            .revision = revision};
    OK(vault_seal(vault, &(struct vault_label){kind, name, compartment, revision}, bytes_text(text),
                  p, &row.body, &row.generation));
    return row;
}

static inline void opens(struct people *p, struct vault *vault, const struct db_record *row,
                         const char *text)
{
    struct bytes plain = {0};
    OK(vault_open_record(vault, row, p, &plain));
    assert_string_equal((const char *)plain.p, text);
}

#endif
