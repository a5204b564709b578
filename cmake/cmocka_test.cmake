# SPDX-License-Identifier: Apache-2.0
find_library(CMOCKA_LIBRARY cmocka REQUIRED)

# add_unit_test(<name> SOURCES <file>… LIBRARIES <target>… [LABELS <label>…])
# A cmocka program, run by ctest under its own name.
function(add_unit_test name)
	cmake_parse_arguments(T "" "" "SOURCES;LIBRARIES;LABELS" ${ARGN})
	add_executable(${name} ${T_SOURCES})
	target_link_libraries(${name} PRIVATE systape_flags ${T_LIBRARIES} ${CMOCKA_LIBRARY})
	add_test(NAME ${name} COMMAND ${name})
	set_tests_properties(${name} PROPERTIES LABELS "unit;${T_LABELS}" TIMEOUT 300)
endfunction()
