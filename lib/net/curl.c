/* Loading libcurl: the OpenSSL build where there is one, since fetches share our trust store. Never unloads it: its TLS library has handlers at exit. */
#include <stdbool.h>

#include "curl.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

bool mw_curl_load(struct mw_curl *curl, const char **why)
{
    /* Debian's libcurl brings GnuTLS along for RTMP and LDAP; its start-up alone would cost 1 MB, and nothing of it is used. */
    setenv("GNUTLS_NO_IMPLICIT_INIT", "1", 0);
    curl->library = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
    if (!curl->library) {
        *why = dlerror();
        return false;
    }
    bool found = true;
    void *symbol;
#define F(name) \
    symbol = dlsym(curl->library, "curl_" #name); \
    memcpy(&curl->name, &symbol, sizeof symbol); \
    found = found && symbol;
    MW_CURL_FUNCTIONS(F)
#undef F
    *why = "libcurl.so.4 lacks a function";
    return found && curl->global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}
