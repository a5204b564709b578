/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdint.h>

enum { UUID_SIZE = 16 };

/* A new random one: RFC 4122, version 4. Where there is no randomness it is not unique. */
void uuid_make(uint8_t *ret);

#endif
