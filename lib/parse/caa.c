/* CAA records (RFC 8659 sections 4.1 to 4.5): one record, what a set allows, and a table of the names that issuers go by. Never climbs the tree and never asks:
 * that is the probe's. */
#include "tags.h"

#include <mailwhy/caa.h>
#include <mailwhy/lang.h>

#include <ctype.h>
#include <string.h>

#define VALUE_SHOWN 300u

static bool is_word(const char *text, const char *also)
{
    for (const char *at = text; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr(also, *at))
            return false;
    return *text != '\0';
}

/* label *("." label), each of letters, digits and inner hyphens. */
static bool is_issuer(struct mw_arena *arena, const char *text)
{
    size_t length = strlen(text);
    struct mw_list labels = mw_text_split(arena, text, ".");
    for (size_t i = 0; i < labels.count; i++) {
        const char *label = labels.items[i];
        if (label[0] == '-' || label[strlen(label) - 1] == '-')
            return false;
    }
    return is_word(text, ".-") && text[0] != '.' && text[length - 1] != '.' && !strstr(text, "..");
}

/* parameter *(";" parameter), each tag=value of printable characters. */
static bool are_parameters(struct mw_arena *arena, const char *text)
{
    struct mw_list parameters = mw_text_split(arena, text, ";");
    for (size_t i = 0; i < parameters.count; i++) {
        const char *parameter = mw_text_trim(arena, parameters.items[i]), *equals = strchr(parameter, '=');
        if (!*parameter)
            continue;
        if (!equals || !is_word(mw_text_trim(arena, mw_strndup(arena, parameter, (size_t)(equals - parameter))), "-"))
            return false;
        if (strpbrk(mw_text_trim(arena, equals + 1), " \t"))
            return false;
    }
    return true;
}

/* A value that is malformed names nobody, so it lets nobody issue (section 4.2). */
static void read_issue(struct mw_arena *arena, struct mw_caa *record, struct mw_flaw *flaw)
{
    size_t length = strcspn(record->value, ";");
    const char *issuer = mw_text_trim(arena, mw_strndup(arena, record->value, length));
    record->issuer = "";
    if (*issuer && !is_issuer(arena, issuer))
        mw_flaw_is(flaw, N_("the issuer is not a domain name, so nobody may issue by it"), record->value);
    else if (!are_parameters(arena, record->value + length))
        mw_flaw_is(flaw, N_("the parameters are not tag=value, so nobody may issue by it"), record->value);
    else
        record->issuer = mw_text_lower(arena, issuer);
}

static enum mw_caa_kind kind_of(const char *tag)
{
    static const struct { const char *tag; enum mw_caa_kind kind; } kinds[] = {
        {"issue", MW_CAA_ISSUE}, {"issuewild", MW_CAA_ISSUEWILD}, {"iodef", MW_CAA_OTHER}, {"issuemail", MW_CAA_OTHER}, {"issuevmc", MW_CAA_OTHER},
        {"contactemail", MW_CAA_OTHER}, {"contactphone", MW_CAA_OTHER}};
    for (size_t i = 0; i < MW_COUNT(kinds); i++)
        if (strcmp(kinds[i].tag, tag) == 0)
            return kinds[i].kind;
    return MW_CAA_UNKNOWN;
}

const struct mw_caa *mw_caa_read(struct mw_arena *arena, const uint8_t *rdata, size_t bytes, struct mw_flaw *flaw)
{
    *flaw = (struct mw_flaw){0};
    struct mw_caa *record = MW_NEW(arena, struct mw_caa);
    if (bytes < 2 || rdata[1] == 0 || rdata[1] > bytes - 2) {
        mw_flaw_is(flaw, N_("the length of its tag does not fit the record"), "");
        return NULL;
    }
    size_t tag = rdata[1];
    record->critical = rdata[0] & 0x80;
    record->tag = mw_text_lower(arena, mw_text_safe(arena, rdata + 2, tag, VALUE_SHOWN));
    record->value = mw_text_trim(arena, mw_text_safe(arena, rdata + 2 + tag, bytes - 2 - tag, VALUE_SHOWN));
    if (!is_word(record->tag, "")) {
        mw_flaw_is(flaw, N_("its tag is not letters and digits"), record->tag);
        return NULL;
    }
    record->kind = kind_of(record->tag);
    if (record->kind == MW_CAA_ISSUE || record->kind == MW_CAA_ISSUEWILD)
        read_issue(arena, record, flaw);
    if (record->kind == MW_CAA_UNKNOWN && record->critical)
        mw_flaw_is(flaw, N_("a critical property that no issuer knows, so nobody may issue"), record->tag);
    return record;
}

bool mw_caa_restricts(struct mw_arena *arena, const struct mw_caa *const *set, size_t count, bool wildcard, struct mw_list *allowed)
{
    enum mw_caa_kind decides = MW_CAA_ISSUE;
    bool restricts = false;
    for (size_t i = 0; i < count; i++)
        if (wildcard && set[i]->kind == MW_CAA_ISSUEWILD)
            decides = MW_CAA_ISSUEWILD;
    *allowed = (struct mw_list){0};
    for (size_t i = 0; i < count; i++) {
        if (set[i]->kind == MW_CAA_UNKNOWN && set[i]->critical) {
            *allowed = (struct mw_list){0};
            return true;
        }
        restricts |= set[i]->kind == decides;
        if (set[i]->kind == decides && *set[i]->issuer && !mw_list_has(allowed, set[i]->issuer))
            mw_list_add(arena, allowed, set[i]->issuer);
    }
    return restricts;
}

/* --- issuers ------------------------------------------------------------------------------------------------------------------------------------- */

/* As of November 2025, from the issuers' certification practice statements. An issuer that signs with the roots of others may be allowed under their names too;
 * where that is in doubt the name is listed, as a wrong "may not" does more harm than a missing one. */
#define SECTIGO "sectigo.com usertrust.com trust-provider.com comodo.com comodoca.com entrust.net affirmtrust.com"
#define DIGICERT \
    "digicert.com www.digicert.com digicert.ne.jp cybertrust.ne.jp thawte.com geotrust.com rapidssl.com symantec.com quovadisglobal.com " \
    "digitalcertvalidation.com amazon.com amazontrust.com awstrust.com amazonaws.com pkioverheid.nl"
#define AMAZON "amazon.com amazontrust.com awstrust.com amazonaws.com aws.amazon.com"

static const struct { const char *organisation, *names; } issuers[] = {
    /* clang-format off */
    /* beginning of O=                     names in CAA */
    {"Actalis",                            "actalis.it"},
    {"Amazon",                             AMAZON},
    {"Asseco Data Systems",                "certum.pl certum.eu"},
    {"BEIJING CERTIFICATE AUTHORITY",      "bjca.cn"},
    {"Buypass",                            "buypass.com"},
    {"Certainly",                          "certainly.com"},
    {"Certigna",                           "certigna.fr certigna.com"},
    {"certSIGN",                           "certsign.ro"},
    {"Certum",                             "certum.pl certum.eu"},
    {"China Financial Certification",      "cfca.com.cn"},
    {"COMODO",                             SECTIGO},
    {"Cybertrust Japan",                   "cybertrust.co.jp cybertrust.ne.jp"},
    {"D-Trust",                            "d-trust.net dtrust.de d-trust.de"},
    {"Deutsche Telekom Security",          "telesec.de pki.dfn.de dfn.de"},
    {"DigiCert",                           DIGICERT},
    {"eMudhra",                            "emsign.com"},
    {"Entrust",                            "entrust.net affirmtrust.com " SECTIGO},
    {"GeoTrust",                           DIGICERT},
    {"GlobalSign",                         "globalsign.com"},
    {"GoDaddy",                            "godaddy.com starfieldtech.com"},
    {"Google Trust Services",              "pki.goog"},
    {"Hellenic Academic and Research",     "harica.gr"},
    {"IdenTrust",                          "identrust.com"},
    {"Internet Security Research Group",   "letsencrypt.org"},
    {"Let's Encrypt",                      "letsencrypt.org"},
    {"Microsec",                           "e-szigno.hu"},
    {"Microsoft",                          "microsoft.com " DIGICERT},
    {"NETLOCK",                            "netlock.hu netlock.net netlock.eu netlock.com"},
    {"QuoVadis",                           DIGICERT},
    {"RapidSSL",                           DIGICERT},
    {"SECOM Trust",                        "secomtrust.net"},
    {"Sectigo",                            SECTIGO},
    {"SSL Corp",                           "ssl.com entrust.net affirmtrust.com"},
    {"Starfield",                          "starfieldtech.com godaddy.com " AMAZON},
    {"SwissSign",                          "swisssign.com"},
    {"TAIWAN-CA",                          "twca.com.tw"},
    {"Telia",                              "telia.com"},
    {"thawte",                             DIGICERT},
    {"The USERTRUST Network",              SECTIGO},
    {"TrustAsia",                          "trustasia.com " DIGICERT " " SECTIGO},
    {"Trustwave",                          "trustwave.com securetrust.com vikingcloud.com"},
    {"UniTrust",                           "sheca.com imtrust.cn wwwtrust.cn"},
    {"Viking Cloud",                       "trustwave.com securetrust.com vikingcloud.com"},
    {"WoTrus",                             "wotrus.com wosign.com certum.pl " DIGICERT " " SECTIGO},
    {"ZeroSSL",                            "zerossl.com " SECTIGO},
    /* clang-format on */
};

/* The value of O= in a subject. */
static const char *organisation_of(struct mw_arena *arena, const char *subject)
{
    for (const char *at = subject; (at = strstr(at, "O=")); at++) {
        if (at != subject && at[-1] != ' ' && at[-1] != ',' && at[-1] != '+')
            continue;
        size_t length = 0;
        while (at[2 + length] && !(at[2 + length] == ',' && (length == 0 || at[1 + length] != '\\')))
            length++;
        return mw_text_trim(arena, mw_strndup(arena, at + 2, length));
    }
    return "";
}

struct mw_list mw_caa_names_of(struct mw_arena *arena, const char *issuer, const char **who)
{
    const char *organisation = organisation_of(arena, issuer);
    *who = organisation[0] == '"' ? organisation + 1 : organisation;
    for (size_t i = 0; **who && i < MW_COUNT(issuers); i++)
        if (mw_text_starts(*who, issuers[i].organisation))
            return mw_text_split(arena, issuers[i].names, " ");
    return (struct mw_list){0};
}
