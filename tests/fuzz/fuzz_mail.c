/* A whole message: header, body, stamps, authentication results, and what a bounce says. */
#include "fuzz.h"

#include <mailwhy/mail.h>

static void read_fields(struct mw_arena *arena, const struct mw_mail *mail)
{
    for (size_t i = 0; i < mail->count; i++) {
        struct mw_hop hop;
        struct mw_authres authres;
        fuzz_safe(mail->fields[i].name);
        fuzz_safe(mail->fields[i].value);
        mw_received_read(arena, mail->fields[i].value, &hop);
        fuzz_safe(hop.from);
        fuzz_safe(hop.by);
        fuzz_safe(hop.id);
        fuzz_must(!mw_authres_read(arena, mail->fields[i].value, &authres) || *authres.server);
        fuzz_safe_list(&authres.results);
        mw_mail_parameter(arena, mail->fields[i].value, "boundary");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct mw_arena *arena = mw_arena_new();
    struct mw_mail mail;
    struct mw_dsn dsn;
    mw_mail_read(arena, (const char *)bytes, count, &mail);
    fuzz_must(mail.count <= MW_MAIL_FIELDS && mail.body_bytes <= count && mail.body + mail.body_bytes == (const char *)bytes + count);
    fuzz_must(strlen(mw_mail_plain(arena, &mail)) <= mail.body_bytes);
    read_fields(arena, &mail);
    fuzz_must(!mw_dsn_read(arena, &mail, &dsn) || (dsn.count && dsn.count <= MW_DSN_RECIPIENTS));
    mw_arena_free(arena);
    return 0;
}
