/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands for a program under test, REAL, in suite.py: the same one with libfault in front of the C
 * library, which takes what is put into the environment here out of it again.
 *
 *   SYSTAPE_FAULT_MOVE, SYSTAPE_FAULT_HOW   FAULT_MOVE and FAULT_HOW of fault.c
 *
 * Where another library is to be loaded already it is as if nobody stood here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int pass_on(const char *from, const char *to)
{
	const char *value = getenv(from);

	return value ? setenv(to, value, 1) : 0;
}

int main(int argc, char **argv)
{
	(void)argc;
	if (!getenv("LD_PRELOAD") && (pass_on("SYSTAPE_FAULT_MOVE", "FAULT_MOVE") < 0 ||
				      pass_on("SYSTAPE_FAULT_HOW", "FAULT_HOW") < 0 ||
				      setenv("LD_PRELOAD", LIBRARY, 1) < 0)) {
		perror("setenv");
		return 99;
	}
	execv(REAL, argv);
	perror(REAL);
	return 99;
}
