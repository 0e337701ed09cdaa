/* SPDX-License-Identifier: MIT
 *
 * text_bytes.h: texts are UTF-16.
 */
#ifndef TESTS_ABI_WINDOWS_TEXT_BYTES_H
#define TESTS_ABI_WINDOWS_TEXT_BYTES_H

#define TEXT_DOUBLE_BYTES 0

#endif
