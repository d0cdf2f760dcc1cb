/* evidence_files.h - the files of a bundle, and what its README says. Private to evidence*.c. */
#ifndef OPENTRM_EXCHANGE_EVIDENCE_FILES_H
#define OPENTRM_EXCHANGE_EVIDENCE_FILES_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/vec.h"

struct evidence_file {
    const char *name; /* ASCII, with folders; says nothing about a person */
    struct bytes content;
};

struct evidence_files {
    mem *ctx;
    VEC(struct evidence_file) list;
    size_t bytes;
    struct buf readme;
};

err evidence_files_init(mem *ctx, struct evidence_files *out);
/* evidence_file_add: a file of that name once; the content must live as long as ctx. */
err evidence_file_add(struct evidence_files *files, const char *name, struct bytes content);

/* Paragraphs of the README; each adds lines that start with four spaces and can be run as they are,
 * in the folder of the README. `at`: when it was signed or received, for certificates that have
 * ended since. */
void readme_begin(struct evidence_files *files, const char *conversation);
void readme_card(struct evidence_files *files);
void readme_message(struct evidence_files *files, const char *folder, const char *class,
                    bool outgoing, msec at);
void readme_signed(struct evidence_files *files, const char *kind, const char *name,
                   const char *certificate, msec at);
void readme_receipt(struct evidence_files *files, const char *kind, const char *name,
                    const char *certificate, msec at);
void readme_mime(struct evidence_files *files, const char *name, const char *certificate, msec at);
void readme_absent(struct evidence_files *files, const char *why);
err readme_end(struct evidence_files *files);

/* evidence_zip: all files as one zip archive. */
err evidence_zip(mem *ctx, const struct evidence_files *files, msec at, struct bytes *out);

#endif
