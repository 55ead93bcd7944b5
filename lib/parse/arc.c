/* Validates an Authenticated Received Chain (RFC 8617 sections 4.2 and 5.2). Never asks the DNS; what Authentication-Results say inside it is never believed or
 * told. */
#include "tags.h"

#include <mailwhy/arc.h>
#include <mailwhy/dns.h>
#include <mailwhy/lang.h>

#include <string.h>

static const char *const names[] = {"ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal"};
enum part { RESULTS, MESSAGE, SEAL, PARTS };

static void fails(struct mw_arc *arc, long instance, const char *why, const char *where)
{
    arc->result = "fail";
    arc->instance = instance;
    arc->why = why;
    arc->where = where ? where : "";
}

const struct mw_signature_key *mw_signature_key_of(const struct mw_signature_key *keys, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (mw_text_same(keys[i].name, name))
            return &keys[i];
    return NULL;
}

/* --- structure ------------------------------------------------------------------------------------------------------------------------------------ */

/* "i=1;" stands before everything else (section 4.1.1). 0: it does not. */
static long results_instance(struct mw_arena *arena, const struct mw_raw_field *field)
{
    const char *value = mw_raw_value(arena, field);
    long instance = 0;
    size_t end = value ? strcspn(value, ";") : 0;
    if (!value || !value[end] || value[0] != 'i')
        return 0;
    const char *equals = value + 1 + strspn(value + 1, " \t");
    if (*equals != '=')
        return 0;
    const char *number = mw_text_trim(arena, mw_strndup(arena, equals + 1, (size_t)(value + end - equals - 1)));
    return mw_text_number(number, 1, 1000, &instance) ? instance : 0;
}

static bool has_place(struct mw_arc *arc, long instance, enum part part)
{
    if (instance >= 1 && (size_t)instance <= arc->count)
        return true;
    fails(arc, instance, instance > (long)MW_ARC_SETS ? N_("more than 50 sets") : N_("a set is not complete, or an instance is missing"), names[part]);
    return false;
}

static bool put(struct mw_arc *arc, long instance, enum part part, size_t field)
{
    if (!has_place(arc, instance, part))
        return false;
    struct mw_arc_set *set = &arc->sets[instance - 1];
    size_t *place = part == RESULTS ? &set->results : part == MESSAGE ? &set->message : &set->seal;
    if (*place != SIZE_MAX) {
        fails(arc, instance, N_("a field of this instance is there twice"), names[part]);
        return false;
    }
    *place = field;
    return true;
}

static bool put_results(struct mw_arena *arena, const struct mw_raw *raw, size_t field, struct mw_arc *arc)
{
    long instance = results_instance(arena, &raw->fields[field]);
    if (instance)
        return put(arc, instance, RESULTS, field);
    fails(arc, 0, N_("no instance in i="), names[RESULTS]);
    return false;
}

static bool put_signing(struct mw_arena *arena, const struct mw_raw *raw, size_t field, enum part part, struct mw_arc *arc)
{
    struct mw_signing signing;
    struct mw_flaw flaw;
    enum mw_signing_kind kind = part == MESSAGE ? MW_ARC_MESSAGE_SIGNATURE : MW_ARC_SEAL;
    if (!mw_signing_read(arena, raw, field, kind, &signing, &flaw)) {
        fails(arc, signing.instance, flaw.why, *flaw.where ? flaw.where : names[part]);
        return false;
    }
    if (!put(arc, signing.instance, part, field))
        return false;
    struct mw_arc_set *set = &arc->sets[signing.instance - 1];
    *(part == MESSAGE ? &set->message_signing : &set->seal_signing) = signing;
    return true;
}

static bool put_all(struct mw_arena *arena, const struct mw_raw *raw, struct mw_arc *arc)
{
    for (size_t i = 0; i < raw->count; i++)
        for (enum part part = RESULTS; part < PARTS; part++)
            if (mw_raw_is(&raw->fields[i], names[part]) && !(part == RESULTS ? put_results(arena, raw, i, arc) : put_signing(arena, raw, i, part, arc)))
                return false;
    return true;
}

static size_t most_of_one(const struct mw_raw *raw)
{
    size_t most = 0;
    for (enum part part = RESULTS; part < PARTS; part++) {
        size_t count = 0;
        for (size_t i = 0; (i = mw_raw_next(raw, names[part], i)) < raw->count; i++)
            count++;
        most = count > most ? count : most;
    }
    return most;
}

/* The first server has nothing to confirm, the later ones confirm what they found (section 4.1.3). */
static void check_chain(struct mw_arc *arc)
{
    const char *newest = arc->sets[arc->count - 1].seal_signing.chain;
    if (strcmp(newest, "fail") == 0) {
        fails(arc, (long)arc->count, N_("the newest seal says that the chain had failed before"), "cv=fail");
        return;
    }
    for (size_t i = 0; i < arc->count; i++)
        if (strcmp(arc->sets[i].seal_signing.chain, i ? "pass" : "none") != 0) {
            fails(arc, (long)i + 1, i ? N_("a later seal does not say cv=pass") : N_("the first seal does not say cv=none"), arc->sets[i].seal_signing.chain);
            return;
        }
}

void mw_arc_read(struct mw_arena *arena, const struct mw_raw *raw, struct mw_arc *arc)
{
    size_t count = most_of_one(raw);
    *arc = (struct mw_arc){.result = count ? NULL : "none", .why = "", .where = "", .count = count};
    if (count > MW_ARC_SETS)
        fails(arc, 0, N_("more than 50 sets"), "");
    if (arc->result) {
        arc->count = 0;
        return;
    }
    arc->sets = MW_NEW_ARRAY(arena, struct mw_arc_set, count);
    for (size_t i = 0; i < count; i++)
        arc->sets[i].results = arc->sets[i].message = arc->sets[i].seal = SIZE_MAX;
    if (put_all(arena, raw, arc))
        for (size_t i = 0; i < count && !arc->result; i++)
            if (arc->sets[i].results == SIZE_MAX || arc->sets[i].message == SIZE_MAX || arc->sets[i].seal == SIZE_MAX)
                fails(arc, (long)i + 1, N_("a set is not complete, or an instance is missing"), "");
    if (!arc->result)
        check_chain(arc);
}

struct mw_list mw_arc_keys(struct mw_arena *arena, const struct mw_arc *arc)
{
    struct mw_list keys = {0};
    for (size_t i = 0; !arc->result && i < arc->count; i++) {
        const char *wanted[] = {arc->sets[i].seal_signing.key, i + 1 == arc->count ? arc->sets[i].message_signing.key : NULL};
        for (size_t k = 0; k < MW_COUNT(wanted); k++)
            if (wanted[k] && !mw_list_has(&keys, wanted[k]))
                mw_list_add(arena, &keys, wanted[k]);
    }
    return keys;
}

/* --- signatures ----------------------------------------------------------------------------------------------------------------------------------- */

struct checking {
    struct mw_arena *arena;
    const struct mw_raw *raw;
    const struct mw_signature_key *keys;
    size_t count;
    struct mw_arc *arc;
};

static struct mw_opened *open_key(struct checking *checking, const struct mw_signing *signing)
{
    struct mw_flaw flaw = {.where = ""};
    const struct mw_signature_key *found = mw_signature_key_of(checking->keys, checking->count, signing->key);
    if (!mw_signing_is_accepted(signing)) {
        fails(checking->arc, signing->instance, N_("an algorithm that verifiers do not take"),
              mw_text_safe(checking->arena, signing->algorithm, strlen(signing->algorithm), 100));
        return NULL;
    }
    if (!found || found->unknown) {
        fails(checking->arc, signing->instance, N_("the key could not be looked up"), signing->key);
        checking->arc->result = "temperror";
        return NULL;
    }
    const struct mw_dkim_key *key = found->record ? mw_dkim_read(checking->arena, found->record, &flaw) : NULL;
    const char *why = !found->record ? N_("the key is not published") : !key ? flaw.why : mw_signing_key_flaw(signing, key);
    struct mw_opened *opened = why ? NULL : mw_signing_open(checking->arena, signing, key);
    if (!opened)
        fails(checking->arc, signing->instance, why ? why : N_("the key cannot be used"), signing->key);
    return opened;
}

static bool signs(struct checking *checking, const struct mw_signing *signing, const struct mw_pieces *pieces, const char *otherwise)
{
    unsigned char digest[MW_DIGEST_BYTES];
    struct mw_opened *opened = open_key(checking, signing);
    if (!opened)
        return false;
    mw_pieces_digest(pieces, digest);
    bool good = mw_signing_signs(opened, digest);
    bool of_key = mw_signing_is_of_key(opened);
    mw_signing_close(opened);
    if (!good)
        fails(checking->arc, signing->instance, of_key ? otherwise : N_("the key published is not the one that signed"), signing->key);
    return good;
}

static bool check_message(struct checking *checking, const struct mw_arc_set *set)
{
    const struct mw_signing *signing = &set->message_signing;
    struct mw_octets body = {0};
    struct mw_pieces pieces;
    mw_canonical_body(checking->arena, checking->raw->body, checking->raw->body_bytes, signing->body, &body);
    mw_signing_pieces(checking->arena, checking->raw, signing, &pieces);
    if (!signs(checking, signing, &pieces, N_("the header was changed after the newest set was added")))
        return false;
    if (!mw_signing_has_body(signing, &body))
        fails(checking->arc, signing->instance, N_("the body was changed after the newest set was added"), "bh=");
    return !checking->arc->result;
}

/* A seal signs all sets up to its own, in the order in which they were added (section 5.1.1). */
static bool check_seal(struct checking *checking, size_t instance)
{
    struct mw_pieces pieces = {MW_NEW_ARRAY(checking->arena, struct mw_piece, PARTS * instance), 0};
    const struct mw_signing *signing = &checking->arc->sets[instance - 1].seal_signing;
    for (size_t i = 0; i < instance; i++) {
        const struct mw_arc_set *set = &checking->arc->sets[i];
        size_t fields[] = {set->results, set->message, set->seal};
        for (size_t part = 0; part < PARTS; part++)
            pieces.items[pieces.count++] = mw_signing_piece(checking->arena, checking->raw, signing, fields[part]);
    }
    return signs(checking, signing, &pieces, N_("a field of the chain was changed after it was sealed"));
}

void mw_arc_verify(struct mw_arena *arena, const struct mw_raw *raw, const struct mw_signature_key *keys, size_t count, struct mw_arc *arc)
{
    struct checking checking = {arena, raw, keys, count, arc};
    if (arc->result || !check_message(&checking, &arc->sets[arc->count - 1]))
        return;
    for (size_t i = arc->count; i > 0; i--)
        if (!check_seal(&checking, i))
            return;
    arc->result = "pass";
}
