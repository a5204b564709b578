/* SPDX-License-Identifier: Apache-2.0 */
#include "sieve.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int sieve_init(struct sieve *s, size_t bits)
{
	assert(bits >= 64 && !(bits & (bits - 1)));
	*s = (struct sieve){calloc(bits / 64, sizeof(*s->words)), bits - 1};
	return s->words ? 0 : -ENOMEM;
}

void sieve_done(struct sieve *s)
{
	free(s->words);
	*s = (struct sieve){.words = NULL};
}
