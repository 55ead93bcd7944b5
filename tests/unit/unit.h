/* What every unit test includes: cmocka and its headers in the order that it wants, and an arena a test. */
#ifndef MAILWHY_TEST_UNIT_H
#define MAILWHY_TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <mailwhy/arena.h>
#include <mailwhy/text.h>

static inline int unit_setup(void **state)
{
    *state = mw_arena_new();
    return 0;
}

static inline int unit_teardown(void **state)
{
    mw_arena_free(*state);
    return 0;
}

#define UNIT(test) cmocka_unit_test_setup_teardown(test, unit_setup, unit_teardown)

/* Equal texts, where NULL equals NULL alone; `what` names the row of a table. */
static inline void unit_same(const char *got, const char *wanted, const char *what)
{
    if (got == wanted || (got && wanted && strcmp(got, wanted) == 0))
        return;
    print_error("%s: got \"%s\", wanted \"%s\"\n", what, got ? got : "(null)", wanted ? wanted : "(null)");
    fail();
}

#endif
