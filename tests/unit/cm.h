/* cm.h - cmocka with what it needs before it, and a check for `err` results. */
#ifndef OPENTRM_TESTS_CM_H
#define OPENTRM_TESTS_CM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/err.h"

/* OK: the call must succeed. BAD: it must fail with that kind. */
#define OK(call)                                                                                   \
    do {                                                                                           \
        err cm_e = (call);                                                                         \
        if (cm_e.kind != ERR_NONE)                                                                 \
            fail_msg("%s: %s (%s)", err_name(cm_e.kind), cm_e.what, cm_e.where);                   \
    } while (0)
#define BAD(kind_, call)                                                                           \
    do {                                                                                           \
        err cm_e = (call);                                                                         \
        if (cm_e.kind != (kind_))                                                                  \
            fail_msg("expected %s, got %s: %s (%s)", err_name(kind_), err_name(cm_e.kind),         \
                     cm_e.what == NULL ? "" : cm_e.what, cm_e.where == NULL ? "" : cm_e.where);    \
    } while (0)

#endif
