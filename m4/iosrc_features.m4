# SPDX-License-Identifier: MIT
#
# iosrc_features.m4: the switches of this library: optional system calls,
# backends, and folders of the .pc file.

# IOSRC_OPTIONAL_CALL(NAME)
# --disable-NAME: the call is never issued, for sandboxes that kill instead of
# refusing. Defines IOSRC_USE_NAME to 0 or 1, and adds NAME to
# iosrc_optional_calls if it may be issued.
AC_DEFUN([IOSRC_OPTIONAL_CALL], [
	AC_ARG_ENABLE(m4_translit([$1], [_], [-]),
		[AS_HELP_STRING([--disable-]m4_translit([$1], [_], [-]),
			[never issue the system call $1])],
		[iosrc_use_$1=$enableval], [iosrc_use_$1=auto])
	AC_CHECK_FUNCS([$1])
	AS_IF([test "x$iosrc_use_$1" != xno],
		[AS_IF([test "x$ac_cv_func_$1" = xyes], [iosrc_use_$1=yes],
			[test "x$iosrc_use_$1" = xauto], [iosrc_use_$1=no],
			[AC_MSG_ERROR([this C library has no $1])])])
	AS_IF([test "x$iosrc_use_$1" = xyes], [iosrc_value=1], [iosrc_value=0])
	AS_IF([test "x$iosrc_use_$1" = xyes],
		[iosrc_optional_calls="$iosrc_optional_calls $1"])
	AC_SUBST([iosrc_optional_calls])
	AC_DEFINE_UNQUOTED(m4_toupper([IOSRC_USE_$1]), [$iosrc_value],
		[1 if the system call $1 may be issued, else 0])
])

# IOSRC_OPTIONAL_IO_URING
# --disable-io-uring: the same for a family of calls that libc knows by number
# alone. Sets the conditional USE_IO_URING: a file with the calls, or one
# without.
AC_DEFUN([IOSRC_OPTIONAL_IO_URING], [
	AC_ARG_ENABLE([io-uring], [AS_HELP_STRING([--disable-io-uring],
		[never issue the system calls of io_uring])],
		[iosrc_use_io_uring=$enableval], [iosrc_use_io_uring=auto])
	AC_CHECK_DECL([SYS_io_uring_enter], [iosrc_have_io_uring=yes],
		[iosrc_have_io_uring=no], [[#include <sys/syscall.h>]])
	AS_IF([test "x$iosrc_use_io_uring" != xno],
		[AS_IF([test "x$iosrc_have_io_uring" = xyes],
			[iosrc_use_io_uring=yes],
			[test "x$iosrc_use_io_uring" = xauto],
			[iosrc_use_io_uring=no],
			[AC_MSG_ERROR([this C library has no io_uring])])])
	AS_IF([test "x$iosrc_use_io_uring" = xyes], [iosrc_value=1],
		[iosrc_value=0])
	AC_DEFINE_UNQUOTED([IOSRC_USE_IO_URING], [$iosrc_value],
		[1 if the system calls of io_uring may be issued, else 0])
	AM_CONDITIONAL([USE_IO_URING], [test "x$iosrc_use_io_uring" = xyes])
])

# IOSRC_DIRECT_CALLS
# --disable-direct-calls: every system call that libc has goes through it, also
# where the user of a poller allows others. Which processors have them is said
# in lib/sys/unix/direct_call.h.
AC_DEFUN([IOSRC_DIRECT_CALLS], [
	AC_ARG_ENABLE([direct-calls], [AS_HELP_STRING([--disable-direct-calls],
		[make no system call past libc that libc has])],
		[], [enable_direct_calls=yes])
	AS_IF([test "x$enable_direct_calls" = xyes], [iosrc_value=1],
		[iosrc_value=0])
	AC_DEFINE_UNQUOTED([IOSRC_USE_DIRECT_CALLS], [$iosrc_value],
		[1 if system calls may be made past libc, else 0])
])

# IOSRC_BACKENDS(NAMES)
# --with-backends=LIST: of NAMES, in order of preference, those that are
# linked; default: all with have_NAME=yes. Sets a conditional BACKEND_NAME for
# each, and substitutes what lib/sys/backends.c.in needs.
AC_DEFUN([IOSRC_BACKENDS], [
	AC_ARG_WITH([backends], [AS_HELP_STRING([--with-backends=LIST],
		[backends to link, with commas between: $1 (default: all
		that fit this host)])], [], [with_backends=auto])
	AS_CASE([$with_backends],
		[yes|auto], [iosrc_wanted=; iosrc_all=yes],
		[no], [AC_MSG_ERROR([libiosrc needs at least one backend])],
		[iosrc_wanted=`AS_ECHO(["$with_backends"]) | tr ',' ' '`
		iosrc_all=no])
	for iosrc_name in $iosrc_wanted; do
		AS_CASE([" $1 "], [*" $iosrc_name "*], [],
			[AC_MSG_ERROR([no backend is called $iosrc_name; there are: $1])])
	done
	iosrc_backends=
	IOSRC_BACKEND_EXTERNS=
	IOSRC_BACKEND_LIST=
	m4_foreach_w([m4_backend], [$1], [
		AC_MSG_CHECKING([whether to link the backend ]m4_backend)
		iosrc_link=$iosrc_all
		AS_CASE([" $iosrc_wanted "], [*" m4_backend "*], [iosrc_link=yes])
		AS_IF([test "$iosrc_link$iosrc_all$have_[]m4_backend" = yesnono],
			[AC_MSG_ERROR([this host cannot have the backend m4_backend])],
			[test "x$have_[]m4_backend" = xno], [iosrc_link=no])
		AC_MSG_RESULT([$iosrc_link])
		AS_IF([test "x$iosrc_link" = xyes], [
			iosrc_backends="$iosrc_backends m4_backend"
			IOSRC_BACKEND_LIST="$IOSRC_BACKEND_LIST	&iosrc__[]m4_backend[]_backend,
"
		])
		AM_CONDITIONAL(m4_toupper([BACKEND_]m4_backend),
			[test "x$iosrc_link" = xyes])
	])
	AS_IF([test -z "$iosrc_backends"],
		[AC_MSG_ERROR([no backend of libiosrc fits this host])])
	AC_SUBST([iosrc_backends])
	AC_SUBST([IOSRC_BACKEND_LIST])
	AM_SUBST_NOTMAKE([IOSRC_BACKEND_LIST])
])

# IOSRC_BELOW_PREFIX(VARIABLE, DIR)
# Substitutes VARIABLE: $DIR, written with ${prefix} where it lies below.
AC_DEFUN([IOSRC_BELOW_PREFIX], [
	iosrc_prefix=$prefix
	test "x$iosrc_prefix" != xNONE || iosrc_prefix=$ac_default_prefix
	AS_CASE([$$2],
		["$iosrc_prefix"/*],
			[$1='${prefix}'`AS_ECHO(["$$2"]) | $SED "s|^$iosrc_prefix||"`],
		[$1=$$2])
	AC_SUBST([$1])
])

# IOSRC_RIVAL(PREFIX, MODULE, LIBS, HEADERS, CALL)
# Looks for another library that the benchmarks are compared with: by
# pkg-config, else by LIBS, and it has to link with this C library. Substitutes
# PREFIX_CFLAGS and PREFIX_LIBS, sets the conditional HAVE_PREFIX.
AC_DEFUN([IOSRC_RIVAL], [
	PKG_CHECK_MODULES([$1], [$2], [:], [$1_CFLAGS= $1_LIBS="$3"])
	iosrc_save_CPPFLAGS=$CPPFLAGS iosrc_save_LIBS=$LIBS
	CPPFLAGS="$CPPFLAGS $$1_CFLAGS" LIBS="$$1_LIBS $LIBS"
	AC_MSG_CHECKING([whether programs link with $2])
	AC_LINK_IFELSE([AC_LANG_PROGRAM([$4], [$5])], [have_$1=yes],
		[have_$1=no])
	AC_MSG_RESULT([$have_$1])
	CPPFLAGS=$iosrc_save_CPPFLAGS LIBS=$iosrc_save_LIBS
	AM_CONDITIONAL([HAVE_$1], [test "x$have_$1" = xyes])
	AS_IF([test "x$have_$1" = xyes], [iosrc_rivals="$iosrc_rivals $2"])
])
