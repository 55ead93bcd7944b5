/* Reads DNS messages (RFC 1035, RFC 2308, RFC 6891, RFC 8914) and writes queries. The frame, names and the types of which a run asks many are read by
 * hand, which makes a lookup four times cheaper; the words of all other records are ldns's. Never sends, never waits, never follows a name outside the message.
 */
#include <mailwhy/dns.h>

#include <ldns/ldns.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS_CEILING 1000u
#define CHAIN_CEILING 16u
#define CLASS_IN 1
#define TYPE_OPT 41
#define TYPE_DNAME 39
#define EDNS_EDE 15
#define UDP_BYTES 1232u
#define HEADER_BYTES 12u
#define NAME_ROOM (4u * LDNS_MAX_DOMAINLEN + 1u) /* each byte as \DDD */

const char *mw_dns_status_name(enum mw_dns_status status)
{
    static const char *const names[] = {"ok", "nodata", "nxdomain", "servfail", "refused", "timed out", "unreachable", "garbled", "other"};
    return (size_t)status < MW_COUNT(names) ? names[status] : "other";
}

const char *mw_dns_type_name(int type)
{
    static const struct {
        int type;
        const char *name;
    } names[] = {{MW_A, "A"},       {MW_NS, "NS"},   {MW_CNAME, "CNAME"}, {MW_SOA, "SOA"},     {MW_PTR, "PTR"},       {MW_MX, "MX"},     {MW_TXT, "TXT"},
                 {MW_AAAA, "AAAA"}, {MW_SRV, "SRV"}, {MW_DS, "DS"},       {MW_RRSIG, "RRSIG"}, {MW_DNSKEY, "DNSKEY"}, {MW_TLSA, "TLSA"}, {MW_CAA, "CAA"}};
    for (size_t i = 0; i < MW_COUNT(names); i++)
        if (names[i].type == type)
            return names[i].name;
    return "?";
}

struct reader {
    struct mw_arena *arena;
    const uint8_t *wire;
    size_t bytes, at;
    const char *name; /* of the question */
    struct mw_dns_answer *answer;
    size_t room;
};

static unsigned get16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

/* --- names -------------------------------------------------------------------------------------------------------------------------------- */

struct labels {
    const uint8_t *wire;
    size_t bytes, here;
    size_t lowest; /* pointers lead to an earlier place alone, so that none leads round in a circle */
    size_t behind; /* the first pointer; 0: there was none */
};

/* Follows pointers to the next label; false: there is none inside the message. */
static bool find_label(struct labels *labels)
{
    const uint8_t *wire = labels->wire;
    while (labels->here + 1 < labels->bytes && wire[labels->here] >= 0xc0) {
        size_t there = get16(wire + labels->here) & 0x3fff;
        if (there >= labels->lowest)
            return false;
        if (!labels->behind)
            labels->behind = labels->here + 2;
        labels->here = labels->lowest = there;
    }
    return labels->here < labels->bytes && wire[labels->here] <= LDNS_MAX_LABELLEN && wire[labels->here] < labels->bytes - labels->here;
}

/* One byte of a label as the house writes it: lower case, special characters as \C, what is not seen as \DDD (RFC 1035 section 5.1). */
static char *put_character(char *out, uint8_t byte)
{
    static const char special[] = ".;()\\";
    bool is_seen = byte > ' ' && byte <= '~';
    if (!is_seen || memchr(special, byte, sizeof special - 1))
        *out++ = '\\';
    if (!is_seen) {
        *out++ = (char)('0' + byte / 100);
        *out++ = (char)('0' + byte / 10 % 10);
        *out++ = (char)('0' + byte % 10);
        return out;
    }
    *out++ = (char)(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte);
    return out;
}

/* The name at *at, without the dot at the end; *at is behind it then. */
static bool read_name_at(const struct reader *reader, size_t *at, char text[NAME_ROOM])
{
    struct labels labels = {.wire = reader->wire, .bytes = reader->bytes, .here = *at, .lowest = *at};
    char *out = text;
    for (size_t octets = 1;;) {
        if (!find_label(&labels))
            return false;
        unsigned length = labels.wire[labels.here++];
        if (length == 0)
            break;
        octets += length + 1;
        if (octets > LDNS_MAX_DOMAINLEN)
            return false;
        if (out != text)
            *out++ = '.';
        while (length--)
            out = put_character(out, labels.wire[labels.here++]);
    }
    if (out == text)
        *out++ = '.';
    *out = '\0';
    *at = labels.behind ? labels.behind : labels.here;
    return true;
}

static const char *read_name(struct reader *reader)
{
    char text[NAME_ROOM];
    if (!read_name_at(reader, &reader->at, text))
        return NULL;
    return strcmp(text, reader->name) == 0 ? reader->name : mw_strdup(reader->arena, text);
}

/* --- rdata -------------------------------------------------------------------------------------------------------------------------------- */

/* A name in presentation form as the house writes it, out of ldns. */
static char *house_name(struct mw_arena *arena, const ldns_rdf *name)
{
    char *text = ldns_rdf2str(name);
    if (!text)
        return mw_strdup(arena, ".");
    size_t length = strlen(text);
    if (length > 1 && text[length - 1] == '.')
        text[length - 1] = '\0';
    char *lower = mw_text_lower(arena, text);
    free(text);
    return lower;
}

static const char *piece_text(struct mw_arena *arena, const ldns_rdf *piece)
{
    if (ldns_rdf_get_type(piece) == LDNS_RDF_TYPE_DNAME)
        return house_name(arena, piece);
    char *text = ldns_rdf2str(piece);
    if (!text)
        return "";
    size_t length = strlen(text);
    const char *safe = mw_text_safe(arena, text, length, length * 4);
    free(text);
    return safe;
}

static const char *record_text(struct mw_arena *arena, const ldns_rr *rr)
{
    struct mw_list pieces = {0};
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++)
        mw_list_add(arena, &pieces, piece_text(arena, ldns_rr_rdf(rr, i)));
    return mw_text_trim(arena, mw_list_join(arena, &pieces, " "));
}

static void copy_rdata(struct mw_arena *arena, struct mw_record *record, const ldns_rr *rr)
{
    size_t count = ldns_rr_rd_count(rr);
    for (size_t i = 0; i < count; i++)
        record->rdata_bytes += ldns_rdf_size(ldns_rr_rdf(rr, i));
    uint8_t *rdata = mw_alloc(arena, record->rdata_bytes + 1), *end = rdata;
    for (size_t i = 0; i < count; i++) {
        const ldns_rdf *piece = ldns_rr_rdf(rr, i);
        memcpy(end, ldns_rdf_data(piece), ldns_rdf_size(piece));
        end += ldns_rdf_size(piece);
    }
    record->rdata = rdata;
}

/* The strings stand behind one another without anything between (RFC 7208 section 3.3, RFC 6376 section 3.6.2.2). */
static void join_strings(struct mw_arena *arena, struct mw_record *record)
{
    char *joined = mw_alloc(arena, record->rdata_bytes + 1);
    size_t length = 0;
    for (size_t at = 0; at < record->rdata_bytes; at += 1u + record->rdata[at]) {
        memcpy(joined + length, record->rdata + at + 1, record->rdata[at]);
        length += record->rdata[at];
        record->strings++;
    }
    record->joined = mw_text_safe(arena, joined, length, length * 4);
}

/* A record whose owner begins at `start`, by ldns. */
static bool read_by_ldns(const struct reader *reader, struct mw_record *record, size_t start)
{
    ldns_rr *rr = NULL;
    if (ldns_wire2rr(&rr, reader->wire, reader->bytes, &start, LDNS_SECTION_ANSWER) != LDNS_STATUS_OK)
        return false;
    copy_rdata(reader->arena, record, rr);
    record->text = record_text(reader->arena, rr);
    if (record->type == MW_TXT)
        join_strings(reader->arena, record);
    ldns_rr_free(rr);
    return true;
}

/* A name of the rdata that ends at `end`; NULL: it does not end there or before. */
static const char *take_name(const struct reader *reader, size_t *at, size_t end)
{
    char text[NAME_ROOM];
    return *at < end && read_name_at(reader, at, text) && *at <= end ? mw_strdup(reader->arena, text) : NULL;
}

static bool read_address(const struct reader *reader, struct mw_record *record, size_t at, size_t end)
{
    char text[INET6_ADDRSTRLEN];
    bool six = record->type == MW_AAAA;
    if (end - at != (six ? 16 : 4) || !inet_ntop(six ? AF_INET6 : AF_INET, reader->wire + at, text, sizeof text))
        return false;
    record->text = record->address = mw_strdup(reader->arena, text);
    return true;
}

static bool read_only_name(const struct reader *reader, struct mw_record *record, size_t at, size_t end)
{
    record->text = record->name = take_name(reader, &at, end);
    return record->name && at == end;
}

static bool read_mx(const struct reader *reader, struct mw_record *record, size_t at, size_t end)
{
    if (end - at < 3)
        return false;
    record->preference = get16(reader->wire + at);
    at += 2;
    record->name = take_name(reader, &at, end);
    if (!record->name || at != end)
        return false;
    record->text = mw_printf(reader->arena, "%u %s", record->preference, record->name);
    return true;
}

static bool read_srv(const struct reader *reader, struct mw_record *record, size_t at, size_t end)
{
    const uint8_t *numbers = reader->wire + at;
    if (end - at < 7)
        return false;
    record->preference = get16(numbers);
    record->weight = get16(numbers + 2);
    record->port = get16(numbers + 4);
    at += 6;
    record->name = take_name(reader, &at, end);
    if (!record->name || at != end)
        return false;
    record->text = mw_printf(reader->arena, "%u %u %u %s", record->preference, record->weight, record->port, record->name);
    return true;
}

static bool read_soa(const struct reader *reader, struct mw_record *record, size_t at, size_t end)
{
    record->name = take_name(reader, &at, end);
    const char *contact = record->name ? take_name(reader, &at, end) : NULL;
    if (!contact || end - at != 20)
        return false;
    const uint8_t *numbers = reader->wire + at;
    record->serial = get32(numbers);
    record->minimum = get32(numbers + 16);
    record->text = mw_printf(reader->arena, "%s %s %u %u %u %u %u", record->name, contact, record->serial, get32(numbers + 4), get32(numbers + 8),
                             get32(numbers + 12), record->minimum);
    return true;
}

static const struct rdata_form {
    int type;
    bool (*read)(const struct reader *reader, struct mw_record *record, size_t at, size_t end);
} rdata_forms[] = {
    /* clang-format off */
    /* type      read */
    {MW_A,       read_address},
    {MW_AAAA,    read_address},
    {MW_CNAME,   read_only_name},
    {MW_NS,      read_only_name},
    {MW_PTR,     read_only_name},
    {MW_MX,      read_mx},
    {MW_SRV,     read_srv},
    {MW_SOA,     read_soa},
    /* clang-format on */
};

/* The rdata that ends where the reader stands, of a record whose owner begins at `start`. */
static bool read_rdata(const struct reader *reader, struct mw_record *record, size_t start, size_t length)
{
    size_t at = reader->at - length;
    for (size_t i = 0; i < MW_COUNT(rdata_forms); i++)
        if (rdata_forms[i].type == record->type) {
            record->rdata = reader->wire + at;
            record->rdata_bytes = length;
            return rdata_forms[i].read(reader, record, at, reader->at);
        }
    return read_by_ldns(reader, record, start);
}

/* --- records ------------------------------------------------------------------------------------------------------------------------------ */

/* Room at first for as many records as the header tells, but for OPT, where so many fit into the message: 11 bytes are the least. */
static size_t first_room(const struct reader *reader)
{
    size_t told = (size_t)get16(reader->wire + 6) + get16(reader->wire + 8) + get16(reader->wire + 10), fit = reader->bytes / 11;
    size_t room = told < fit ? told : fit;
    return room > 1 ? room - 1 : 1;
}

static void add_record(struct reader *reader, const struct mw_record *record)
{
    struct mw_dns_answer *answer = reader->answer;
    if (answer->count == reader->room) {
        size_t room = reader->room ? reader->room * 2 : first_room(reader);
        answer->records = mw_grow(reader->arena, answer->records, answer->count * sizeof *record, room * sizeof *record);
        reader->room = room;
    }
    answer->records[answer->count++] = *record;
}

static void read_options(struct mw_dns_answer *answer, struct mw_arena *arena, const uint8_t *at, size_t left)
{
    while (left >= 4 && get16(at + 2) <= left - 4) {
        size_t length = get16(at + 2);
        if (get16(at) == EDNS_EDE && length >= 2 && answer->ede < 0) {
            answer->ede = (int)get16(at + 4);
            answer->ede_text = mw_text_safe(arena, at + 6, length - 2, 500);
        }
        at += 4 + length;
        left -= 4 + length;
    }
}

/* RFC 6891 section 6.1.3. It stands in the additional section, once, and its owner is the root; what is elsewhere says nothing. */
static void read_opt(struct reader *reader, const struct mw_record *record, const uint8_t *fixed, size_t length)
{
    struct mw_dns_answer *answer = reader->answer;
    if (record->section != MW_ADDITIONAL || answer->edns || !mw_text_same(record->owner, "."))
        return;
    answer->edns = true;
    answer->edns_version = record->ttl >> 16 & 255;
    answer->udp_bytes = get16(fixed + 2);
    answer->rcode |= (int)(record->ttl >> 24) << 4;
    read_options(answer, reader->arena, fixed + 10, length);
}

/* The next record, or false where the message ends or breaks. A record outside the answer that cannot be read is passed over. */
static bool next_record(struct reader *reader, enum mw_dns_section section)
{
    size_t start = reader->at;
    struct mw_record record = {.owner = read_name(reader), .section = section};
    if (!record.owner || reader->bytes - reader->at < 10)
        return false;
    const uint8_t *fixed = reader->wire + reader->at;
    size_t length = get16(fixed + 8);
    reader->at += 10;
    if (length > reader->bytes - reader->at)
        return false;
    reader->at += length;
    record.type = (int)get16(fixed);
    record.ttl = get32(fixed + 4);
    if (record.type == TYPE_OPT) {
        read_opt(reader, &record, fixed, length);
        return true;
    }
    if (get16(fixed + 2) != CLASS_IN)
        return true;
    if (reader->answer->count == RECORDS_CEILING)
        return true; /* what else is there is passed over, but an OPT record is looked for */
    if (!read_rdata(reader, &record, start, length))
        return section != MW_ANSWER;
    add_record(reader, &record);
    return true;
}

static bool read_sections(struct reader *reader)
{
    for (int section = MW_ANSWER; section <= MW_ADDITIONAL; section++)
        for (unsigned left = get16(reader->wire + 6 + 2 * section); left; left--)
            if (!next_record(reader, (enum mw_dns_section)section))
                return reader->answer->truncated || section == MW_ADDITIONAL;
    return true;
}

/* --- the answer as a whole ----------------------------------------------------------------------------------------------------------------- */

static const struct mw_record *find(const struct mw_dns_answer *answer, const char *owner, int type)
{
    const struct mw_record *record;
    for (size_t i = 0; (record = mw_dns_next(answer, type, &i));)
        if (mw_text_same(record->owner, owner))
            return record;
    return NULL;
}

struct chain {
    const char *names[CHAIN_CEILING + 1];
    size_t count;
    bool is_endless; /* round in a circle, or too long to be followed */
};

static bool is_in(const struct chain *chain, const char *name)
{
    for (size_t i = 0; i < chain->count; i++)
        if (mw_text_same(name, chain->names[i]))
            return true;
    return false;
}

static struct chain follow(const struct mw_dns_answer *answer, const char *name, int type)
{
    struct chain chain = {.names = {name}, .count = 1};
    const struct mw_record *alias;
    while (type != MW_CNAME && !chain.is_endless && (alias = find(answer, chain.names[chain.count - 1], MW_CNAME))) {
        chain.is_endless = chain.count > CHAIN_CEILING || is_in(&chain, alias->name);
        if (!chain.is_endless)
            chain.names[chain.count++] = alias->name;
    }
    return chain;
}

static bool belongs(const struct mw_record *record, const struct chain *chain)
{
    return record->section != MW_ANSWER || record->type == TYPE_DNAME || is_in(chain, record->owner);
}

/* Records of the answer section that the question does not lead to are no answer to it, and beside an error there is none. */
static void drop_strangers(struct mw_dns_answer *answer, const struct chain *chain, int type)
{
    bool is_error = answer->rcode != LDNS_RCODE_NOERROR;
    size_t kept = 0;
    for (size_t i = 0; i < answer->count; i++) {
        const struct mw_record *record = &answer->records[i];
        if (belongs(record, chain) && !(is_error && record->section == MW_ANSWER && record->type == type))
            answer->records[kept++] = *record;
    }
    answer->count = kept;
}

static enum mw_dns_status error_status(int rcode)
{
    switch (rcode) {
    case LDNS_RCODE_NXDOMAIN: return MW_DNS_NXDOMAIN;
    case LDNS_RCODE_SERVFAIL: return MW_DNS_SERVFAIL;
    case LDNS_RCODE_REFUSED: return MW_DNS_REFUSED;
    default: return MW_DNS_OTHER;
    }
}

/* That there is nothing is believed only of a message that is sound, and that does not answer another question. */
static bool may_deny(const struct reader *reader, const struct mw_record *found)
{
    const struct mw_dns_answer *answer = reader->answer;
    bool has_answer = get16(reader->wire + 6) > 0, keeps_some = answer->count && answer->records[0].section == MW_ANSWER;
    return reader->at == reader->bytes && !found && (!has_answer || keeps_some);
}

/* `found`: a record that answers the question, told or beside an error. */
static enum mw_dns_status judge(const struct reader *reader, const struct chain *chain, const struct mw_record *found)
{
    const struct mw_dns_answer *answer = reader->answer;
    enum mw_dns_status status = answer->rcode == LDNS_RCODE_NOERROR ? (found ? MW_DNS_OK : MW_DNS_NODATA) : error_status(answer->rcode);
    bool denies = status == MW_DNS_NODATA || status == MW_DNS_NXDOMAIN;
    if (denies && (answer->truncated || chain->is_endless))
        return MW_DNS_OTHER;
    return denies && !may_deny(reader, found) ? MW_DNS_GARBLED : status;
}

/* One question of class IN; false: there are none, others or more. */
static bool read_question(struct reader *reader, struct mw_dns_asked *asked)
{
    asked->name = read_name(reader);
    if (get16(reader->wire + 4) != 1 || !asked->name || reader->bytes - reader->at < 4)
        return false;
    const uint8_t *rest = reader->wire + reader->at;
    reader->at += 4;
    asked->type = (int)get16(rest);
    asked->bytes = reader->at;
    return get16(rest + 2) == CLASS_IN;
}

/* Servers that refuse may leave the question out. */
static bool is_our_question(struct reader *reader, const char *name, int type)
{
    struct mw_dns_asked asked;
    if (get16(reader->wire + 4) == 0)
        return (reader->wire[3] & 15) != LDNS_RCODE_NOERROR;
    return read_question(reader, &asked) && mw_text_same(asked.name, name) && asked.type == type;
}

bool mw_dns_read_query(struct mw_arena *arena, const uint8_t *wire, size_t bytes, struct mw_dns_asked *asked)
{
    struct reader reader = {.arena = arena, .wire = wire, .bytes = bytes, .at = HEADER_BYTES, .name = ""};
    bool is_query = bytes >= HEADER_BYTES && !(wire[2] & 0xf8); /* neither an answer nor another kind of request */
    return is_query && read_question(&reader, asked);
}

static char *without_dot(struct mw_arena *arena, const char *name)
{
    size_t length = strlen(name);
    return mw_strndup(arena, name, length > 1 && name[length - 1] == '.' ? length - 1 : length);
}

struct mw_dns_answer *mw_dns_read(struct mw_arena *arena, const uint8_t *wire, size_t bytes, const char *name, int type)
{
    struct mw_dns_answer *answer = MW_NEW(arena, struct mw_dns_answer);
    *answer = (struct mw_dns_answer){.status = MW_DNS_GARBLED, .ede = -1, .ede_text = "", .server = "", .wire_bytes = bytes};
    answer->wire = mw_memdup(arena, wire, bytes);
    struct reader reader = {.arena = arena, .wire = answer->wire, .bytes = bytes, .at = HEADER_BYTES, .answer = answer};
    reader.name = name = without_dot(arena, name);
    if (bytes < HEADER_BYTES || !(wire[2] & 0x80) || !is_our_question(&reader, name, type))
        return answer;
    answer->rcode = wire[3] & 15;
    answer->authoritative = wire[2] & 4;
    answer->truncated = wire[2] & 2;
    answer->authentic = wire[3] & 0x20;
    answer->recursion_available = wire[3] & 0x80;
    if (!read_sections(&reader)) {
        answer->count = 0;
        return answer;
    }
    struct chain chain = follow(answer, name, type);
    const char *last = chain.names[chain.count - 1];
    const struct mw_record *found = find(answer, last, type);
    drop_strangers(answer, &chain, type);
    answer->cname = chain.count > 1 ? last : NULL;
    answer->status = judge(&reader, &chain, found);
    return answer;
}

bool mw_dns_is_referral(const struct mw_dns_answer *answer)
{
    bool has_ns = false;
    for (size_t i = 0; i < answer->count; i++) {
        const struct mw_record *record = &answer->records[i];
        if (record->section == MW_ANSWER || (record->section == MW_AUTHORITY && record->type == MW_SOA))
            return false;
        has_ns |= record->section == MW_AUTHORITY && record->type == MW_NS;
    }
    return has_ns && answer->status == MW_DNS_NODATA && !answer->authoritative;
}

const struct mw_record *mw_dns_next(const struct mw_dns_answer *answer, int type, size_t *index)
{
    while (*index < answer->count) {
        const struct mw_record *record = &answer->records[(*index)++];
        if (record->section == MW_ANSWER && record->type == type)
            return record;
    }
    return NULL;
}

/* --- queries ------------------------------------------------------------------------------------------------------------------------------ */

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* One character of a name in presentation form: itself, \. or \DDD (RFC 1035 section 5.1). Bytes of `text` that it takes, 0: it is none. */
static size_t get_character(const char *text, uint8_t *byte)
{
    if (*text != '\\') {
        *byte = (uint8_t)*text;
        return *text ? 1 : 0;
    }
    if (strspn(text + 1, "0123456789") >= 3) {
        int value = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
        *byte = (uint8_t)value;
        return value < 256 ? 4 : 0;
    }
    *byte = (uint8_t)text[1];
    return text[1] ? 2 : 0;
}

/* One label, up to a dot or the end, with its length before it. Bytes of `text` that it takes, 0: it is none. */
static size_t put_label(uint8_t *wire, const char *text)
{
    size_t taken = 0, length = 0;
    while (text[taken] && text[taken] != '.') {
        uint8_t byte;
        size_t used = get_character(text + taken, &byte);
        if (!used || length == LDNS_MAX_LABELLEN)
            return 0;
        wire[++length] = byte;
        taken += used;
    }
    wire[0] = (uint8_t)length;
    return length ? taken : 0;
}

/* The name in wire form, at most 255 bytes; 0: it cannot be one. */
static size_t put_name(uint8_t wire[LDNS_MAX_DOMAINLEN], const char *name)
{
    size_t at = 0;
    if (mw_text_same(name, "."))
        name = "";
    while (*name) {
        uint8_t label[LDNS_MAX_LABELLEN + 1];
        size_t taken = put_label(label, name);
        if (!taken || at + label[0] + 2u > LDNS_MAX_DOMAINLEN)
            return 0;
        memcpy(wire + at, label, label[0] + 1u);
        at += label[0] + 1u;
        name += taken;
        name += *name == '.';
    }
    wire[at++] = 0;
    return at;
}

/* AD asks for AD in the answer (RFC 6840 section 5.7). */
size_t mw_dns_query_plain(uint8_t *wire, size_t room, uint16_t id, const char *name, int type, bool recursion, bool checking_disabled)
{
    uint8_t qname[LDNS_MAX_DOMAINLEN];
    size_t length = put_name(qname, name), whole = HEADER_BYTES + length + 4;
    if (!length || whole > room)
        return 0;
    memset(wire, 0, HEADER_BYTES);
    put16(wire, id);
    wire[2] = recursion ? 1 : 0;
    wire[3] = (uint8_t)(0x20 | (checking_disabled ? 0x10 : 0));
    put16(wire + 4, 1);
    memcpy(wire + HEADER_BYTES, qname, length);
    put16(wire + HEADER_BYTES + length, (unsigned)type);
    put16(wire + HEADER_BYTES + length + 2, CLASS_IN);
    return whole;
}

size_t mw_dns_query(uint8_t *wire, size_t room, uint16_t id, const char *name, int type, bool recursion, bool checking_disabled, bool dnssec)
{
    static const uint8_t opt[11] = {0, 0, TYPE_OPT, UDP_BYTES >> 8, UDP_BYTES & 255};
    size_t plain = mw_dns_query_plain(wire, room, id, name, type, recursion, checking_disabled);
    if (!plain || plain + sizeof opt > room)
        return 0;
    put16(wire + 10, 1);
    memcpy(wire + plain, opt, sizeof opt);
    wire[plain + 7] = dnssec ? 0x80 : 0; /* DO, the first bit of the flags behind extended rcode and version */
    return plain + sizeof opt;
}
