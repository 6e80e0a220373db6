# UPC_CHECK_CFLAGS(FLAGS) - append to UPC_CFLAGS each of FLAGS the compiler takes.
# (The macro must not bear the name of the variable it fills: m4 would expand it.)
AC_DEFUN([UPC_CHECK_CFLAGS],
[m4_foreach_w([upc_flag], [$1],
[AS_VAR_PUSHDEF([upc_ok], [upc_cv_flag_]upc_flag)dnl
AC_CACHE_CHECK([whether $CC accepts upc_flag], [upc_ok],
  [upc_saved=$CFLAGS
   CFLAGS="$CFLAGS -Werror upc_flag"
   AC_COMPILE_IFELSE([AC_LANG_PROGRAM],
     [AS_VAR_SET([upc_ok], [yes])], [AS_VAR_SET([upc_ok], [no])])
   CFLAGS=$upc_saved])
AS_VAR_IF([upc_ok], [yes], [AS_VAR_APPEND([UPC_CFLAGS], [" upc_flag"])])
AS_VAR_POPDEF([upc_ok])dnl
])])
