/* people.h - a node in a folder of its own with invented people, for the tests of domain's identity
 * half. */
#ifndef OPENTRM_TESTS_PEOPLE_H
#define OPENTRM_TESTS_PEOPLE_H

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cm.h"
#include "engine_node.h"

#include "base/embed.h"
#include "base/file.h"
#include "domain/node.h"
#include "domain/organisation.h"
#include "domain/session.h"
#include "domain/team.h"
#include "domain/user.h"

/* No built-in files: these tests need no form. */
const struct embed_table embed_all = {NULL, 0, ""};

#define T0 ((msec)1790000000000)
#define PASSWORD "four unrelated words"

struct people {
    mem *ctx;
    char folder[64];
    char path[80];
    struct clock *clock;
    struct node *node;
    struct actor *admin;
    struct id organisation;
    struct id elsewhere; /* another organisation */
    int made;
};

static const char *const PEOPLE_HOSTS[] = {"it.localhost", NULL};

static inline struct node_wish people_wish(void)
{
    return (struct node_wish){.name = "Test node",
                              .country = "IT",
                              .address = "https://it.localhost:8443",
                              .exchange_address = "https://it.localhost:8442/as2",
                              .hosts = PEOPLE_HOSTS,
                              .test_passwords = true,
                              .login = "root",
                              .display_name = "Rita Root",
                              .language = "en",
                              .password = bytes_text(PASSWORD)};
}

static inline void folder_remove(const char *folder)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.') (void)unlinkat(dirfd(dir), entry->d_name, 0);
    (void)closedir(dir);
    assert_int_equal(rmdir(folder), 0);
}

/* people_sign_in: from an address of its own, so that tests do not slow each other. */
static inline err people_try(struct people *p, const char *login, const char *password,
                             struct session_start *start)
{
    char address[32];
    (void)snprintf(address, sizeof address, "192.0.2.%d", p->made++);
    const struct session_wish wish = {
        .login = login, .password = bytes_text(password), .address = address};
    return session_sign_in(p->node, &wish, start);
}

static inline struct actor *people_actor(struct people *p, const char *login, char *cookie)
{
    struct session_start start;
    struct actor *actor = NULL;
    OK(people_try(p, login, PASSWORD, &start));
    OK(session_open(p->node, start.cookie, p->ctx, &actor));
    if (cookie != NULL) memcpy(cookie, start.cookie, SESSION_COOKIE_ROOM);
    return actor;
}

/* people_new: invited and activated. */
static inline struct id people_new(struct people *p, const char *login, struct id organisation,
                                   role_set roles)
{
    struct id id = {""};
    char code[RECOVERY_TEXT_ROOM], recovery[RECOVERY_TEXT_ROOM];
    const struct user_wish wish = {.login = login,
                                   .display_name = login,
                                   .language = "en",
                                   .organisation_id = organisation,
                                   .roles = roles};
    OK(user_invite(p->node, p->admin, &wish, &id, code));
    OK(user_activate(p->node, login, code, "", bytes_text(PASSWORD), recovery, &(msec){0}));
    return id;
}

static inline struct id people_worker(struct people *p, const char *login)
{
    return people_new(p, login, p->organisation, role_bit(ROLE_CASE_WORKER));
}

static inline struct id people_team(struct people *p, const char *name,
                                    compartment_set compartments, bool may_send,
                                    const struct id *members, size_t n)
{
    struct id id = {""};
    const struct team_wish wish = {.organisation_id = p->organisation,
                                   .name = name,
                                   .compartments = compartments,
                                   .may_send = may_send,
                                   .members = members,
                                   .n_members = n};
    OK(team_create(p->node, p->admin, &wish, &id));
    return id;
}

/* What a thief with write access does to a store. */
static inline int people_sql(struct people *p, const char *file, const char *sql)
{
    return engine_node(p->path, file, sql).changed;
}

/* The first column of the first row, as a number. */
static inline int64_t people_count(struct people *p, const char *file, const char *sql)
{
    const struct engine_answer answer = engine_node(p->path, file, sql);
    assert_true(answer.row);
    return answer.number;
}

static inline int people_begin(void **state)
{
    OK(crypto_start());
    struct people *p = mem_new(NULL, struct people);
    char recovery[RECOVERY_TEXT_ROOM];
    p->ctx = p;
    (void)snprintf(p->folder, sizeof p->folder, "/tmp/opentrm-test-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    (void)snprintf(p->path, sizeof p->path, "%s/node", p->folder);
    OK(clock_fixed(p, T0, &p->clock));
    struct node_wish wish = people_wish();
    wish.stores = engine_stores(p);
    OK(node_init(p->path, p->clock, &wish, recovery));
    OK(node_open(p, p->path, p->clock, &p->node));
    p->admin = people_actor(p, "root", NULL);
    const struct organisation_wish first = {
        .name = "Agency", .procedures = "return", .languages = "it en"};
    const struct organisation_wish second = {
        .name = "Other agency", .procedures = "", .languages = ""};
    OK(organisation_create(p->node, p->admin, &first, &p->organisation));
    OK(organisation_create(p->node, p->admin, &second, &p->elsewhere));
    *state = p;
    return 0;
}

static inline int people_end(void **state)
{
    struct people *p = *state;
    char folder[64], path[80];
    memcpy(folder, p->folder, sizeof folder);
    memcpy(path, p->path, sizeof path);
    talloc_free(p);
    folder_remove(path);
    assert_int_equal(rmdir(folder), 0);
    return 0;
}

#endif
