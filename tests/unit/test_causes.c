/* The tables of causes: ids once, no circle in explains, every sentence there, every {place} one that is filled. */
#include "unit.h"

#include <mailwhy/judge.h>

#include <ctype.h>

static const struct mw_cause *cause_at(size_t n)
{
    for (size_t i = 0; i < mw_area_count; i++) {
        if (n < mw_areas[i]->count)
            return &mw_areas[i]->causes[n];
        n -= mw_areas[i]->count;
    }
    return NULL;
}

static void every_row_is_whole(void **state)
{
    (void)state;
    const struct mw_cause *cause;
    size_t count = 0;
    for (; (cause = cause_at(count)); count++) {
        print_message("%s\n", cause->id);
        assert_ptr_equal(mw_cause_by_id(cause->id), cause); /* the id stands once */
        assert_true(cause->legs && cause->legs <= MW_ALL_LEGS);
        assert_true(cause->title && *cause->title && cause->says && *cause->says);
        assert_true(cause->reference && *cause->reference);
        assert_true(cause->fix[0].text && *cause->fix[0].text);
        assert_non_null(cause->holds);
        assert_true(cause->needs[0] != MW_NO_FACT || cause->any[0] != MW_NO_FACT);
    }
    assert_true(count >= 80);
}

static void explains_has_no_circle(void **state)
{
    (void)state;
    const struct mw_cause *cause;
    for (size_t n = 0; (cause = cause_at(n)); n++)
        if (mw_cause_explains(cause, cause->id))
            fail_msg("%s explains itself", cause->id);
}

static void look_alikes_are_causes(void **state)
{
    (void)state;
    const struct mw_cause *cause;
    for (size_t n = 0; (cause = cause_at(n)); n++)
        for (size_t i = 0; i < MW_ALIKE && cause->alike[i].other; i++) {
            if (!mw_cause_by_id(cause->alike[i].other))
                fail_msg("%s: no cause %s", cause->id, cause->alike[i].other);
            assert_true(cause->alike[i].decides && *cause->alike[i].decides);
        }
}

static void check_places(const char *id, const char *sentence)
{
    for (const char *open = sentence ? strchr(sentence, '{') : NULL; open; open = strchr(open + 1, '{')) {
        const char *close = strchr(open, '}');
        if (!close || close == open + 1)
            fail_msg("%s: a {place} that is not closed: %s", id, sentence);
        for (const char *c = open + 1; c < close; c++)
            if (!islower((unsigned char)*c) && *c != '_')
                fail_msg("%s: not the name of a place: %s", id, open);
    }
}

static void places_are_written_right(void **state)
{
    (void)state;
    const struct mw_cause *cause;
    for (size_t n = 0; (cause = cause_at(n)); n++) {
        check_places(cause->id, cause->says);
        for (size_t i = 0; i < MW_FIXES && cause->fix[i].text; i++) {
            assert_int_not_equal(cause->fix[i].where, MW_NOWHERE);
            check_places(cause->id, cause->fix[i].text);
            check_places(cause->id, cause->fix[i].snippet);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT(every_row_is_whole), UNIT(explains_has_no_circle), UNIT(look_alikes_are_causes), UNIT(places_are_written_right)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
