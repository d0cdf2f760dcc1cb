/* The bundle of evidence: every line of its README works with the openssl program alone. */
#include "relay.h"

#include <sys/stat.h>
#include <zip.h>

#include "exchange/evidence.h"

static err insert_evidence(struct tx *tx, void *arg) { return db_evidence_insert(tx, arg); }

static void prove(struct world *w, const struct letter *letter, const char *kind, struct bytes body)
{
    struct db_evidence row = {
        .id = id_new(NOW), .message_id = letter->message, .kind = kind, .at = NOW, .body = body};
    OK(db_run(w->it.store.db, insert_evidence, &row));
}

static void prove_signed(struct world *w, const struct letter *letter, const char *kind,
                         const struct side *by)
{
    struct bytes cms = {0};
    OK(cms_sign(w->ctx, bytes_text("statement"), by->organisation_key, by->signing, NOW, &cms));
    prove(w, letter, kind, cms);
}

/* A message of Albania's in the same conversation. */
static void answer_back(struct world *w, const struct letter *letter, const char *class)
{
    struct letter back = letter_of(w, class);
    int status = 0;
    struct as2_post receipt = {0};
    back.conversation = letter->conversation;
    back.sender = letter->recipient;
    back.recipient = letter->sender;
    back.from = letter->to;
    back.to = letter->from;
    letter_make(w, &back, w->al.side);
    OK(receive_post(&w->it.node, w->ctx, &back.post, &status, &receipt));
    assert_int_equal(status, 200);
}

static void unpack(struct world *w, const char *path, const char *folder, struct bytes *readme)
{
    int error = 0;
    zip_t *zip = zip_open(path, ZIP_RDONLY, &error);
    assert_non_null(zip);
    for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0); i++) {
        zip_stat_t about;
        assert_int_equal(zip_stat_index(zip, (zip_uint64_t)i, 0, &about), 0);
        uint8_t *p = talloc_size(w->ctx, about.size + 1);
        zip_file_t *file = zip_fopen_index(zip, (zip_uint64_t)i, 0);
        assert_int_equal(zip_fread(file, p, about.size), about.size);
        assert_int_equal(zip_fclose(file), 0);
        const char *to = talloc_asprintf(w->ctx, "%s/%s", folder, about.name);
        char *slash = strrchr(to, '/');
        *slash = '\0';
        OK(file_make_folder(to));
        *slash = '/';
        OK(file_write(to, bytes_of(p, about.size), 0600));
        if (text_same(about.name, "README.txt")) *readme = bytes_of(p, about.size);
    }
    assert_int_equal(zip_close(zip), 0);
}

/* The lines that start with four spaces, one after the other. */
static size_t run_lines(struct world *w, const char *folder, struct bytes readme)
{
    const char *text = NULL, *rest;
    size_t n = 0;
    OK(bytes_string(w->ctx, readme, &text));
    rest = text;
    for (;;) {
        const char *line = NULL;
        OK(text_split(w->ctx, &rest, '\n', &line));
        if (line == NULL) return n;
        if (!text_starts(line, "    ")) continue;
        const char *command = talloc_asprintf(w->ctx, "cd %s && (%s) >>said 2>&1", folder, line);
        if (system(command) != 0) fail_msg("%s", line);
        n++;
    }
}

static void every_line_works(void **state)
{
    struct world *w = *state;
    struct letter letter = letter_of(w, "referral");
    letter_make(w, &letter, w->it.side);
    queue(w, &letter);
    prove_signed(w, &letter, "submitted", w->it.side);
    assert_true(deliver(w));
    prove_signed(w, &letter, "delivered", w->al.side);
    clock_set(w->clock, NOW + MSEC_HOUR);
    answer_back(w, &letter, "decision");

    const char *path = NULL, *folder = NULL;
    struct bytes readme = {0};
    size_t files = 0;
    OK(file_join(w->ctx, w->it.store.folder, "bundle.zip", &path));
    OK(file_join(w->ctx, w->it.store.folder, "bundle", &folder));
    OK(evidence_bundle(&w->it.node, letter.conversation.text, path, &files));
    /* README, card, two nodes by role and by fingerprint, two agencies; message, submitted,
     * relayed, delivered; message, receipt. */
    assert_int_equal(files, 1 + 1 + 4 + 2 + 4 + 2);
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    OK(file_make_folder(folder));
    unpack(w, path, folder, &readme);
    /* card, fingerprint; three and one, one, one; three and one. */
    assert_int_equal(run_lines(w, folder, readme), 2 + 3 + 3 + 3 + 1);
    const char *envelope = NULL;
    struct bytes json = {0};
    struct envelope *read = NULL;
    OK(file_join(w->ctx, folder, "envelope.json", &envelope));
    OK(file_read(w->ctx, envelope, 1 << 20, &json));
    OK(envelope_read(w->ctx, json, &read));
    assert_string_equal(read->class, "decision");
    assert_int_equal(system(talloc_asprintf(w->ctx, "rm -rf %s", folder)), 0);
}

static void what_there_is_not(void **state)
{
    struct world *w = *state;
    const char *path = NULL;
    size_t files = 0;
    OK(file_join(w->ctx, w->it.store.folder, "bundle.zip", &path));
    BAD(ERR_INPUT, evidence_bundle(&w->it.node, "x", path, &files));
    BAD(ERR_NOT_FOUND, evidence_bundle(&w->it.node, id_random().text, path, &files));
    assert_false(file_exists(path));
    /* Not delivered: said so. */
    struct letter letter = letter_of(w, "question");
    letter.deadline = NOW;
    letter_make(w, &letter, w->it.side);
    queue(w, &letter);
    assert_true(deliver(w));
    expect(w, &letter, "failed", "not_relayed", "deadline");
    BAD(ERR_IO,
        evidence_bundle(&w->it.node, letter.conversation.text, "/nowhere/bundle.zip", &files));
    OK(evidence_bundle(&w->it.node, letter.conversation.text, path, &files));
    assert_int_equal(files, 1 + 1 + 2 + 1 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_line_works),
        TEST(what_there_is_not),
    };
    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
