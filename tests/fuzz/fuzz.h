/* fuzz.h - what a fuzz target defines: one call of the parser on the bytes given.
 *
 * libFuzzer calls it under clang; replay.c feeds it the kept corpus under other compilers. It must
 * return 0, free all it allocated, and never exit.
 */
#ifndef OPENTRM_TESTS_FUZZ_H
#define OPENTRM_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
