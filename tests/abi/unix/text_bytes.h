/* SPDX-License-Identifier: MIT
 *
 * text_bytes.h: texts are in the encoding of the locale.
 */
#ifndef TESTS_ABI_UNIX_TEXT_BYTES_H
#define TESTS_ABI_UNIX_TEXT_BYTES_H

#define TEXT_DOUBLE_BYTES 1

#endif
