/* SPDX-License-Identifier: MIT
 *
 * text_double.c: a FormatMessageW, in the place where the linker puts the
 * address of the system's.
 */
#include "text_double.h"

#include <windows.h>

const char *text_double_text;
bool text_double_fails;
int text_double_calls;

static DWORD WINAPI format(DWORD flags, const void *source, DWORD code,
    DWORD language, LPWSTR text, DWORD size, va_list *arguments)
{
	int length;

	(void)flags;
	(void)source;
	(void)code;
	(void)language;
	(void)arguments;
	text_double_calls++;
	length = MultiByteToWideChar(CP_UTF8, 0, text_double_text, -1, text,
	    (int)size);
	SetLastError(ERROR_GEN_FAILURE);
	return text_double_fails || length <= 0 ? 0 : (DWORD)length - 1;
}

/* The name is the linker's; 32-bit processors have the call's in it. */
#ifdef __i386__
#define IMPORT __asm__("__imp__FormatMessageW@28")
#else
#define IMPORT __asm__("__imp_FormatMessageW")
#endif

extern DWORD(WINAPI *const text_double_import)(DWORD, const void *, DWORD,
    DWORD, LPWSTR, DWORD, va_list *) IMPORT;
DWORD(WINAPI *const text_double_import)
(DWORD, const void *, DWORD, DWORD, LPWSTR, DWORD, va_list *) = format;
