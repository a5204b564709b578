# SPDX-License-Identifier: Apache-2.0
# One interface target carries every flag; nothing touches CMAKE_C_FLAGS.
option(SYSTAPE_WERROR "Treat warnings as errors" OFF)
set(SYSTAPE_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=; empty for none")
option(SYSTAPE_COVERAGE "Instrument for coverage" OFF)
option(SYSTAPE_FUZZ "Instrument for libFuzzer, which runs the fuzz tests (clang only)" OFF)

add_library(systape_flags INTERFACE)
target_compile_features(systape_flags INTERFACE c_std_17)
target_compile_definitions(systape_flags INTERFACE _GNU_SOURCE)
target_compile_options(systape_flags INTERFACE
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
	-Wpointer-arith -Wcast-align -Wwrite-strings -Wvla -Wformat=2 -Wundef -Wconversion
	-Wno-missing-field-initializers
	-fvisibility=hidden -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=
	$<$<BOOL:${SYSTAPE_WERROR}>:-Werror>)
if(SYSTAPE_SANITIZE)
	target_compile_options(systape_flags INTERFACE
		-fsanitize=${SYSTAPE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
	target_link_options(systape_flags INTERFACE -fsanitize=${SYSTAPE_SANITIZE})
else()
	target_compile_options(systape_flags INTERFACE
		$<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=2>
		-fstack-protector-strong
		$<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-fcf-protection>)
	target_link_options(systape_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
if(SYSTAPE_COVERAGE)
	target_compile_options(systape_flags INTERFACE --coverage)
	target_link_options(systape_flags INTERFACE --coverage)
endif()
if(SYSTAPE_FUZZ)
	if(NOT CMAKE_C_COMPILER_ID MATCHES Clang)
		message(FATAL_ERROR "SYSTAPE_FUZZ: ${CMAKE_C_COMPILER} has no libFuzzer, clang has")
	endif()
	# Asserts are what a fuzzer looks for.
	target_compile_options(systape_flags INTERFACE -fsanitize=fuzzer-no-link -UNDEBUG)
	target_link_options(systape_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)
