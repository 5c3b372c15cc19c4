# gilfree_version: "0.1.0", as primitives/gilfree/version.h has it. gilfree_abi: the part of it that
# programs which link the shared library must keep to.
set(header ${CMAKE_CURRENT_LIST_DIR}/../../primitives/gilfree/version.h)
file(STRINGS ${header} lines REGEX "^#define GILFREE_VERSION_(MAJOR|MINOR|PATCH) [0-9]+$")
string(REGEX REPLACE "[^;]* ([0-9]+)" "\\1" numbers "${lines}")
list(JOIN numbers "." gilfree_version)
list(GET numbers 0 gilfree_abi)
if(gilfree_abi EQUAL 0)
  list(SUBLIST numbers 0 2 numbers)
  list(JOIN numbers "." gilfree_abi)
endif()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
