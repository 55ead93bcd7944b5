/* The one line of an error, and the end of a program. Nothing else in mailwhy writes to standard error but the progress line. */
#include <mailwhy/fail.h>

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *program = "mailwhy";

void mw_fail_as(const char *name)
{
    program = name;
}

static void complain(const char *format, va_list args)
{
    char line[2048];
    vsnprintf(line, sizeof line, format, args);
    for (char *c = line; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = '?';
    fprintf(stderr, "%s: %s\n", program, line);
}

void mw_complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain(format, args);
    va_end(args);
}

void mw_fail(enum mw_exit status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain(format, args);
    va_end(args);
    exit((int)status);
}
