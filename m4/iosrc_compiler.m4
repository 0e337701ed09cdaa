# SPDX-License-Identifier: MIT
#
# iosrc_compiler.m4: asks the compiler and the linker what they understand,
# under the user's own CFLAGS and LDFLAGS, and never adds a flag unasked.

# IOSRC_COMPILER_FLAGS(VARIABLE, FLAGS)
# Substitutes VARIABLE: those of FLAGS that the compiler takes.
AC_DEFUN([IOSRC_COMPILER_FLAGS], [
	for iosrc_flag in m4_normalize([$2]); do
		AS_VAR_PUSHDEF([cache], [iosrc_cv_cc_$iosrc_flag])
		AC_CACHE_CHECK([whether $CC takes $iosrc_flag], [cache], [
			iosrc_save_CFLAGS=$CFLAGS
			CFLAGS="$CFLAGS -Werror $iosrc_flag"
			AC_COMPILE_IFELSE([AC_LANG_SOURCE([[int iosrc_probe;]])],
				[AS_VAR_SET([cache], [yes])],
				[AS_VAR_SET([cache], [no])])
			CFLAGS=$iosrc_save_CFLAGS
		])
		AS_VAR_IF([cache], [yes], [$1="$$1 $iosrc_flag"])
		AS_VAR_POPDEF([cache])
	done
	AC_SUBST([$1])
])

# IOSRC_LINK_SHARED(EXTRA-LDFLAGS, IF-LINKED, IF-NOT)
# Links a shared object that has a function, a store and a libc call in it.
AC_DEFUN([IOSRC_LINK_SHARED], [
	iosrc_save_CFLAGS=$CFLAGS
	iosrc_save_LDFLAGS=$LDFLAGS
	CFLAGS="$CFLAGS -fPIC"
	LDFLAGS="$LDFLAGS -shared $1"
	AC_LINK_IFELSE([AC_LANG_SOURCE([[
		#include <stdlib.h>
		void iosrc_probe(int *p);
		void iosrc_probe(int *p) { *p = 1; free(p); }
	]])], [$2], [$3])
	CFLAGS=$iosrc_save_CFLAGS
	LDFLAGS=$iosrc_save_LDFLAGS
])

# IOSRC_LINKER_VERSION_SCRIPT
# Sets the conditional HAVE_VERSION_SCRIPT.
AC_DEFUN([IOSRC_LINKER_VERSION_SCRIPT], [
	AC_CACHE_CHECK([whether the linker takes a version script],
	[iosrc_cv_version_script], [
		echo 'PROBE_1 { global: iosrc_probe; local: *; };' > conftest.map
		IOSRC_LINK_SHARED([-Wl,--version-script=conftest.map],
			[iosrc_cv_version_script=yes],
			[iosrc_cv_version_script=no])
		rm -f conftest.map
	])
	AM_CONDITIONAL([HAVE_VERSION_SCRIPT],
		[test "x$iosrc_cv_version_script" = xyes])
])

# IOSRC_LINKER_FLAGS(VARIABLE, FLAGS)
# Substitutes VARIABLE: those of FLAGS that a shared object can be linked with.
AC_DEFUN([IOSRC_LINKER_FLAGS], [
	for iosrc_flag in m4_normalize([$2]); do
		AS_VAR_PUSHDEF([cache], [iosrc_cv_ld_$iosrc_flag])
		AC_CACHE_CHECK([whether the linker takes $iosrc_flag], [cache], [
			IOSRC_LINK_SHARED([$iosrc_flag],
				[AS_VAR_SET([cache], [yes])],
				[AS_VAR_SET([cache], [no])])
		])
		AS_VAR_IF([cache], [yes], [$1="$$1 $iosrc_flag"])
		AS_VAR_POPDEF([cache])
	done
	AC_SUBST([$1])
])

# IOSRC_TEST_COMPILERS(NAMES)
# Substitutes TEST_COMPILERS: those of NAMES that are here and take both C and
# C++. The public headers are tested with each.
AC_DEFUN([IOSRC_TEST_COMPILERS], [
	AC_CACHE_CHECK([for compilers to test the headers with],
	[iosrc_cv_test_compilers], [
		iosrc_cv_test_compilers=
		echo '#include <stddef.h>' > conftest.cc
		for iosrc_name in $1; do
			AS_IF([$iosrc_name -fsyntax-only -x c conftest.cc >&5 2>&5 &&
				$iosrc_name -fsyntax-only -x c++ conftest.cc >&5 2>&5],
				[iosrc_cv_test_compilers="$iosrc_cv_test_compilers $iosrc_name"])
		done
		rm -f conftest.cc
	])
	TEST_COMPILERS=$iosrc_cv_test_compilers
	AC_SUBST([TEST_COMPILERS])
])
