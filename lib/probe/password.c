/* How hard the given password is to guess: reckoned here by libzxcvbn, which is loaded at first use, with the user's name and the domain as words that anybody
 * would try.
 *
 * Nothing is sent, and no fact tells more of the password than how it could be guessed. That it is the account's own is for a login to prove. */
#include <mailwhy/lang.h>
#include <mailwhy/login.h>
#include <mailwhy/probe.h>

#include <dlfcn.h>
#include <string.h>
#include <zxcvbn.h>

#define LEAST_LENGTH 12u /* characters; NIST SP 800-63B-4 section 3.1.1 asks for 15 where nothing else is known */
#define LEAST_PART 3     /* two letters in a row are in some dictionary always */

typedef double match_password(const char *password, const char *words[], ZxcMatch_t **parts);
typedef void free_parts(ZxcMatch_t *parts);

/* clang-format off */
/* Bits that a password must have for each score, as zxcvbn's authors cut them: 10^3, 10^6, 10^8 and 10^10 guesses. */
static const double steps[] = {9.966, 19.932, 26.575, 33.219};

/* Parts that a guesser tries first. */
static const struct { int type; const char *says; } kinds[] = {
    {DICTIONARY_MATCH, "a common word"},
    {DICT_LEET_MATCH,  "a common word with signs for letters"},
    {USER_MATCH,       "the user name or the domain"},
    {USER_LEET_MATCH,  "the user name or the domain"},
    {REPEATS_MATCH,    "one sign many times"},
    {SEQUENCE_MATCH,   "a run of the alphabet or of numbers"},
    {SPATIAL_MATCH,    "keys that lie side by side"},
    {DATE_MATCH,       "a date"},
    {YEAR_MATCH,       "a year"},
};
/* clang-format on */

/* The whole name, and each of its pieces that is long enough to be one. */
static void add_words(struct mw_arena *arena, struct mw_list *words, const char *name)
{
    if (!name || !*name) {
        return;
    }
    const char *lower = mw_text_lower(arena, name);
    struct mw_list pieces = mw_text_split(arena, lower, "@.-_+ ");
    mw_list_add(arena, words, lower);
    for (size_t i = 0; i < pieces.count; i++) {
        if (strlen(pieces.items[i]) >= LEAST_PART) {
            mw_list_add(arena, words, pieces.items[i]);
        }
    }
}

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++) {
        count += ((unsigned char)*text & 0xC0) != 0x80;
    }
    return count;
}

static struct mw_list guesses(struct mw_look *look, const ZxcMatch_t *part)
{
    struct mw_list list = {0};
    for (; part; part = part->Next) {
        int type = (int)part->Type & ~(int)MULTIPLE_MATCH;
        for (size_t i = 0; i < MW_COUNT(kinds) && part->Length >= LEAST_PART; i++) {
            if (kinds[i].type == type && !mw_list_has(&list, kinds[i].says)) {
                mw_list_add(look->arena, &list, kinds[i].says);
            }
        }
    }
    if (characters(look->asked->password) < LEAST_LENGTH) {
        mw_list_add(look->arena, &list, "fewer than 12 characters");
    }
    return list;
}

static int score_of(double bits)
{
    int score = 0;
    while (score < (int)MW_COUNT(steps) && bits >= steps[score]) {
        score++;
    }
    return score;
}

static void weigh(struct mw_look *look, match_password *match, free_parts *give_back)
{
    struct mw_arena *arena = look->arena;
    const struct mw_asked *asked = look->asked;
    const char *about = look->why->about;
    struct mw_list words = {0};
    add_words(arena, &words, mw_login_user(asked));
    add_words(arena, &words, asked->mailbox);
    add_words(arena, &words, asked->domain);
    add_words(arena, &words, asked->host);
    ZxcMatch_t *parts = NULL;
    double bits = match(asked->password, words.items, &parts);
    struct mw_list list = guesses(look, parts);
    mw_tell_number(look, MW_F_PASSWORD_SCORE, about, score_of(bits), NULL);
    mw_tell_list(look, MW_F_PASSWORD_GUESSABLE, about, &list, NULL);
    give_back(parts);
}

static void start(struct mw_look *look)
{
    void *library = dlopen("libzxcvbn.so.0", RTLD_NOW | RTLD_LOCAL);
    void *match = library ? dlsym(library, "ZxcvbnMatch") : NULL, *give_back = library ? dlsym(library, "ZxcvbnFreeInfo") : NULL;
    if (!match || !give_back) {
        look->outcome = MW_SKIPPED;
        look->remark = "libzxcvbn is not installed";
        return;
    }
    match_password *call = NULL;
    free_parts *release = NULL;
    memcpy(&call, &match, sizeof(call)); /* POSIX: a function's address through a void pointer */
    memcpy(&release, &give_back, sizeof(release));
    weigh(look, call, release);
}

static bool has_password(const struct mw_look *look)
{
    return look->asked->password;
}

const struct mw_probe mw_probe_password = {
    .name = "password",
    .says = N_("Reckons on this machine how hard the given password is to guess; sends nothing."),
    .legs = MW_ACCOUNT,
    .wants = MW_F_TARGET_DOMAIN,
    .tells = {MW_F_PASSWORD_SCORE, MW_F_PASSWORD_GUESSABLE},
    .ends = MW_F_PASSWORD_END,
    .when = has_password,
    .start = start,
};

const struct mw_probe mw_probe_password_host = {
    .name = "password",
    .says = N_("Does the same where a tool is pointed at a host."),
    .legs = MW_ACCOUNT,
    .wants = MW_F_TARGET_HOST,
    .tells = {MW_F_PASSWORD_SCORE, MW_F_PASSWORD_GUESSABLE},
    .ends = MW_F_PASSWORD_END,
    .when = has_password,
    .start = start,
};
