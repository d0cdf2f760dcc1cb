/* evidence.h - everything that proves what became of a conversation, as one zip file.
 *
 * Signed bytes as they are kept, the certificates to check them with, and a README with the lines
 * for the openssl program: nothing of ours is needed to verify it. What is sealed stays sealed; an
 * agency opens it with the key it exported. A message that was filed rests under a key of its own
 * and is not in it (its receipt is).
 *
 * Called by cli. Source: design §8 "Evidence states".
 */
#ifndef OPENTRM_EXCHANGE_EVIDENCE_H
#define OPENTRM_EXCHANGE_EVIDENCE_H

#include "domain/node.h"

#define EVIDENCE_MOST ((size_t)256 << 20) /* bytes of all files together */
#define EVIDENCE_FILES_MOST 20000

/* evidence_bundle: writes path (mode 0600). *files: how many are inside. ERR_INPUT: not a
 * conversation's handle; ERR_NOT_FOUND: no such conversation; ERR_LIMIT; ERR_IO. Audited. */
err evidence_bundle(struct node *node, const char *conversation, const char *path, size_t *files);

#endif
