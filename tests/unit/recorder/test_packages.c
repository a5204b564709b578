/* SPDX-License-Identifier: Apache-2.0 */
/* Databases of package managers made here, and whose the files are. */
#include "recorder/packages.h"

#include "base/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { PATH_SIZE = 256 };

static char root[64];

static void put(const char *name, const char *text)
{
	char path[PATH_SIZE];
	FILE *f;

	snprintf(path, sizeof(path), "%s/var/lib/dpkg/%s", root, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int make(void **state)
{
	static const char *const directories[] = {"var", "var/lib", "var/lib/dpkg",
						  "var/lib/dpkg/info"};
	char path[PATH_SIZE];

	(void)state;
	strcpy(root, "/tmp/test_packages.XXXXXX");
	if (!mkdtemp(root))
		return -1;
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, directories[i]);
		mkdir(path, 0700);
	}
	put("info/libc6:amd64.list", "/.\n/lib\n/lib/x86_64-linux-gnu/libc.so.6\n");
	put("info/libc6:i386.list", "/.\n/lib/i386-linux-gnu/libc.so.6\n");
	put("info/bash.list", "/bin/bash\n/usr/share/doc/bash\n/usr/bin/last");
	put("info/bash.md5sums", "/usr/bin/no-list\n");
	put("status", "Package: libc6\nStatus: install ok installed\nArchitecture: i386\n"
		      "Version: 2.35\n\nPackage: libc6\nArchitecture: amd64\nVersion: 2.36-9\n"
		      "Description: of Version: 3\n Version: 4\n\nPackage: bas\nVersion: 1\n\n"
		      "Package: bash\nVersion: 5.2\n");
	return 0;
}

static int unmake(void **state)
{
	char command[PATH_SIZE];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static void find(const char *path, const char *package, const char *version)
{
	struct meta_object o = {.path = {(uint8_t *)(uintptr_t)path, strlen(path)}};

	assert_int_equal(packages_find(root, &o, 1, UINT64_MAX), 0);
	assert_string_equal(o.package ? o.package : "", package);
	assert_string_equal(o.package_version ? o.package_version : "", version);
	free(o.package);
	free(o.package_version);
}

static void test_owners(void **state)
{
	(void)state;
	find("/usr/lib/x86_64-linux-gnu/libc.so.6", "libc6:amd64", "2.36-9");
	find("/usr/lib/i386-linux-gnu/libc.so.6", "libc6:i386", "2.35");
	find("/lib/i386-linux-gnu/libc.so.6", "libc6:i386", "2.35");
	find("/usr/bin/bash", "bash", "5.2");
	find("/usr/bin/last", "bash", "5.2");
}

static void test_nobody(void **state)
{
	(void)state;
	find("/usr/bin/bas", "", "");
	find("/usr/bin/bash2", "", "");
	find("/usr/bin/no-list", "", "");
	find("/home/bin/bash", "", "");
	find("/usr/local/bin/bash", "", "");
	find("", "", "");
}

/* One that tells its package itself is left alone; so is one that is not the same any more. */
static void test_not_asked(void **state)
{
	char path[] = "/usr/bin/bash";
	struct meta_object o[] = {
		{.path = {(uint8_t *)path, strlen(path)},
		 .package = (char *)(uintptr_t) "own",
		 .package_version = (char *)(uintptr_t) "1"},
		{.path = {(uint8_t *)path, strlen(path)}, .state = META_OBJECT_CHANGED},
	};

	(void)state;
	assert_int_equal(packages_find(root, o, 2, UINT64_MAX), 0);
	assert_string_equal(o[0].package, "own");
	assert_null(o[1].package);
}

static void test_no_time(void **state)
{
	char path[] = "/usr/bin/bash";
	struct meta_object o = {.path = {(uint8_t *)path, strlen(path)}};

	(void)state;
	assert_int_equal(packages_find(root, &o, 1, clock_now() - 1), -ETIME);
	assert_null(o.package);
	assert_int_equal(packages_find("/nonexistent", &o, 1, UINT64_MAX), -ENOENT);
}

/* ---- other package managers ---- */

/* A file below a root of its own, with the directories that lead there. */
static void put_below(const char *below, const char *name, const char *text)
{
	char command[2 * PATH_SIZE], path[PATH_SIZE];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/%s", root, below, name);
	snprintf(command, sizeof(command), "mkdir -p $(dirname %s)", path);
	assert_int_equal(system(command), 0);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void find_below(const char *below, const char *path, const char *package,
		       const char *version)
{
	struct meta_object o = {.path = {(uint8_t *)(uintptr_t)path, strlen(path)}};
	char own[PATH_SIZE];

	snprintf(own, sizeof(own), "%s/%s", root, below);
	assert_int_equal(packages_find(own, &o, 1, UINT64_MAX), 0);
	assert_string_equal(o.package ? o.package : "", package);
	assert_string_equal(o.package_version ? o.package_version : "", version);
	free(o.package);
	free(o.package_version);
}

/* As apk 2.14 writes it. */
static void test_apk(void **state)
{
	(void)state;
	put_below("alpine", "lib/apk/db/installed",
		  "C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=\nP:musl\nV:1.2.5-r0\nA:x86_64\n"
		  "T:the musl c library\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\n"
		  "Z:Q1OPMQ==\n\nC:Q1=\nP:busybox\nV:1.36.1-r29\nF:bin\nR:busybox\nF:\n"
		  "R:top\nF:usr/bin\nR:env\n\nP:none\nF:usr/bin\nR:bare\n");
	find_below("alpine", "/lib/ld-musl-x86_64.so.1", "musl", "1.2.5-r0");
	find_below("alpine", "/usr/lib/ld-musl-x86_64.so.1", "musl", "1.2.5-r0");
	find_below("alpine", "/bin/busybox", "busybox", "1.36.1-r29");
	find_below("alpine", "/usr/bin/env", "busybox", "1.36.1-r29");
	find_below("alpine", "/usr/bin/bare", "none", "");
	find_below("alpine", "/usr/bin/en", "", "");
	find_below("alpine", "/bin/env", "", "");
}

/* As pacman 6.1 writes it. */
static void test_pacman(void **state)
{
	(void)state;
	put_below("arch", "var/lib/pacman/local/ALPM_DB_VERSION", "9\n");
	put_below("arch", "var/lib/pacman/local/glibc-2.40-1/desc",
		  "%NAME%\nglibc\n\n%VERSION%\n2.40-1\n\n%BASE%\nglibc\n");
	put_below("arch", "var/lib/pacman/local/glibc-2.40-1/files",
		  "%FILES%\netc/\nusr/\nusr/lib/\nusr/lib/libc.so.6\nusr/lib/ld-linux.so.2\n\n"
		  "%BACKUP%\nusr/lib/backup.so\tabc\n");
	put_below("arch", "var/lib/pacman/local/bash-5.2.037-1/desc",
		  "%VERSION%\n5.2.037-1\n\n%NAME%\nbash\n");
	put_below("arch", "var/lib/pacman/local/bash-5.2.037-1/files", "%FILES%\nusr/bin/bash\n");
	put_below("arch", "var/lib/pacman/local/broken-1-1/files", "%FILES%");
	find_below("arch", "/usr/lib/libc.so.6", "glibc", "2.40-1");
	find_below("arch", "/usr/lib/ld-linux.so.2", "glibc", "2.40-1");
	find_below("arch", "/usr/bin/bash", "bash", "5.2.037-1");
	find_below("arch", "/usr/lib/backup.so", "", "");
	find_below("arch", "/usr/bin/bas", "", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owners),    cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_not_asked), cmocka_unit_test(test_no_time),
		cmocka_unit_test(test_apk),       cmocka_unit_test(test_pacman),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
