/* demo_data.h - a node filled with invented cases, for rehearsals and measurements.
 *
 * Each goes the way of a case that a person opens: keys wrapped to the team, records sealed, audit lines written; only many of
 * them share a transaction. How many there are is written in that transaction (setting demo.cases), so a run that was cut goes on
 * where it stopped. What the cases say depends on the seed, their number and
 * the year (ages); keys, codes, ids and times are always new.
 *
 * Called by cli. Refuses a node with other cases: invented persons must never stand among real ones unasked.
 */
#ifndef OPENTRM_DOMAIN_DEMO_DATA_H
#define OPENTRM_DOMAIN_DEMO_DATA_H

#include "domain/node.h"

#define DEMO_CASES_MOST 10000000
#define DEMO_BATCH 100 /* cases that share a transaction */

struct demo_data_wish {
    const char *cookie; /* a session of somebody who may open cases: theirs are the teams, each batch is a request of its own */
    int64_t cases;      /* how many the node should have in the end */
    int64_t seed;       /* below 0: as before, or 1 */
    bool among_cases;   /* go on although the node has cases that are none of ours */
    void (*progress)(void *arg, int64_t made, int64_t all); /* after each batch; may be NULL */
    void *arg;
};

/* demo_data_make: `made` gets how many this run added, also when it fails after some. ERR_STATE: cases that are none of ours, or
 * ours of another seed. ERR_DENIED: may not open cases, or is in no team. ERR_CONFLICT: another run is at work. */
err demo_data_make(struct node *node, const struct demo_data_wish *wish, int64_t *made);

#endif
