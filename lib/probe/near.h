/* Is an address this machine's own, or on a network that it is part of? For lib/probe alone. */
#ifndef MAILWHY_PROBE_NEAR_H
#define MAILWHY_PROBE_NEAR_H

#include <stdbool.h>

/* `address` is an IPv4 or IPv6 address as text. Asks the kernel alone; no packet leaves. */
bool mw_is_near(const char *address);

#endif
