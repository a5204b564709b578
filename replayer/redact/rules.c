/* SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

#include "automaton.h"
#include "secrets.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/fileio.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	RULES_FILE_MAX = 1 << 20,
	RULES_MAX = 10000,
	NAME_MAX_SIZE = 256,
	WORDS_MAX = 16,
	PATH_SIZE = 4096
};

/* ---- names ---- */

/* The last word of a name, or the last two of them run together, says what it is. */
static const struct {
	const char *word;
	enum redact_class class;
} secret_words[] = {
	{"password", REDACT_PASSWORD},
	{"passwd", REDACT_PASSWORD},
	{"passphrase", REDACT_PASSWORD},
	{"passcode", REDACT_PASSWORD},
	{"pass", REDACT_PASSWORD},
	{"pwd", REDACT_PASSWORD},
	{"pw", REDACT_PASSWORD},
	{"pin", REDACT_PASSWORD},
	{"otp", REDACT_PASSWORD},
	{"secret", REDACT_TOKEN},
	{"secrets", REDACT_TOKEN},
	{"token", REDACT_TOKEN},
	{"pat", REDACT_TOKEN},
	{"jwt", REDACT_TOKEN},
	{"bearer", REDACT_TOKEN},
	{"apikey", REDACT_TOKEN},
	{"credential", REDACT_TOKEN},
	{"credentials", REDACT_TOKEN},
	{"accesskey", REDACT_TOKEN},
	{"accesskeyid", REDACT_TOKEN},
	{"secretkey", REDACT_KEY},
	{"privatekey", REDACT_KEY},
	{"signingkey", REDACT_KEY},
	{"encryptionkey", REDACT_KEY},
	{"masterkey", REDACT_KEY},
	{"sessionkey", REDACT_KEY},
	{"authkey", REDACT_KEY},
	{"sharedkey", REDACT_KEY},
	{"accountkey", REDACT_KEY},
	{"deploykey", REDACT_KEY},
	{"hmackey", REDACT_KEY},
	{"cookie", REDACT_HEADER},
	{"sessionid", REDACT_HEADER},
	{"authorization", REDACT_HEADER},
	{"mysqlpwd", REDACT_PASSWORD},
	{"pgpassword", REDACT_PASSWORD},
	{"userpass", REDACT_PASSWORD},
	{"sshpass", REDACT_PASSWORD},
	{"storepass", REDACT_PASSWORD},
	{"keypass", REDACT_PASSWORD},
	{"upw", REDACT_PASSWORD},
	{"opw", REDACT_PASSWORD},
	{"passwordhash", REDACT_PASSWORD},
	{"secretkeybase", REDACT_KEY},
	{"psk", REDACT_KEY},
	{"presharedkey", REDACT_KEY},
	{"appkey", REDACT_KEY},
	{"licensekey", REDACT_KEY},
	{"totpseed", REDACT_KEY},
	{"seedphrase", REDACT_KEY},
	{"mnemonic", REDACT_KEY},
	{"dockerauthconfig", REDACT_TOKEN},
	{"auth", REDACT_TOKEN},
	{"webhookurl", REDACT_TOKEN},
};

/* How a word ends that has several in it: dbpassword, clientsecret. */
static const struct {
	const char *end;
	enum redact_class class;
} secret_ends[] = {
	{"password", REDACT_PASSWORD},    {"passwd", REDACT_PASSWORD},
	{"passphrase", REDACT_PASSWORD},  {"dbpass", REDACT_PASSWORD},
	{"smtppass", REDACT_PASSWORD},    {"requirepass", REDACT_PASSWORD},
	{"mailpass", REDACT_PASSWORD},    {"ftppass", REDACT_PASSWORD},
	{"masterauth", REDACT_PASSWORD},  {"bindpw", REDACT_PASSWORD},
	{"rootpw", REDACT_PASSWORD},      {"clientsecret", REDACT_TOKEN},
	{"consumersecret", REDACT_TOKEN}, {"apisecret", REDACT_TOKEN},
	{"appsecret", REDACT_TOKEN},      {"authtoken", REDACT_TOKEN},
	{"accesstoken", REDACT_TOKEN},    {"refreshtoken", REDACT_TOKEN},
	{"idtoken", REDACT_TOKEN},        {"apitoken", REDACT_TOKEN},
	{"bottoken", REDACT_TOKEN},       {"sessiontoken", REDACT_TOKEN},
	{"secretaccesskey", REDACT_KEY},
};

/* What may stand behind such a word without making it something else. */
static const char *const trailing[] = {"old",   "new", "prod",   "dev",   "test", "staging",
				       "value", "b64", "base64", "plain", "text", "string"};

/* Names that only look so: the word alone, or with this in front. */
static const char *const innocent[] = {
	"pwd",          "oldpwd",        "auth",           "xauth",        "noauth",
	"nopass",       "hasauth",       "useauth",        "usetoken",     "needauth",
	"xdgsessionid", "termsessionid", "itermsessionid", "audsessionid", "nextpagetoken",
	"csrfcookie",   "requireauth",   "httpauth",       "proxyauth",
};

struct texts {
	char **at;
	size_t count;
};

struct rules {
	struct texts paths, names, texts, keep_names, keep_paths;
};

static bool is_among(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i], text) == 0)
			return true;
	}
	return false;
}

static bool begins_word(const char *name, size_t i, size_t size)
{
	if (!isupper((unsigned char)name[i]))
		return false;
	/* wordsOfName, and HTMLPage: the last capital of a run, before a small letter. */
	return islower((unsigned char)name[i - 1]) || isdigit((unsigned char)name[i - 1]) ||
	       (isupper((unsigned char)name[i - 1]) && i + 1 < size &&
		islower((unsigned char)name[i + 1]));
}

/* The words of a name, in small letters, each with its NUL; @starts has where they begin. */
static size_t split(const char *name, size_t size, char *words, size_t *starts)
{
	size_t count = 0, out = 0;
	bool open = false;

	for (size_t i = 0; i < size; i++) {
		bool part = isalnum((unsigned char)name[i]);

		if (open && (!part || begins_word(name, i, size))) {
			words[out++] = '\0';
			open = false;
		}
		if (!part)
			continue;
		if (!open && count == WORDS_MAX)
			break;
		if (!open)
			starts[count++] = out;
		open = true;
		words[out++] = (char)tolower((unsigned char)name[i]);
	}
	words[out] = '\0';
	return count;
}

/* The words from @from on, run together. */
static void join(const char *words, const size_t *starts, size_t from, size_t count, char *ret)
{
	*ret = '\0';
	for (size_t i = from; i < count; i++)
		ret = stpcpy(ret, words + starts[i]);
}

static bool find_word(const char *word, enum redact_class *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(secret_words); i++) {
		if (strcmp(secret_words[i].word, word) == 0) {
			*ret = secret_words[i].class;
			return true;
		}
	}
	return false;
}

static bool find_end(const char *word, enum redact_class *ret)
{
	size_t size = strlen(word);

	for (size_t i = 0; i < ARRAY_SIZE(secret_ends); i++) {
		size_t n = strlen(secret_ends[i].end);

		if (size >= n && strcmp(word + size - n, secret_ends[i].end) == 0) {
			*ret = secret_ends[i].class;
			return true;
		}
	}
	return false;
}

static bool is_number(const char *word)
{
	return *word && !word[strspn(word, "0123456789")];
}

static bool has(const struct texts *t, const char *name, size_t size)
{
	for (size_t i = 0; i < t->count; i++) {
		if (strlen(t->at[i]) == size && strncasecmp(t->at[i], name, size) == 0)
			return true;
	}
	return false;
}

bool rules_is_secret_name(const struct rules *r, const char *name, size_t size,
			  enum redact_class *ret)
{
	char words[NAME_MAX_SIZE * 2 + 1], joined[NAME_MAX_SIZE * 2 + 1];
	size_t starts[WORDS_MAX], count;

	if (!size || size > NAME_MAX_SIZE || has(&r->keep_names, name, size))
		return false;
	if (has(&r->names, name, size)) {
		*ret = REDACT_RULE;
		return true;
	}
	count = split(name, size, words, starts);
	while (count > 1 && (is_number(words + starts[count - 1]) ||
			     is_among(words + starts[count - 1], trailing, ARRAY_SIZE(trailing))))
		count--;
	if (!count)
		return false;
	join(words, starts, 0, count, joined);
	if (is_among(joined, innocent, ARRAY_SIZE(innocent)))
		return false;
	for (size_t last = 1; last <= 3 && last <= count; last++) {
		join(words, starts, count - last, count, joined);
		if (find_word(joined, ret))
			return true;
	}
	return find_end(words + starts[count - 1], ret);
}

/* ---- paths ---- */

static const struct {
	const char *glob;
	enum redact_class class;
	enum rules_content content;
} secret_paths[] = {
	{"*/.ssh/id_*", REDACT_KEY, CONTENT_KEY},
	{"*/ssh_host_*_key", REDACT_KEY, CONTENT_KEY},
	{"*.pem", REDACT_KEY, CONTENT_KEY},
	{"*.key", REDACT_KEY, CONTENT_KEY},
	{"*.p12", REDACT_KEY, CONTENT_KEY},
	{"*.pfx", REDACT_KEY, CONTENT_KEY},
	{"*.jks", REDACT_KEY, CONTENT_KEY},
	{"*.keystore", REDACT_KEY, CONTENT_KEY},
	{"*.kdbx", REDACT_KEY, CONTENT_KEY},
	{"*.ppk", REDACT_KEY, CONTENT_KEY},
	{"*.keytab", REDACT_KEY, CONTENT_KEY},
	{"/tmp/krb5cc*", REDACT_KEY, CONTENT_NONE},
	{"*/.gnupg/*", REDACT_KEY, CONTENT_KEY},
	{"*/.local/share/keyrings/*", REDACT_KEY, CONTENT_NONE},
	{"*/.password-store/*", REDACT_KEY, CONTENT_NONE},
	{"*sslkey*.log", REDACT_KEY, CONTENT_WORDS},
	{"/etc/shadow*", REDACT_STORE, CONTENT_WORDS},
	{"/etc/gshadow*", REDACT_STORE, CONTENT_WORDS},
	{"*/.netrc", REDACT_STORE, CONTENT_WORDS},
	{"*/_netrc", REDACT_STORE, CONTENT_WORDS},
	{"*/.pgpass", REDACT_STORE, CONTENT_WORDS},
	{"*/.my.cnf", REDACT_STORE, CONTENT_WORDS},
	{"*/.aws/*", REDACT_STORE, CONTENT_WORDS},
	{"*/.azure/*", REDACT_STORE, CONTENT_WORDS},
	{"*/.config/gcloud/*", REDACT_STORE, CONTENT_WORDS},
	{"*/.config/gh/hosts.yml", REDACT_STORE, CONTENT_WORDS},
	{"*/.kube/config", REDACT_STORE, CONTENT_WORDS},
	{"*/.docker/config.json", REDACT_STORE, CONTENT_WORDS},
	{"*/.git-credentials", REDACT_STORE, CONTENT_WORDS},
	{"*/.config/git/credentials", REDACT_STORE, CONTENT_WORDS},
	{"*/.npmrc", REDACT_STORE, CONTENT_WORDS},
	{"*/.pypirc", REDACT_STORE, CONTENT_WORDS},
	{"*/.cargo/credentials*", REDACT_STORE, CONTENT_WORDS},
	{"*/.vault-token", REDACT_STORE, CONTENT_WORDS},
	{"*/.terraform.d/credentials*", REDACT_STORE, CONTENT_WORDS},
	{"*/.htpasswd", REDACT_STORE, CONTENT_WORDS},
	{"*/.env", REDACT_STORE, CONTENT_WORDS},
	{"*/.env.*", REDACT_STORE, CONTENT_WORDS},
	{"*/.s3cfg", REDACT_STORE, CONTENT_WORDS},
	{"*/.boto", REDACT_STORE, CONTENT_WORDS},
	{"*/.mylogin.cnf", REDACT_STORE, CONTENT_NONE},
	{"*/rclone.conf", REDACT_STORE, CONTENT_WORDS},
	{"*/.m2/settings*.xml", REDACT_STORE, CONTENT_WORDS},
	{"*/.gem/credentials", REDACT_STORE, CONTENT_WORDS},
	{"*/.composer/auth.json", REDACT_STORE, CONTENT_WORDS},
	{"*/composer/auth.json", REDACT_STORE, CONTENT_WORDS},
	{"*/containers/auth.json", REDACT_STORE, CONTENT_WORDS},
	{"*/.terraformrc", REDACT_STORE, CONTENT_WORDS},
	{"*/.config/hub", REDACT_STORE, CONTENT_WORDS},
	{"*/.config/doctl/config.yaml", REDACT_STORE, CONTENT_WORDS},
	{"*/.Xauthority", REDACT_STORE, CONTENT_NONE},
	{"*/.ICEauthority", REDACT_STORE, CONTENT_NONE},
	{"/run/secrets/*", REDACT_STORE, CONTENT_LINE},
	{"/var/run/secrets/*", REDACT_STORE, CONTENT_LINE},
	{"/etc/ssl/private/*", REDACT_KEY, CONTENT_KEY},
	{"/etc/wireguard/*", REDACT_STORE, CONTENT_WORDS},
	{"/etc/NetworkManager/system-connections/*", REDACT_STORE, CONTENT_WORDS},
	{"/etc/wpa_supplicant*", REDACT_STORE, CONTENT_WORDS},
	{"/etc/ppp/*-secrets", REDACT_STORE, CONTENT_WORDS},
	{"/etc/security/opasswd", REDACT_STORE, CONTENT_WORDS},
	{"/etc/mysql/debian.cnf", REDACT_STORE, CONTENT_WORDS},
	{"*/sasl_passwd", REDACT_STORE, CONTENT_WORDS},
	{"*/.bash_history", REDACT_STORE, CONTENT_TEXT},
	{"*/.zsh_history", REDACT_STORE, CONTENT_TEXT},
	{"*/.python_history", REDACT_STORE, CONTENT_TEXT},
	{"*/fish_history", REDACT_STORE, CONTENT_TEXT},
	{"*/.psql_history", REDACT_STORE, CONTENT_TEXT},
	{"*/.mysql_history", REDACT_STORE, CONTENT_TEXT},
	{"*/.rediscli_history", REDACT_STORE, CONTENT_TEXT},
	{"*/.node_repl_history", REDACT_STORE, CONTENT_TEXT},
	{"*/Cookies", REDACT_STORE, CONTENT_NONE},
	{"*/Cookies-journal", REDACT_STORE, CONTENT_NONE},
	{"*/cookies.sqlite*", REDACT_STORE, CONTENT_NONE},
	{"*/Login Data*", REDACT_STORE, CONTENT_NONE},
	{"*/key[34].db", REDACT_STORE, CONTENT_NONE},
	{"*/logins.json", REDACT_STORE, CONTENT_WORDS},
	{"/proc/*/environ", REDACT_PROCESS, CONTENT_ENV},
	{"/proc/*/cmdline", REDACT_PROCESS, CONTENT_ARGS},
	{"/proc/*/mem", REDACT_PROCESS, CONTENT_NONE},
	{"/dev/random", REDACT_RANDOM, CONTENT_NONE},
	{"/dev/urandom", REDACT_RANDOM, CONTENT_NONE},
};

/* Files of settings by the ends of their names. */
static const char *const settings[] = {
	".conf", ".cnf",  ".cfg",    ".ini",    ".env",     ".yml",        ".yaml",
	".json", ".toml", ".tfvars", ".config", ".tfstate", ".properties", ".props",
};

/* Those that every machine has as they are, where the words mean something else: "passwd: files" */
static const char *const plain_settings[] = {
	"/etc/nsswitch.conf", "/etc/ssl/*",       "/usr/*",           "/lib/*",
	"/nix/store/*",       "*/node_modules/*", "*/site-packages/*"};

/* Where certificates are that everybody has. */
static const char *const public_paths[] = {"/etc/ssl/certs/*", "/usr/*", "/etc/pki/*",
					   "/nix/store/*", "*/certifi/*"};

/* Certificates by the last name of a file, and halves of keys that are for everybody. A key that is
 * in such a file all the same is found by what it looks like. */
static const char *const public_names[] = {
	"*.pub",        "*.pub.pem",  "*public*.pem",   "ca*.pem",          "*-ca.pem",
	"roots.pem",    "*cert.pem",  "*certs.pem",     "*certificate.pem", "*ca-bundle*",
	"*bundle*.pem", "chain*.pem", "fullchain*.pem", "dhparam*.pem",
};

static bool matches(const char *glob, const char *path)
{
	return fnmatch(glob, path, 0) == 0;
}

static bool is_public(const struct rules *r, const char *path)
{
	for (size_t i = 0; i < r->keep_paths.count; i++) {
		if (matches(r->keep_paths.at[i], path))
			return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(public_paths); i++) {
		if (matches(public_paths[i], path))
			return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(public_names); i++) {
		if (matches(public_names[i], strrchr(path, '/') + 1))
			return true;
	}
	return false;
}

bool rules_is_settings_path(const char *path, size_t size)
{
	char text[PATH_SIZE];
	bool is = false;

	if (size >= sizeof(text) || !size)
		return false;
	memcpy(text, path, size);
	text[size] = '\0';
	for (size_t i = 0; !is && i < ARRAY_SIZE(settings); i++) {
		size_t n = strlen(settings[i]);

		is = size > n && strcmp(text + size - n, settings[i]) == 0;
	}
	for (size_t i = 0; is && i < ARRAY_SIZE(plain_settings); i++)
		is = !matches(plain_settings[i], text);
	return is;
}

bool rules_is_secret_path(const struct rules *r, const char *path, size_t size,
			  struct rules_object *ret)
{
	char text[PATH_SIZE];

	if (size >= sizeof(text) || !size || path[0] != '/')
		return false;
	memcpy(text, path, size);
	text[size] = '\0';
	for (size_t i = 0; i < r->paths.count; i++) {
		if (matches(r->paths.at[i], text)) {
			*ret = (struct rules_object){REDACT_RULE, CONTENT_WORDS};
			return true;
		}
	}
	if (is_public(r, text))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(secret_paths); i++) {
		if (matches(secret_paths[i].glob, text)) {
			*ret = (struct rules_object){secret_paths[i].class,
						     secret_paths[i].content};
			return true;
		}
	}
	return false;
}

/* ---- own rules ---- */

struct rules *rules_new(void)
{
	return calloc(1, sizeof(struct rules));
}

static void texts_done(struct texts *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->at[i]);
	free(t->at);
}

struct rules *redact_rules_free(struct rules *r)
{
	if (!r)
		return NULL;
	texts_done(&r->paths);
	texts_done(&r->names);
	texts_done(&r->texts);
	texts_done(&r->keep_names);
	texts_done(&r->keep_paths);
	free(r);
	return NULL;
}

static int add(struct texts *t, const char *value)
{
	char **grown;

	if (t->count == RULES_MAX)
		return -E2BIG;
	grown = reallocarray(t->at, t->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	t->at = grown;
	t->at[t->count] = strdup(value);
	return t->at[t->count] ? (t->count++, 0) : -ENOMEM;
}

static int take_line(struct rules *r, char *line, size_t number, struct err *err)
{
	const struct {
		const char *word;
		struct texts *to;
	} kinds[] = {{"path", &r->paths},
		     {"name", &r->names},
		     {"text", &r->texts},
		     {"keep", &r->keep_names},
		     {"keep-path", &r->keep_paths}};
	char *word = line + strspn(line, " \t"), *value, *end;
	int added;

	if (!*word || *word == '#')
		return 0;
	value = word + strcspn(word, " \t");
	if (*value)
		*value++ = '\0';
	value += strspn(value, " \t");
	for (end = value + strlen(value); end > value && strchr(" \t\r", end[-1]); end--)
		end[-1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].word, word) != 0)
			continue;
		if (!*value)
			return err_set(err, EINVAL, "line %zu: '%s' of what?", number, word);
		added = add(kinds[i].to, value);
		if (added < 0)
			return err_errno(err, -added, "line %zu", number);
		return 0;
	}
	return err_set(err, EINVAL,
		       "line %zu: '%s' is no rule; use path, name, text, keep or keep-path", number,
		       word);
}

int redact_rules_read(struct rules *r, const char *path, struct err *err)
{
	cleanup_done(buf_done) struct buf content = {0};
	int got = fileio_slurp(AT_FDCWD, path, RULES_FILE_MAX + 1, &content);
	size_t number = 0;
	char *rest;

	if (got < 0)
		return err_errno(err, -got, "cannot read '%s'", path);
	if (content.size > RULES_FILE_MAX || memchr(buf_text(&content), '\0', content.size))
		return err_set(err, EINVAL, "'%s' is no file of rules", path);
	rest = content.data;
	for (char *line; (line = strsep(&rest, "\n"));) {
		if (take_line(r, line, ++number, err) < 0)
			return err_wrap(err, "%s", path);
	}
	return 0;
}

int rules_tell_texts(const struct rules *r, struct secrets *secrets)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < r->texts.count; i++)
		result = secrets_add_word(secrets, REDACT_RULE, (const uint8_t *)r->texts.at[i],
					  strlen(r->texts.at[i]), false);
	return result;
}

int rules_tell_names(const struct rules *r, struct automaton *words, uint32_t name)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < r->names.count; i++)
		result = automaton_add(words, r->names.at[i], strlen(r->names.at[i]), name);
	return result;
}
