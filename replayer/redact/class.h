/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of secret something is: said in the report, and in tokens too short for a hash. */
#ifndef REDACT_CLASS_H
#define REDACT_CLASS_H

enum redact_class {
	REDACT_PASSWORD,
	REDACT_FIELD,  /* called a password, and looks like a word: replaced where it stands only */
	REDACT_TOKEN,  /* of a service: by name, or by how such look */
	REDACT_KEY,    /* private keys, and files that hold them */
	REDACT_STORE,  /* files with credentials of others: .netrc, .aws, cookies of browsers */
	REDACT_HEADER, /* of HTTP: authorization, cookies */
	REDACT_PROCESS,  /* /proc: environ, cmdline, mem */
	REDACT_TERMINAL, /* what was typed while nothing was echoed */
	REDACT_AGENT,    /* what was said to an agent */
	REDACT_KERNEL,   /* keys given to the kernel */
	REDACT_RANDOM,   /* random bytes */
	REDACT_RULE,     /* of a file of rules */
	REDACT_NAME,     /* users, hosts, homes */
	REDACT_ADDRESS,  /* of networks */
	REDACT_PAYLOAD,  /* of level meta */
	REDACT_CLASS_MAX
};

/* "password", … */
const char *redact_class_name(enum redact_class class);

#endif
