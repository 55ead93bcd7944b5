/* A handshake as facts. Tells only what was seen. */
#include <mailwhy/talk.h>

static void tell_text(struct mw_look *look, enum mw_fact_id id, const char *about, const char *text)
{
    if (text)
        mw_tell_text(look, id, about, text, NULL);
}

static void tell_certificate(struct mw_look *look, const char *about, const struct mw_tls_seen *seen)
{
    mw_tell_list(look, MW_F_TLS_VERIFY, about, &seen->verify, seen->subject);
    mw_tell_yes(look, MW_F_TLS_NAME_OK, about, seen->name_ok, mw_list_join(look->arena, &seen->names, ", "));
    mw_tell_list(look, MW_F_TLS_NAMES, about, &seen->names, NULL);
    tell_text(look, MW_F_TLS_SUBJECT, about, seen->subject);
    tell_text(look, MW_F_TLS_ISSUER, about, seen->issuer);
    mw_tell_time(look, MW_F_TLS_STARTS, about, seen->starts, NULL);
    mw_tell_time(look, MW_F_TLS_EXPIRES, about, seen->expires, NULL);
    tell_text(look, MW_F_TLS_KEY, about, seen->key);
    mw_tell_list(look, MW_F_TLS_CHAIN, about, &seen->chain, NULL);
    tell_text(look, MW_F_TLS_FINGERPRINT, about, seen->fingerprint);
}

void mw_tls_tell(struct mw_look *look, const char *about, const struct mw_tls_seen *seen)
{
    const char *quote = seen->alert ? seen->alert : seen->plain;
    tell_text(look, MW_F_TLS_ALERT, about, seen->alert);
    tell_text(look, MW_F_TLS_PLAIN, about, seen->plain);
    tell_text(look, MW_F_TLS_VERSION, about, seen->version);
    tell_text(look, MW_F_TLS_CIPHER, about, seen->cipher);
    if (seen->version)
        mw_tell_list(look, MW_F_TLS_WEAK, about, &seen->weak, NULL);
    if (seen->chain.count)
        tell_certificate(look, about, seen);
    mw_tell(look, &(struct mw_fact){.id = MW_F_TLS_END, .about = about, .text = seen->outcome, .quote = quote, .ms = seen->ms});
}
