# SPDX-License-Identifier: Apache-2.0
# What is installed, where and under which name, and the .deb made of it.
#
# sox has a program named rec as well. Either the two packages exclude each other,
# or SYSTAPE_PROGRAM_PREFIX puts a prefix before the names of our programs, man
# pages and completions, and everybody has room.
set(SYSTAPE_PROGRAM_PREFIX "" CACHE STRING
	"Put before the names of installed programs and their man pages")
if(NOT SYSTAPE_PROGRAM_PREFIX MATCHES "^[A-Za-z0-9._+-]*$")
	message(FATAL_ERROR "SYSTAPE_PROGRAM_PREFIX: '${SYSTAPE_PROGRAM_PREFIX}' cannot begin a name")
endif()

# Copies @source into the build tree with the names in it prefixed: where a man
# page names a program (.Nm rec, .Xr rec 1, $ rec …), where a completion says whose
# it is. Stores the name of the copy in @ret.
function(prefix_names source ret)
	string(TOUPPER "${SYSTAPE_PROGRAM_PREFIX}" upper)
	file(READ ${source} text)
	string(REGEX REPLACE
		"(\\.Nm |\\.Xr |[$#] |#compdef |complete -F _systape_[a-z]+ |complete -c )(rec|analyze)([ \n])"
		"\\1${SYSTAPE_PROGRAM_PREFIX}\\2\\3" text "${text}")
	string(REGEX REPLACE "\n\\.Dt (REC|ANALYZE) " "\n.Dt ${upper}\\1 " text "${text}")
	cmake_path(GET source FILENAME name)
	set(copy ${PROJECT_BINARY_DIR}/prefixed/${name})
	file(CONFIGURE OUTPUT ${copy} CONTENT "${text}" @ONLY)
	set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
	set(${ret} ${copy} PARENT_SCOPE)
endfunction()

function(install_named source directory name)
	prefix_names(${source} copy)
	install(FILES ${copy} DESTINATION ${directory} RENAME ${name})
endfunction()

foreach(program rec analyze)
	set(name ${SYSTAPE_PROGRAM_PREFIX}${program})
	set(completion ${PROJECT_SOURCE_DIR}/tools/completions/${program})
	set_target_properties(${program} PROPERTIES OUTPUT_NAME ${name})
	install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
	install_named(${PROJECT_SOURCE_DIR}/tools/man/${program}.1 ${CMAKE_INSTALL_MANDIR}/man1 ${name}.1)
	install_named(${completion}.bash ${CMAKE_INSTALL_DATADIR}/bash-completion/completions ${name})
	install_named(${completion}.zsh ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions _${name})
	install_named(${completion}.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d ${name}.fish)
endforeach()
install(FILES README.md CHANGELOG.md SECURITY.md LICENSE doc/trace-format.md
	DESTINATION ${CMAKE_INSTALL_DOCDIR})
# With it any protobuf tool reads a tape.
install(FILES proto/trace.proto DESTINATION ${CMAKE_INSTALL_DATADIR}/systape)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME systape)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The systape developers <devel@systape.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "tape recorder for Linux system calls")
set(CPACK_PACKAGE_DESCRIPTION
	"rec records what a command and all its descendants ask of the kernel and what the
kernel answers, data included, into one small file. analyze shows what is in it,
anywhere and any time later.")
set(CPACK_STRIP_FILES ON)
set(CPACK_SET_DESTDIR OFF)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
if(SYSTAPE_PROGRAM_PREFIX STREQUAL "")
	set(CPACK_DEBIAN_PACKAGE_CONFLICTS sox)
endif()
include(CPack)
