/* SPDX-License-Identifier: Apache-2.0 */
#include "exporter.h"

#include "base/cleanup.h"

#include <string.h>

static const struct exporter *const exporters[] = {
	&exporter_folded,
	&exporter_jsonl,
	&exporter_pcapng,
	&exporter_perfetto,
};

const struct exporter *exporter_at(size_t index)
{
	return index < ARRAY_SIZE(exporters) ? exporters[index] : NULL;
}

const struct exporter *exporter_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(exporters); i++) {
		if (strcmp(exporters[i]->name, name) == 0)
			return exporters[i];
	}
	return NULL;
}
