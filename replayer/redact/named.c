/* SPDX-License-Identifier: Apache-2.0 */
#include "named.h"

#include "commands.h"

#include "base/cleanup.h"

#include <string.h>
#include <strings.h>

enum { PATH_SIZE = 4096 };

static const struct rules_object agent = {REDACT_AGENT, CONTENT_NONE};
static const struct rules_object key_log = {REDACT_KEY, CONTENT_WORDS};
static const struct rules_object key = {REDACT_KEY, CONTENT_NONE};
static const struct rules_object store = {REDACT_STORE, CONTENT_WORDS};
/* All of it is one password, or one in each line. */
static const struct rules_object lines = {REDACT_PASSWORD, CONTENT_LINE};

static const struct {
	const char *name;
	const struct rules_object *object;
	const char *file; /* the variable has its directory */
} variables[] = {
	{"SSH_AUTH_SOCK", &agent},
	{"GPG_AGENT_INFO", &agent},
	{"GNOME_KEYRING_CONTROL", &agent},
	{"SSLKEYLOGFILE", &key_log},
	{"KRB5CCNAME", &key},
	{"KRB5_KTNAME", &key},
	{"PGPASSFILE", &store},
	{"NETRC", &store},
	{"KUBECONFIG", &store},
	{"AWS_SHARED_CREDENTIALS_FILE", &store},
	{"GOOGLE_APPLICATION_CREDENTIALS", &store},
	{"NPM_CONFIG_USERCONFIG", &store},
	{"BOTO_CONFIG", &store},
	{"MYSQL_TEST_LOGIN_FILE", &store},
	{"DOCKER_CONFIG", &store, "/config.json"},
};

static const char *const options[] = {
	"netrc-file", "defaults-extra-file", "defaults-file", "kubeconfig", "credentials-file",
	"env-file",   "login-file",
};

/* What only sounds so, and everybody has. */
static bool is_public(const char *path, size_t size)
{
	static const char *const paths[] = {"/etc/passwd", "/dev/null", "/dev/stdin", "-", ""};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		if (size == strlen(paths[i]) && memcmp(path, paths[i], size) == 0)
			return true;
	}
	return false;
}

/* Each of a list with colons, behind FILE: as Kerberos has it. */
static int tell_list(const char *value, size_t size, const char *file,
		     const struct rules_object *object, named_fn *tell, void *context)
{
	static const char method[] = "FILE:";
	char path[PATH_SIZE];
	int r = 0;

	if (size >= sizeof(method) && memcmp(value, method, sizeof(method) - 1) == 0) {
		value += sizeof(method) - 1;
		size -= sizeof(method) - 1;
	}
	while (r == 0 && size) {
		const char *colon = memchr(value, ':', size);
		size_t n = colon ? (size_t)(colon - value) : size;
		size_t more = file ? strlen(file) : 0;

		if (n + more < sizeof(path) && !is_public(value, n)) {
			memcpy(path, value, n);
			if (more)
				memcpy(path + n, file, more);
			r = tell(context, path, n + more, object);
		}
		value += colon ? n + 1 : n;
		size -= colon ? n + 1 : n;
	}
	return r;
}

/* DB_PASSWORD_FILE, --vault-password-file: what a name is that ends so; NULL: nothing secret. */
static const struct rules_object *of_file_name(const struct rules *rules, const char *name,
					       size_t size)
{
	static const char ending[] = "file";
	size_t n = sizeof(ending) - 1;
	enum redact_class class;

	if (size <= n || strncasecmp(name + size - n, ending, n) != 0)
		return NULL;
	for (size -= n; size && strchr("-_.", name[size - 1]); size--)
		;
	return rules_is_secret_name(rules, name, size, &class) ? &lines : NULL;
}

int named_by_variable(const struct rules *rules, const uint8_t *text, size_t size, named_fn *tell,
		      void *context)
{
	const char *name = (const char *)text, *equal = memchr(text, '=', size);
	size_t n = equal ? (size_t)(equal - name) : 0;
	const struct rules_object *object;

	if (!n)
		return 0;
	size -= n + 1;
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
		if (strlen(variables[i].name) == n && memcmp(variables[i].name, name, n) == 0)
			return tell_list(equal + 1, size, variables[i].file, variables[i].object,
					 tell, context);
	}
	object = of_file_name(rules, name, n);
	return object && !is_public(equal + 1, size) ? tell(context, equal + 1, size, object) : 0;
}

static const struct rules_object *of_option(const struct rules *rules, const char *name,
					    size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (strlen(options[i]) == size && memcmp(options[i], name, size) == 0)
			return &store;
	}
	return of_file_name(rules, name, size);
}

/* --name=path, --name path, file:path of openssl(1). */
static int take_argument(const struct rules *rules, const struct argument *a,
			 const struct argument *next, named_fn *tell, void *context)
{
	static const char scheme[] = "file:";
	const char *text = (const char *)a->text, *equal = memchr(text, '=', a->size);
	size_t dashes = 0, end = equal ? (size_t)(equal - text) : a->size;
	const struct rules_object *object;

	if (a->size > sizeof(scheme) && memcmp(text, scheme, sizeof(scheme) - 1) == 0 &&
	    memcmp(text, "file://", 7) != 0)
		return tell(context, text + sizeof(scheme) - 1, a->size - sizeof(scheme) + 1,
			    &lines);
	while (dashes < end && text[dashes] == '-')
		dashes++;
	object = dashes ? of_option(rules, text + dashes, end - dashes) : NULL;
	if (object && equal && !is_public(equal + 1, a->size - end - 1))
		return tell(context, equal + 1, a->size - end - 1, object);
	if (object && !equal && next->text && !is_public((const char *)next->text, next->size))
		return tell(context, (const char *)next->text, next->size, object);
	return 0;
}

int named_by_arguments(const struct rules *rules, const uint8_t *text, size_t size, named_fn *tell,
		       void *context)
{
	const struct command command = {text, size};
	struct argument a, next;
	size_t at = 0, ahead;
	int r = 0;

	while (r == 0 && command_next(&command, &at, &a)) {
		ahead = at;
		if (!command_next(&command, &ahead, &next))
			next = (struct argument){0};
		r = take_argument(rules, &a, &next, tell, context);
	}
	return r;
}
