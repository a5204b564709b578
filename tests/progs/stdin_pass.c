// SPDX-License-Identifier: Apache-2.0
// Everything on stdin is for the program: it counts what it gets.
#include "expect.h"

int main(void)
{
	char text[64];
	size_t total = 0;
	unsigned int sum = 0;
	for (ssize_t n; (n = read(STDIN_FILENO, text, sizeof(text))) > 0; total += (size_t)n)
		for (ssize_t i = 0; i < n; i++)
			sum = sum * 31 + (unsigned char)text[i];
	if (total > 0)
		MATCH("read\\(0, \".+\"(\\.\\.\\.)?, 64\\) = \\d+");
	EXPECT("read(0, \"\", 64) = 0");
	JSON("[.[] | select(.name == \"read\" and (.args[0].value == \"0x0\" or .args[0].value == "
	     "\"0\")) | .ret] | add == %zu",
	     total);
	JSON("%u == %u", sum, sum);
	expect_flush();
	return 0;
}
