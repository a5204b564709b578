# SPDX-License-Identifier: Apache-2.0
# cmake -D OUTPUT=<file.c> -D HEADER=<header> -D TYPE=<struct> -D INPUTS=<name>=<file>,… -P embed.cmake
#
# Writes each file as a constant { text, "sha256-…" } into a C file: the hash is what a
# content security policy calls it.
set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)

# 256 bits in hexadecimal as base64: three digits are two letters.
function(base64_of hex result)
	set(text)
	foreach(at RANGE 0 60 3)
		string(SUBSTRING ${hex} ${at} 3 digits)
		math(EXPR high "0x${digits} >> 6")
		math(EXPR low "0x${digits} & 63")
		string(SUBSTRING ${alphabet} ${high} 1 first)
		string(SUBSTRING ${alphabet} ${low} 1 second)
		string(APPEND text ${first}${second})
	endforeach()
	string(SUBSTRING ${hex} 63 1 digit)
	math(EXPR last "0x${digit} << 2")
	string(SUBSTRING ${alphabet} ${last} 1 letter)
	set(${result} ${text}${letter}= PARENT_SCOPE)
endfunction()

set(code "#include \"${HEADER}\"\n")
string(REPLACE "," ";" pairs "${INPUTS}")
foreach(pair IN LISTS pairs)
	string(REGEX MATCH "^([^=]+)=(.*)$" matched "${pair}")
	set(name ${CMAKE_MATCH_1})
	set(path ${CMAKE_MATCH_2})
	file(READ ${path} bytes HEX)
	file(SHA256 ${path} digest)
	base64_of(${digest} hash)
	string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
	string(REGEX REPLACE "(..................................................................................................)" "\\1\n" bytes "${bytes}")
	string(APPEND code "static const char ${name}_text[] = {\n${bytes}0};\n"
		"const struct ${TYPE} ${name} = {${name}_text, \"sha256-${hash}\"};\n")
endforeach()
file(WRITE ${OUTPUT} "${code}")
