/* test_domain_case.c - cases: opened, found, listed, filled section by section; who reads what. */
#include "office.h"

#include "db/record.h"
#include "domain/conversation.h"
#include "domain/form_fill.h"

static int begin(void **state)
{
    struct office *o = mem_new(NULL, struct office);
    struct clock *clock = NULL;
    OK(clock_fixed(o, T0, &clock));
    office_open(o, &ITALY, clock);
    *state = o;
    return 0;
}

static int end(void **state)
{
    office_close(*state);
    talloc_free(*state);
    return 0;
}

/* ---- opening, finding, listing ---- */

static void a_case_is_opened_and_found_by_its_code(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "Blue door"), *found = NULL;
    assert_memory_equal(c->code, "IT-26-", 6);
    assert_string_equal(c->state, "open");
    assert_string_equal(c->origin, "own");
    assert_int_equal(c->held, COMPARTMENT_ALL);
    assert_int_equal(case_party(o->node, c), PARTY_EXPLOITATION);

    char small[CASE_CODE_ROOM];
    for (size_t i = 0; i <= strlen(c->code); i++)
        small[i] = c->code[i] >= 'A' && c->code[i] <= 'Z' ? (char)(c->code[i] + 32) : c->code[i];
    OK(case_find(o->node, o->worker, small, o->ctx, &found));
    assert_string_equal(found->code, c->code);
    assert_string_equal(found->facts->label, "Blue door");
    assert_true(id_same(found->id, c->id));

    small[6] = small[6] == 'x' ? 'y' : 'x';
    BAD(ERR_INPUT, case_find(o->node, o->worker, small, o->ctx, &found)); /* misheard */
    BAD(ERR_INPUT, case_find(o->node, o->worker, "what?", o->ctx, &found));
    assert_int_equal(audited(o, "case.open"), 1);
}

static void a_case_of_others_is_not_found_like_one_that_is_none(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "Blue door"), *found = NULL;
    char none[CASE_CODE_ROOM];
    do OK(case_code_new("IT", T0, CASE_CODE_RANDOM_LEAST, none));
    while (strcmp(none, c->code) == 0);
    err theirs = case_find(o->node, o->stranger, c->code, o->ctx, &found);
    err nobodys = case_find(o->node, o->stranger, none, o->ctx, &found);
    assert_int_equal(theirs.kind, ERR_NOT_FOUND);
    assert_int_equal(nobodys.kind, ERR_NOT_FOUND);
    assert_string_equal(theirs.what, nobodys.what);
    BAD(ERR_NOT_FOUND, case_find(o->node, o->jurist, c->code, o->ctx, &found)); /* same agency, another team */
    BAD(ERR_NOT_FOUND, case_find_id(o->node, o->stranger, c->id, o->ctx, &found));
    BAD(ERR_DENIED, case_find(o->node, o->admin, c->code, o->ctx, &found)); /* an administrator reads no case */
    assert_null(found);
}

static void a_case_belongs_to_one_of_the_actors_teams(void **state)
{
    struct office *o = *state;
    struct casefile *c = NULL;
    BAD(ERR_DENIED, case_open(o->node, o->worker, o->legal, "", o->ctx, &c));
    BAD(ERR_DENIED, case_open(o->node, o->admin, o->casework, "", o->ctx, &c));
    assert_int_equal(RECORDS(o, "SELECT count(*) FROM case_file"), 0);
}

static void my_cases_come_by_pages_latest_change_first(void **state)
{
    struct office *o = *state;
    enum { CASES = CASE_PAGE + 7 };
    struct casefile *first = NULL;
    for (int i = 0; i < CASES; i++) {
        char label[16];
        (void)snprintf(label, sizeof label, "Case %02d", i);
        clock_set(o->clock, T0 + i / 3); /* several at the same time */
        struct casefile *c = office_case(o, label);
        if (i == 0) first = c;
    }
    clock_set(o->clock, T0 + MSEC_DAY);
    office_answer(o, first, "s3_2", "{\"medication\": \"none\"}"); /* now the latest */

    struct case_list page = {0};
    OK(case_mine(o->node, o->worker, NULL, o->ctx, &page));
    assert_int_equal(page.n, CASE_PAGE);
    assert_true(page.more);
    assert_string_equal(page.at[0].name, "Case 00");
    assert_string_equal(page.at[0].team_name, "Casework");
    bool seen[CASES] = {false};
    size_t n = 0;
    for (msec before = INT64_MAX;;) {
        for (size_t i = 0; i < page.n; i++) {
            int number = atoi(page.at[i].name + 5);
            assert_false(seen[number]);
            seen[number] = true;
            n++;
            assert_true(page.at[i].updated_at <= before);
            before = page.at[i].updated_at;
        }
        if (!page.more) break;
        OK(case_mine(o->node, o->worker, page.next, o->ctx, &page));
    }
    assert_int_equal(n, CASES);
    BAD(ERR_INPUT, case_mine(o->node, o->worker, "nowhere", o->ctx, &page));
    BAD(ERR_INPUT, case_mine(o->node, o->worker, "12.nowhere", o->ctx, &page));
    OK(case_mine(o->node, o->stranger, NULL, o->ctx, &page));
    assert_int_equal(page.n, 0);
}

/* ---- answers ---- */

static void half_a_section_is_kept_and_the_rest_of_the_form_stays(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    office_answer(o, c, "s1_1", "{\"person_name\": \"Zamira Lisaku\", \"birth_date\": {\"raw\": \"last spring\"}}");
    office_answer(o, c, "s3_2", "{\"medication\": \"Iron\"}");
    struct casefile *found = office_find(o, o->worker, c->code);
    assert_string_equal(answers_text(o, found),
                        "{\"birth_date\":{\"raw\":\"last spring\"},\"medication\":\"Iron\",\"person_name\":\"Zamira Lisaku\"}");
    /* a section that is saved again without an answer loses it; the other section does not */
    office_answer(o, found, "s1_1", "{\"sex\": \"female\"}");
    assert_string_equal(answers_text(o, found), "{\"medication\":\"Iron\",\"sex\":\"female\"}");
    assert_string_equal(answers_text(o, office_find(o, o->worker, c->code)), answers_text(o, found));
}

static void a_stale_page_does_not_overwrite(void **state)
{
    struct office *o = *state;
    struct casefile *mine = office_case(o, ""), *theirs = office_find(o, o->intake, mine->code);
    int64_t seen = case_revision(theirs, FORM_ID);
    office_answer(o, mine, "s1_1", "{\"person_name\": \"Zamira\"}");
    /* both had the page open: the one read before, and the one whose casefile is fresh but whose page is not */
    struct casefile *fresh = office_find(o, o->worker, mine->code);
    const json_t *answers = json_text_of(o->ctx, "{\"person_name\": \"Somebody else\"}");
    BAD(ERR_CONFLICT, case_save_section(o->node, o->worker, fresh, o->form, "s1_1", answers, seen));
    struct casefile *stale = theirs;
    BAD(ERR_CONFLICT, case_save_section(o->node, o->worker, stale, o->form, "s1_1", answers, seen));
    assert_string_equal(answers_text(o, office_find(o, o->worker, mine->code)), "{\"person_name\":\"Zamira\"}");
}

static void what_did_not_change_is_not_written(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    office_answer(o, c, "s1_1", "{\"person_name\": \"Zamira\", \"sex\": \"female\"}");
    int64_t rows = RECORDS(o, "SELECT count(*) FROM record"), lines = audited(o, "case.write");
    office_answer(o, c, "s1_1", "{\"sex\": \"female\", \"person_name\": \"Zamira\"}");
    assert_int_equal(RECORDS(o, "SELECT count(*) FROM record"), rows);
    assert_int_equal(audited(o, "case.write"), lines);
    /* one compartment changes: one revision */
    office_answer(o, c, "s3_1", "{\"need_health\": [\"medical\"], \"need_other\": \"A course\"}");
    assert_int_equal(RECORDS(o, "SELECT count(*) FROM record"), rows + 2);
    office_answer(o, c, "s3_1", "{\"need_health\": [\"medical\"], \"need_other\": \"Another course\"}");
    assert_int_equal(RECORDS(o, "SELECT count(*) FROM record"), rows + 3);
}

static void the_other_countrys_sections_are_not_ours_to_fill(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    BAD(ERR_STATE, office_answer_try(o, o->worker, c, "heading_origin", "{\"origin_fax\": \"1\"}"));
    BAD(ERR_NOT_FOUND, office_answer_try(o, o->worker, c, "nothing", "{}"));
    BAD(ERR_DENIED, office_answer_try(o, o->intake, c, "s1_1", "{\"person_name\": \"Zamira\"}"));
    assert_string_equal(answers_text(o, c), "{}");
}

/* The survey with one line's beginning replaced ("" = the line is gone), as an officer would after a year. */
static const struct form *form_changed(struct office *o, const char *line, const char *with)
{
    struct form_source source;
    OK(form_source_read(o->ctx, SOURCE_ROOT "/data/forms/annex-i", &source));
    size_t at = bytes_find(source.survey, bytes_text(line), 0);
    assert_true(at != SIZE_MAX);
    size_t end = bytes_find(source.survey, bytes_text("\n"), at);
    struct bytes row = bytes_of(source.survey.p + at, end - at);
    char *changed = talloc_asprintf(o->ctx, "%.*s", (int)at, (const char *)source.survey.p);
    if (with != NULL) {
        const char *old = strstr(mem_textn(o->ctx, (const char *)row.p, row.n), "circumstances");
        assert_non_null(old);
        changed = talloc_asprintf_append(changed, "%.*s%s%s\n", (int)(row.n - strlen(old)), (const char *)row.p, with,
                                         old + strlen("circumstances"));
    }
    changed = talloc_asprintf_append(changed, "%s", (const char *)source.survey.p + end + 1);
    source.survey = bytes_text(changed);
    struct form_problems problems;
    form_problems_init(&problems, o->ctx);
    const struct form *form = NULL;
    OK(form_load(o->ctx, source, &problems, &form));
    return form;
}

static void answers_outlive_a_change_of_the_form(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "");
    office_answer(o, c, "s3_2", "{\"medication\": \"Iron\", \"addiction\": \"None\"}");
    office_answer(o, c, "s3_1", "{\"need_other\": \"A course\"}");
    o->form = form_changed(o, "text,medication,", NULL); /* the question is gone */
    c = office_find(o, o->worker, c->code);
    assert_string_equal(answers_text(o, c), "{\"addiction\":\"None\",\"need_other\":\"A course\"}");
    o->form = form_changed(o, "text,need_other,", "health"); /* it belongs to another compartment now */
    assert_string_equal(answers_text(o, c), "{\"addiction\":\"None\",\"medication\":\"Iron\",\"need_other\":\"A course\"}");
    office_answer(o, c, "s3_1", "{\"need_other\": \"Two courses\"}");
    c = office_find(o, o->worker, c->code);
    assert_string_equal(answers_text(o, c), "{\"addiction\":\"None\",\"medication\":\"Iron\",\"need_other\":\"Two courses\"}");
    struct case_records forms;
    OK(case_records(c, "form", &forms));
    for (size_t i = 0; i < forms.n; i++)
        assert_true((json_object_get(forms.at[i].body, "need_other") != NULL) ==
                    (forms.at[i].compartment == COMPARTMENT_HEALTH));
}

/* ---- compartments ---- */

static struct casefile *shared_case(struct office *o)
{
    struct casefile *c = office_case(o, "Shared");
    office_answer(o, c, "s1_1", "{\"person_name\": \"Zamira\"}");
    office_answer(o, c, "s3_2", "{\"medication\": \"Iron\"}");
    const struct vault_share share = {
        o->legal, COMPARTMENT_BIT(COMPARTMENT_IDENTITY) | COMPARTMENT_BIT(COMPARTMENT_JUSTICE)};
    OK(vault_grant(o->node, o->worker, c->vault, share));
    return c;
}

static void a_person_without_a_compartment_sees_that_it_is_withheld(void **state)
{
    struct office *o = *state;
    struct casefile *c = shared_case(o), *seen = office_find(o, o->jurist, c->code);
    assert_string_equal(answers_text(o, seen), "{\"person_name\":\"Zamira\"}");
    assert_int_equal(seen->there & ~seen->held, COMPARTMENT_BIT(COMPARTMENT_HEALTH));
    assert_string_equal(seen->facts->label, "Shared");
}

static void saving_without_a_compartment_leaves_it_as_it_is(void **state)
{
    struct office *o = *state;
    struct casefile *c = shared_case(o), *theirs = office_find(o, o->jurist, c->code);
    OK(office_answer_try(o, o->jurist, theirs, "s3_2", "{\"medication\": \"Gold\"}"));
    OK(office_answer_try(o, o->jurist, theirs, "s1_1", "{\"person_name\": \"Zamira L.\"}"));
    assert_string_equal(answers_text(o, office_find(o, o->worker, c->code)),
                        "{\"medication\":\"Iron\",\"person_name\":\"Zamira L.\"}");
}

static void a_moved_record_does_not_open(void **state)
{
    struct office *o = *state;
    struct casefile *a = office_case(o, "A"), *b = office_case(o, "B"), *found = NULL;
    office_answer(o, a, "s1_1", "{\"person_name\": \"Zamira\"}");
    office_answer(o, b, "s1_1", "{\"person_name\": \"Besa\"}");
    char sql[400];
    (void)snprintf(sql, sizeof sql,
                   "UPDATE record SET body = (SELECT body FROM record WHERE case_id = '%s' AND kind = 'form')"
                   " WHERE case_id = '%s' AND kind = 'form'",
                   a->id.text, b->id.text);
    office_sql(o, "opentrm.db", sql);
    json_t *answers;
    OK(case_find(o->node, o->worker, b->code, o->ctx, &found));
    BAD(ERR_CRYPTO, case_answers(found, o->form, &answers));
}

static void a_case_that_was_changed_does_not_hide_the_others(void **state)
{
    struct office *o = *state;
    struct casefile *a = office_case(o, "A"), *b = office_case(o, "B"), *c = office_case(o, "C"), *found = NULL;
    char sql[200];
    const char *first = engine_bytes(o->ctx, bytes_of("\1", 1));
    (void)snprintf(sql, sizeof sql, "UPDATE case_wrap SET blob = %s WHERE case_id = '%s'",
                   engine_joined(o->ctx, talloc_asprintf(o->ctx, "%s || randomblob(72)", first)), a->id.text);
    office_sql(o, "keys.db", sql);
    (void)snprintf(sql, sizeof sql, "UPDATE record SET body = randomblob(200) WHERE case_id = '%s'", b->id.text);
    office_sql(o, "opentrm.db", sql);
    struct case_list mine;
    OK(case_mine(o->node, o->worker, NULL, o->ctx, &mine));
    assert_int_equal(mine.n, 3);
    for (size_t i = 0; i < mine.n; i++) {
        bool whole = id_same(mine.at[i].id, c->id);
        if (whole) assert_string_equal(mine.at[i].name, "C");
        else assert_null(mine.at[i].name);
    }
    BAD(ERR_CRYPTO, case_find(o->node, o->worker, a->code, o->ctx, &found));
    /* Of a case whose facts don't open nothing is made up: no role, so nothing to fill in, and no new facts over them. */
    found = office_find(o, o->worker, b->code);
    assert_true(found->facts_damaged);
    assert_int_equal(case_party(o->node, found), 0);
    struct facts fresh = *found->facts;
    fresh.n_countries = 1;
    fresh.countries[0] = (struct facts_country){.code = "IT", .roles = PARTY_EXPLOITATION};
    BAD(ERR_STORE, facts_save(o->node, o->worker, found, &fresh));
}

static void damaged_answers_are_left_out_and_stay(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "Blue door"), *found;
    office_answer(o, c, "s1_1", "{\"person_name\": \"Zamira\"}");
    office_answer(o, c, "s3_2", "{\"medication\": \"Iron\"}");
    int64_t whole = RECORDS(o, "SELECT count(*) FROM record WHERE compartment = 'health'");
    office_sql(o, "opentrm.db", "UPDATE record SET body = randomblob(200) WHERE kind = 'form' AND compartment = 'health'");
    found = office_find(o, o->worker, c->code);
    json_t *answers;
    BAD(ERR_CRYPTO, case_answers(found, o->form, &answers));
    OK(case_leave_out_damaged(found));
    assert_int_equal(found->damaged, COMPARTMENT_BIT(COMPARTMENT_HEALTH));
    assert_int_equal(found->held & COMPARTMENT_BIT(COMPARTMENT_HEALTH), 0);
    assert_string_equal(answers_text(o, found), "{\"person_name\":\"Zamira\"}");
    office_answer(o, found, "s1_1", "{\"person_name\": \"Zamira L.\"}");
    assert_int_equal(RECORDS(o, "SELECT count(*) FROM record WHERE compartment = 'health'"), whole);
}

/* ---- facts ---- */

static void facts_are_checked_and_saved(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "Blue door");
    struct facts facts = *c->facts;
    facts.n_countries = 2;
    facts.countries[1] = (struct facts_country){"AL", PARTY_ORIGIN};
    facts.child = CHILD_NO;
    OK(facts_save(o->node, o->worker, c, &facts));
    struct casefile *found = office_find(o, o->worker, c->code);
    assert_int_equal(found->facts->n_countries, 2);
    assert_string_equal(found->facts->countries[1].code, "AL");
    assert_int_equal(found->facts->child, CHILD_NO);
    assert_string_equal(found->facts->label, "Blue door");
    BAD(ERR_CONFLICT, facts_save(o->node, o->worker, c, &facts)); /* the revision of the page before */

    facts = *found->facts;
    facts.countries[1] = (struct facts_country){"IT", PARTY_ORIGIN};
    BAD(ERR_INPUT, facts_save(o->node, o->worker, found, &facts)); /* twice */
    facts.countries[1] = (struct facts_country){"QQ", PARTY_ORIGIN};
    BAD(ERR_INPUT, facts_save(o->node, o->worker, found, &facts)); /* no country */
    facts.countries[1] = (struct facts_country){"AL", 0};
    BAD(ERR_INPUT, facts_save(o->node, o->worker, found, &facts)); /* no role */
    facts.n_countries = 0;
    BAD(ERR_INPUT, facts_save(o->node, o->worker, found, &facts));
    facts = *found->facts;
    facts.guardian_name = "bad\x01text";
    BAD(ERR_INPUT, facts_save(o->node, o->worker, found, &facts));
    BAD(ERR_DENIED, facts_save(o->node, o->intake, found, found->facts));
    assert_int_equal(audited(o, "\"facts\""), 1);
}

static enum child_status child_of(struct office *o, const char *answers, enum child_status said)
{
    return facts_child_of(o->form, json_text_of(o->ctx, answers), said, date_of(T0));
}

static void nobody_is_an_adult_by_default(void **state)
{
    struct office *o = *state;
    assert_int_equal(child_of(o, "{}", CHILD_UNKNOWN), CHILD_MAYBE);
    assert_int_equal(child_of(o, "{}", CHILD_MAYBE), CHILD_MAYBE);
    assert_int_equal(child_of(o, "{}", CHILD_YES), CHILD_YES);
    assert_int_equal(child_of(o, "{}", CHILD_NO), CHILD_NO);
    /* the band */
    assert_int_equal(child_of(o, "{\"age_group\": \"under_18\"}", CHILD_NO), CHILD_YES);
    assert_int_equal(child_of(o, "{\"age_group\": \"over_18\"}", CHILD_UNKNOWN), CHILD_NO);
    assert_int_equal(child_of(o, "{\"age_group\": \"over_18\"}", CHILD_MAYBE), CHILD_MAYBE);
    assert_int_equal(child_of(o, "{\"age_group\": \"over_18\"}", CHILD_YES), CHILD_YES);
    assert_int_equal(child_of(o, "{\"age_group\": \"unknown\"}", CHILD_UNKNOWN), CHILD_MAYBE);
    /* the date, to the day: T0 is 21 September 2026 */
    assert_int_equal(child_of(o, "{\"birth_date\": \"2008-09-21\"}", CHILD_YES), CHILD_NO);
    assert_int_equal(child_of(o, "{\"birth_date\": \"2008-09-22\", \"age_group\": \"over_18\"}", CHILD_NO), CHILD_YES);
    /* a date that was not understood says nothing */
    assert_int_equal(child_of(o, "{\"birth_date\": {\"raw\": \"1999\"}}", CHILD_UNKNOWN), CHILD_MAYBE);
}

/* ---- filling from what is known ---- */

static void a_heading_is_filled_from_the_organisation_once(void **state)
{
    struct office *o = *state;
    const struct form_section *section = form_section_find(o->form, "heading_exploitation");
    json_t *filled = NULL, *answers = json_text_of(o->ctx, "{\"person_name\": \"Zamira\"}");
    OK(form_fill_heading(o->ctx, section, "Ponte di Carta", "Giulia", date_of(T0), answers, &filled));
    assert_string_equal(json_text_or(filled, "form_date", ""), "2026-09-21");
    assert_string_equal(json_text_or(filled, "exploitation_institution", ""), "Ponte di Carta");
    assert_string_equal(json_text_or(filled, "exploitation_contact_person", ""), "Giulia");
    assert_string_equal(json_text_or(filled, "person_name", ""), "Zamira");
    assert_null(json_object_get(answers, "form_date")); /* a copy */
    answers = json_text_of(o->ctx, "{\"exploitation_fax\": \"1\"}"); /* somebody was here */
    OK(form_fill_heading(o->ctx, section, "Ponte di Carta", "Giulia", date_of(T0), answers, &filled));
    assert_int_equal(json_object_size(filled), 1);
    OK(form_fill_heading(o->ctx, form_section_find(o->form, "s1_1"), "A", "B", date_of(T0), answers, &filled));
    assert_int_equal(json_object_size(filled), 1);
}

static void a_contact_is_taken_from_the_directory(void **state)
{
    struct office *o = *state;
    const struct contact contact = {.country = "AL", .body = "Qendra", .address = "P.O. Box 202", .telephone = "+355",
                                    .fax = "", .email = "a@example.org"};
    json_t *entry = NULL;
    struct bytes text;
    OK(form_fill_entry(o->ctx, &contact, "return", "origin", &entry));
    OK(json_write(o->ctx, entry, &text));
    assert_string_equal((const char *)text.p,
                        "{\"contact_address\":\"P.O. Box 202\",\"contact_body\":\"Qendra\",\"contact_country\":\"AL\","
                        "\"contact_email\":\"a@example.org\",\"contact_procedure\":\"return\",\"contact_role\":\"origin\","
                        "\"contact_telephone\":\"+355\"}");
    /* and it is what the form takes */
    struct casefile *c = office_case(o, "");
    JSON_SCOPE(section) = json_pack("{s:[O]}", "contacts", entry);
    OK(case_save_section(o->node, o->worker, c, o->form, "s8", section, 0));
    struct form_checked checked;
    const struct form_reading reading = form_reading_of(o->form, "en");
    json_t *answers = NULL;
    OK(case_answers(c, o->form, &answers));
    const struct form_eval eval = case_eval(o->node, c);
    OK(form_section_check(o->ctx, o->form, form_section_find(o->form, "s8"), answers, &eval, &reading, &checked));
    for (size_t i = 0; i < checked.n_problems; i++)
        if (checked.problems[i].fault != ANSWER_MISSING) fail_msg("%s: %s", checked.problems[i].path, checked.problems[i].message);
}

/* ---- audit, and what lies on the disk ---- */

static void every_act_leaves_a_line_and_no_line_a_person(void **state)
{
    struct office *o = *state;
    struct casefile *c = office_case(o, "Zuleika");
    office_answer(o, c, "s1_1", "{\"person_name\": \"Quirina Vantaggiato\"}");
    clock_set(o->clock, T0 + MSEC_HOUR);
    (void)office_find(o, o->worker, c->code);
    (void)office_find(o, o->worker, c->code); /* within the minute: one line */
    assert_int_equal(audited(o, "case.open"), 1);
    assert_int_equal(audited(o, "case.write"), 1);
    assert_int_equal(audited(o, "case.read"), 1);
    clock_set(o->clock, T0 + 2 * MSEC_HOUR);
    (void)office_find(o, o->worker, c->code);
    assert_int_equal(audited(o, "case.read"), 2);
    assert_int_equal(office_grep(o, "Zuleika"), 0);
    assert_int_equal(office_grep(o, "Quirina"), 0);
    assert_int_equal(office_grep(o, "Vantaggiato"), 0);
    assert_true(office_grep(o, c->code) > 0); /* the search itself finds something */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_case_is_opened_and_found_by_its_code),
        TEST(a_case_of_others_is_not_found_like_one_that_is_none),
        TEST(a_case_belongs_to_one_of_the_actors_teams),
        TEST(my_cases_come_by_pages_latest_change_first),
        TEST(half_a_section_is_kept_and_the_rest_of_the_form_stays),
        TEST(a_stale_page_does_not_overwrite),
        TEST(what_did_not_change_is_not_written),
        TEST(the_other_countrys_sections_are_not_ours_to_fill),
        TEST(answers_outlive_a_change_of_the_form),
        TEST(a_person_without_a_compartment_sees_that_it_is_withheld),
        TEST(saving_without_a_compartment_leaves_it_as_it_is),
        TEST(a_moved_record_does_not_open),
        TEST(a_case_that_was_changed_does_not_hide_the_others),
        TEST(damaged_answers_are_left_out_and_stay),
        TEST(facts_are_checked_and_saved),
        TEST(nobody_is_an_adult_by_default),
        TEST(a_heading_is_filled_from_the_organisation_once),
        TEST(a_contact_is_taken_from_the_directory),
        TEST(every_act_leaves_a_line_and_no_line_a_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
