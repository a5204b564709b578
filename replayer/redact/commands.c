/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <string.h>

enum { NAME_SIZE = 64 };

bool command_next(const struct command *c, size_t *at, struct argument *ret)
{
	if (*at >= c->size)
		return false;
	ret->text = c->text + *at;
	ret->size = strnlen((const char *)ret->text, c->size - *at);
	*at += ret->size + 1;
	return true;
}

bool argument_is(const struct argument *a, const char *text)
{
	return a->size == strlen(text) && memcmp(a->text, text, a->size) == 0;
}

/* " name ", to be looked for among names with blanks around each. */
static bool program_of(const struct command *c, char ret[NAME_SIZE])
{
	struct argument a = {0};
	size_t at = 0;
	const uint8_t *slash;

	if (!command_next(c, &at, &a))
		return false;
	slash = memrchr(a.text, '/', a.size);
	if (slash) {
		a.size -= (size_t)(slash + 1 - a.text);
		a.text = slash + 1;
	}
	if (!a.size || a.size + 3 > NAME_SIZE)
		return false;
	ret[0] = ' ';
	memcpy(ret + 1, a.text, a.size);
	memcpy(ret + 1 + a.size, " ", 2);
	return true;
}

/* @word: how far behind the program it is; 0: it is not there. */
static size_t find_word(const struct command *c, const char *word)
{
	struct argument a;
	size_t at = 0;

	for (size_t i = 0; command_next(c, &at, &a); i++) {
		if (i && argument_is(&a, word))
			return i;
	}
	return 0;
}

/* ---- options of one letter ---- */

static const struct {
	const char *programs; /* with blanks around each */
	const char *with;     /* only if this word is among the arguments */
	char letter;
	uint8_t means, how;
} options[] = {
	{" curl ", NULL, 'u', MEANS_USER, VALUE_ANYWHERE},
	{" curl ", NULL, 'U', MEANS_USER, VALUE_ANYWHERE},
	{" curl ", NULL, 'b', MEANS_COOKIE, VALUE_ANYWHERE},
	{" curl ", NULL, 'E', MEANS_USER, VALUE_ANYWHERE},
	{" http https lftp ", NULL, 'a', MEANS_USER, VALUE_ANYWHERE},
	{" lftp ", NULL, 'u', MEANS_USER, VALUE_ANYWHERE},
	{" ab siege ", NULL, 'A', MEANS_USER, VALUE_ANYWHERE},
	{" sshpass mongo mongosh mongodump mongorestore mongoimport mongoexport cqlsh "
	 "rabbitmqadmin "
	 "influx smbmap rdesktop ",
	 NULL, 'p', MEANS_PASSWORD, VALUE_ANYWHERE},
	{" docker podman nerdctl az oc helm skopeo buildah twine ", "login", 'p', MEANS_PASSWORD,
	 VALUE_ANYWHERE},
	{" twine ", "upload", 'p', MEANS_PASSWORD, VALUE_ANYWHERE},
	{" mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck mysqlbinlog mariadb "
	 "mariadb-dump mariadb-admin 7z 7za 7zr rar unrar ",
	 NULL, 'p', MEANS_PASSWORD, VALUE_ATTACHED},
	{" redis-cli ", NULL, 'a', MEANS_PASSWORD, VALUE_ANYWHERE},
	{" ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldappasswd ldapcompare ", NULL, 'w',
	 MEANS_PASSWORD, VALUE_ANYWHERE},
	{" ldappasswd ", NULL, 's', MEANS_PASSWORD, VALUE_ANYWHERE},
	{" zip unzip zipcloak sqlcmd isql bcp ipmitool mosquitto_pub mosquitto_sub ", NULL, 'P',
	 MEANS_PASSWORD, VALUE_ANYWHERE},
	{" ssh-keygen ", NULL, 'N', MEANS_PASSWORD, VALUE_NEXT},
	{" ssh-keygen ", NULL, 'P', MEANS_PASSWORD, VALUE_NEXT},
	{" openssl ", NULL, 'k', MEANS_PASSWORD, VALUE_NEXT},
	{" openssl ", NULL, 'K', MEANS_PASSWORD, VALUE_NEXT},
	{" snmpget snmpwalk snmpset snmpbulkwalk ", NULL, 'A', MEANS_PASSWORD, VALUE_NEXT},
	{" snmpget snmpwalk snmpset snmpbulkwalk ", NULL, 'X', MEANS_PASSWORD, VALUE_NEXT},
	{" snmpget snmpwalk snmpset snmpbulkwalk ", NULL, 'c', MEANS_PASSWORD, VALUE_NEXT},
	{" codecov doctl flyctl fly ", NULL, 't', MEANS_PASSWORD, VALUE_NEXT},
	{" smbclient rpcclient net ", NULL, 'U', MEANS_USER, VALUE_ANYWHERE},
};

enum meaning command_option(const struct command *c, char letter, enum value_place *ret_how)
{
	char name[NAME_SIZE];

	if (!program_of(c, name))
		return MEANS_NOTHING;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (options[i].letter != letter || !strstr(options[i].programs, name) ||
		    (options[i].with && !find_word(c, options[i].with)))
			continue;
		*ret_how = options[i].how;
		return options[i].means;
	}
	return MEANS_NOTHING;
}

bool command_joins_options(const struct command *c)
{
	char name[NAME_SIZE];

	return program_of(c, name) && strcmp(name, " curl ") == 0;
}

enum script_kind command_script(const struct command *c)
{
	static const char shells[] = " sh bash dash ash zsh ksh mksh busybox su runuser ssh watch ";
	static const char others[] = " python perl ruby node php awk gawk mawk sed lua tclsh ";
	char name[NAME_SIZE];
	size_t n;

	if (!program_of(c, name))
		return SCRIPT_NONE;
	if (strstr(shells, name))
		return SCRIPT_SHELL;
	/* python3.11 */
	for (n = strlen(name) - 1; n > 1 && (isdigit(name[n - 1]) || name[n - 1] == '.'); n--)
		;
	name[n] = ' ';
	name[n + 1] = '\0';
	return strstr(others, name) ? SCRIPT_OTHER : SCRIPT_NONE;
}

bool command_is_user_option(const uint8_t *name, size_t size)
{
	static const char *const names[] = {"user",      "proxy-user", "credentials", "userpwd",
					    "creds",     "src-creds",  "dest-creds",  "auth",
					    "basicauth", "cert",       "proxy-cert"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (size == strlen(names[i]) && memcmp(name, names[i], size) == 0)
			return true;
	}
	return false;
}

/* ---- by place ---- */

enum { LAST = 0 };

static const struct {
	const char *programs, *word;
	uint8_t behind; /* so many arguments behind the word, LAST: at the end */
} places[] = {
	{" rabbitmqctl ", "add_user", 2},
	{" rabbitmqctl ", "change_password", 2},
	{" mysqladmin mariadb-admin ", "password", 1},
	{" openssl ", "passwd", LAST},
	{" htpasswd ", "-b", LAST},
	{" htpasswd ", "-bc", LAST},
	{" htpasswd ", "-cb", LAST},
	{" htpasswd ", "-nb", LAST},
	{" htpasswd ", "-bn", LAST},
	{" htpasswd ", "-bB", LAST},
	{" htpasswd ", "-Bb", LAST},
	{" htpasswd ", "-nbB", LAST},
	{" htpasswd ", "-Bbn", LAST},
	{" nmcli ", "password", 1},
	{" ngrok ", "authtoken", 1},
	{" ngrok ", "add-authtoken", 1},
	{" cargo ", "login", 1},
	{" vault ", "login", 1},
	{" net ", "user", 2},
};

static size_t count_arguments(const struct command *c, struct argument *ret_last)
{
	size_t at = 0, n = 0;

	while (command_next(c, &at, ret_last))
		n++;
	return n;
}

size_t command_secret_place(const struct command *c)
{
	char name[NAME_SIZE];
	struct argument last = {0};
	size_t n = count_arguments(c, &last);

	for (size_t i = 0; program_of(c, name) && i < ARRAY_SIZE(places); i++) {
		size_t word = strstr(places[i].programs, name) ? find_word(c, places[i].word) : 0;

		if (!word)
			continue;
		if (places[i].behind != LAST)
			return word + places[i].behind;
		return n - 1 > word && last.size && last.text[0] != '-' ? n - 1 : 0;
	}
	return 0;
}

/* ---- from a descriptor ---- */

static const struct {
	const char *programs; /* NULL: any */
	const char *option;
} readers[] = {
	{NULL, "--password-stdin"}, {" gh ", "--with-token"},
	{" sudo ", "-S"},           {" sudo ", "--stdin"},
	{" passwd ", "--stdin"},    {" openssl ", "stdin"},
	{" openssl ", "-stdin"},    {" htpasswd ", "-i"},
	{" htpasswd ", "-ci"},      {" htpasswd ", "-ic"},
	{" htpasswd ", "-ni"},      {" htpasswd ", "-in"},
	{" htpasswd ", "-Bi"},      {" htpasswd ", "-iB"},
	{" htpasswd ", "-cBi"},     {" cryptsetup ", "--key-file=-"},
};

/* A number behind @prefix and nothing else; -1: it is not that. */
static int number_behind(const struct argument *a, const char *prefix)
{
	size_t at = strlen(prefix);
	int value = 0;

	if (a->size <= at || a->size > at + 3 || memcmp(a->text, prefix, at) != 0)
		return -1;
	for (; at < a->size; at++) {
		if (!isdigit(a->text[at]))
			return -1;
		value = value * 10 + a->text[at] - '0';
	}
	return value;
}

/* --passphrase-fd 3, --passphrase-fd=3, -passin fd:3 */
static int numbered_descriptor(const struct command *c)
{
	struct argument a;
	size_t at = 0;
	bool announced = false;

	while (command_next(c, &at, &a)) {
		int fd = announced ? number_behind(&a, "") : -1;

		if (fd < 0)
			fd = number_behind(&a, "--passphrase-fd=");
		if (fd < 0)
			fd = number_behind(&a, "fd:");
		if (fd >= 0)
			return fd;
		announced = argument_is(&a, "--passphrase-fd");
	}
	return -1;
}

int command_secret_descriptor(const struct command *c, bool *ret_words)
{
	char name[NAME_SIZE];

	*ret_words = false;
	if (!program_of(c, name))
		return -1;
	if (strcmp(name, " chpasswd ") == 0 || strcmp(name, " newusers ") == 0) {
		*ret_words = true;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++) {
		if ((!readers[i].programs || strstr(readers[i].programs, name)) &&
		    find_word(c, readers[i].option))
			return 0;
	}
	return numbered_descriptor(c);
}
