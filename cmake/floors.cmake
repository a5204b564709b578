# SPDX-License-Identifier: Apache-2.0
# add_floor(<target> PREFIX <name> DIRECTORY <dir> SOURCES … USES <targets> LIBRARIES <targets>)
#
# A static library whose headers are included as "<name>/…". Each floor's headers
# are reachable through a directory of their own that holds one link, so a source
# file can include what its floor may use and nothing else. USES is passed on to
# those who use the floor; LIBRARIES (third party) is not.
function(add_floor target)
	cmake_parse_arguments(FLOOR "" "PREFIX;DIRECTORY" "SOURCES;USES;LIBRARIES" ${ARGN})
	set(gate ${PROJECT_BINARY_DIR}/include/${FLOOR_PREFIX})
	file(MAKE_DIRECTORY ${gate})
	file(CREATE_LINK ${FLOOR_DIRECTORY} ${gate}/${FLOOR_PREFIX} SYMBOLIC)
	add_library(${target} STATIC ${FLOOR_SOURCES})
	target_include_directories(${target} PUBLIC ${gate})
	target_link_libraries(${target} PUBLIC ${FLOOR_USES}
		PRIVATE $<BUILD_INTERFACE:systape_flags> ${FLOOR_LIBRARIES})
	set_property(GLOBAL APPEND PROPERTY SYSTAPE_FLOORS ${target})
endfunction()
