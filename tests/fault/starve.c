/* starve.c - puts itself between the libraries and malloc. */
#include "starve.h"

#include <elf.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { STACK_MOST = 48, SEEN = 1 << 16 };

/* The test's own; what malloc calls has no other place for state. */
static struct {
    atomic_bool on;
    pthread_mutex_t lock;
    struct starve_plan plan;
    long count, failed;
    size_t places;
    uint64_t seen[SEEN]; /* hashes of stacks, open addressing */
} starve = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint64_t stack_hash(void)
{
    void *at[STACK_MOST];
    uint64_t hash = 14695981039346656037u;
    int n = backtrace(at, STACK_MOST);
    for (int i = 0; i < n; i++) hash = (hash ^ (uint64_t)(uintptr_t)at[i]) * 1099511628211u;
    return hash | 1;
}

/* Under lock. */
static bool is_new(uint64_t hash)
{
    size_t i = hash % SEEN;
    for (size_t tries = 0; tries < SEEN / 2; tries++, i = (i + 1) % SEEN) {
        if (starve.seen[i] == hash) return false;
        if (starve.seen[i] != 0) continue;
        starve.seen[i] = hash;
        return true;
    }
    return false;
}

static void stack_tell(void)
{
    void *at[STACK_MOST];
    int n = backtrace(at, STACK_MOST);
    backtrace_symbols_fd(at, n, STDERR_FILENO);
}

static bool fails(void)
{
    static _Thread_local bool inside;
    if (!starve.on || inside) return false;
    inside = true;
    uint64_t hash = starve.plan.places == NULL ? 0 : stack_hash();
    (void)pthread_mutex_lock(&starve.lock);
    const struct starve_plan *plan = &starve.plan;
    long n = ++starve.count;
    bool yes = plan->fail_at != 0 && (plan->for_good ? n >= plan->fail_at : n == plan->fail_at);
    starve.failed += yes;
    bool first = yes && starve.failed == 1;
    if (hash != 0 && starve.places < plan->places_most && is_new(hash)) plan->places[starve.places++] = n;
    bool tell = first && plan->tell;
    (void)pthread_mutex_unlock(&starve.lock);
    if (tell) stack_tell();
    inside = false;
    if (yes) errno = ENOMEM;
    return yes;
}

/* base/refused.c's calls, through which all of jansson's and OpenSSL's go: the linker leads them here
 * (--wrap). */
void *__wrap_malloc(size_t n);
void *__real_malloc(size_t n);
void *__wrap_realloc(void *p, size_t n);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n) { return fails() ? NULL : __real_malloc(n); }
void *__wrap_realloc(void *p, size_t n) { return fails() ? NULL : __real_realloc(p, n); }

static void *starve_malloc(size_t n) { return fails() ? NULL : __real_malloc(n); }
static void *starve_calloc(size_t n, size_t size) { return fails() ? NULL : calloc(n, size); }
static void *starve_realloc(void *p, size_t n) { return fails() ? NULL : __real_realloc(p, n); }
static void *starve_reallocarray(void *p, size_t n, size_t size) { return fails() ? NULL : reallocarray(p, n, size); }
static void *starve_aligned_alloc(size_t a, size_t n) { return fails() ? NULL : aligned_alloc(a, n); }
static int starve_posix_memalign(void **p, size_t a, size_t n) { return fails() ? ENOMEM : posix_memalign(p, a, n); }
static char *starve_strdup(const char *s) { return fails() ? NULL : strdup(s); }
static char *starve_strndup(const char *s, size_t n) { return fails() ? NULL : strndup(s, n); }
static void *starve_mmap(void *p, size_t n, int protection, int flags, int fd, off_t at)
{
    bool memory = (flags & MAP_ANONYMOUS) != 0;
    return memory && fails() ? MAP_FAILED : mmap(p, n, protection, flags, fd, at);
}

static const struct {
    const char *name;
    void *instead;
} FUNCTIONS[] = {
    {"malloc", starve_malloc},
    {"calloc", starve_calloc},
    {"realloc", starve_realloc},
    {"reallocarray", starve_reallocarray},
    {"aligned_alloc", starve_aligned_alloc},
    {"posix_memalign", starve_posix_memalign},
    {"strdup", starve_strdup},
    {"strndup", starve_strndup},
    {"mmap", starve_mmap},
    {"mmap64", starve_mmap},
};

static const char *const LIBRARIES[] = {"libtalloc.", "libssl.",  "libsodium.", "libsqlite3.",
                                        "libicuuc.",  "libicui18n.", "libcsv.",    "libz.so.", "libzip."};

struct tables {
    uintptr_t base;
    const ElfW(Sym) * symbols;
    const char *names;
    const ElfW(Rela) * relocations[2];
    size_t bytes[2];
};

static uintptr_t address_of(const struct tables *t, uintptr_t p) { return p < t->base ? t->base + p : p; }

static void tables_read(const ElfW(Dyn) * d, struct tables *t)
{
    for (; d->d_tag != DT_NULL; d++) {
        uintptr_t p = address_of(t, d->d_un.d_ptr);
        switch (d->d_tag) {
        case DT_SYMTAB: t->symbols = (const ElfW(Sym) *)p; break;
        case DT_STRTAB: t->names = (const char *)p; break;
        case DT_RELA: t->relocations[0] = (const ElfW(Rela) *)p; break;
        case DT_RELASZ: t->bytes[0] = d->d_un.d_val; break;
        case DT_JMPREL: t->relocations[1] = (const ElfW(Rela) *)p; break;
        case DT_PLTRELSZ: t->bytes[1] = d->d_un.d_val; break;
        default: break;
        }
    }
}

static void slot_set(uintptr_t slot, void *value)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = slot & ~(page - 1);
    if (mprotect((void *)start, page, PROT_READ | PROT_WRITE) != 0) abort();
    memcpy((void *)slot, &value, sizeof value);
}

static void slot_try(const struct tables *t, const ElfW(Rela) * r, int *patched)
{
    /* R_X86_64_GLOB_DAT, _JUMP_SLOT; R_AARCH64_GLOB_DAT, _JUMP_SLOT */
    static const unsigned long TYPES[] = {6, 7, 1025, 1026};
    unsigned long type = ELF64_R_TYPE(r->r_info), symbol = ELF64_R_SYM(r->r_info);
    bool known = false;
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) known = known || type == TYPES[i];
    if (!known || symbol == 0) return;
    const char *name = t->names + t->symbols[symbol].st_name;
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++)
        if (strcmp(name, FUNCTIONS[i].name) == 0) {
            slot_set(t->base + r->r_offset, FUNCTIONS[i].instead);
            *patched += 1;
        }
}

static bool is_ours(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    for (size_t i = 0; i < sizeof LIBRARIES / sizeof *LIBRARIES; i++)
        if (strncmp(name, LIBRARIES[i], strlen(LIBRARIES[i])) == 0) return true;
    return false;
}

static int on_object(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    struct tables t = {.base = info->dlpi_addr};
    if (info->dlpi_name == NULL || !is_ours(info->dlpi_name)) return 0;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
            tables_read((const ElfW(Dyn) *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr), &t);
    if (t.symbols == NULL || t.names == NULL) return 0;
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; t.relocations[k] != NULL && i < t.bytes[k] / sizeof(ElfW(Rela)); i++)
            slot_try(&t, &t.relocations[k][i], arg);
    return 0;
}

bool starve_start(void)
{
#if defined(__x86_64__) || defined(__aarch64__)
    void *warm[2];
    int patched = 0;
    (void)backtrace(warm, 2); /* loads its library now */
    (void)dl_iterate_phdr(on_object, &patched);
    return patched > 0;
#else
    return false;
#endif
}

void starve_set(struct starve_plan plan)
{
    (void)pthread_mutex_lock(&starve.lock);
    starve.plan = plan;
    starve.count = starve.failed = 0;
    starve.places = 0;
    memset(starve.seen, 0, sizeof starve.seen);
    (void)pthread_mutex_unlock(&starve.lock);
    starve.on = true;
}

void starve_end(void) { starve.on = false; }

long starve_count(void) { return starve.count; }
long starve_failed(void) { return starve.failed; }
size_t starve_places(void) { return starve.places; }
