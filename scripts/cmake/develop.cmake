# What those need who work on gilfree, and what bench-all needs: third parties, the flags of our own
# targets, the functions by which folders declare their tests. Only where gilfree is the top-level project.
if(GILFREE_BENCH)
  find_package(benchmark REQUIRED)
  find_package(CLI11 REQUIRED)
  find_package(GTest REQUIRED)
  find_package(nlohmann_json REQUIRED)
else()
  set(INSTALL_GTEST OFF)
  add_subdirectory(/usr/src/googletest ${CMAKE_BINARY_DIR}/googletest EXCLUDE_FROM_ALL)
  if(NOT TARGET GTest::gtest_main)
    add_library(GTest::gtest ALIAS gtest)
    add_library(GTest::gtest_main ALIAS gtest_main)
  endif()
endif()

option(GILFREE_WERROR "Warnings are errors: for those who work on gilfree, not for those who build it" OFF)
set(GILFREE_SANITIZE "" CACHE STRING "What -fsanitize= gets: address,undefined or thread")

# An emulator is slow: how many times as long as on a real machine a test may take.
set(GILFREE_PATIENCE 1 CACHE STRING "Factor of the tests' timeouts and watchdogs")

option(GILFREE_COVERAGE "Count which lines and branches run: clang only, scripts/checks/cpp-coverage" OFF)

# What every target of ours is compiled with. -z now: a crash walk must not step through the
# dynamic linker's lazy binding. --build-id: by it `ab` tells two builds apart, whatever file started them (harness/base/linked.h).
add_library(gilfree_options INTERFACE)
target_include_directories(gilfree_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(gilfree_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 15)
  # It takes [&end = end], as clang 14 needs it where `end` is a structured binding, for shadowing.
  target_compile_options(gilfree_options INTERFACE -Wno-shadow)
endif()
if(GILFREE_WERROR)
  target_compile_options(gilfree_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(gilfree_options INTERFACE -Wno-restrict)  # false alarms: GCC bug 105651
endif()
target_link_options(gilfree_options INTERFACE -Wl,-z,now -Wl,--build-id)
target_link_libraries(gilfree_options INTERFACE Threads::Threads)
if(GILFREE_SANITIZE)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # False alarms in std::regex under sanitizers: GCC bug 105562.
    target_compile_options(gilfree_options INTERFACE -Wno-maybe-uninitialized)
  endif()
  target_compile_options(gilfree_options INTERFACE -fsanitize=${GILFREE_SANITIZE}
                                                   -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=all)
  target_link_options(gilfree_options INTERFACE -fsanitize=${GILFREE_SANITIZE})
endif()
if(GILFREE_COVERAGE)
  # The counters lie in the file of results itself, mapped and shared: what a child has run counts, be it
  # killed at any instruction.
  target_compile_options(gilfree_options INTERFACE -fprofile-instr-generate -fcoverage-mapping
                                                   "SHELL:-mllvm -runtime-counter-relocation")
  target_link_options(gilfree_options INTERFACE -fprofile-instr-generate)
endif()

# For what is never measured: -O1 builds it in about two thirds of the time of -O3. There, GCC takes the value of a
# std::optional for uninitialized where it is not.
set(GILFREE_QUICKLY_BUILT $<$<CONFIG:Release>:-O1>
    $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-Wno-maybe-uninitialized>)

enable_testing()
include(GoogleTest)

# One gtest program from one or more files; tests are named <program>.<Suite>.<Test>. AS_SHIPPED: compiled by the
# flags of a user's program, since it stops at each instruction.
function(gilfree_test name)
  cmake_parse_arguments(PARSE_ARGV 1 TEST "AS_SHIPPED" "TIMEOUT" "SOURCES;LIBRARIES;PROPERTIES")
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 600)
  endif()
  math(EXPR TEST_TIMEOUT "${TEST_TIMEOUT} * ${GILFREE_PATIENCE}")
  add_executable(${name} ${TEST_SOURCES})
  if(NOT GILFREE_PATIENCE EQUAL 1)
    target_compile_definitions(${name} PRIVATE GILFREE_PATIENCE=${GILFREE_PATIENCE})
  endif()
  if(NOT TEST_AS_SHIPPED)
    target_compile_options(${name} PRIVATE ${GILFREE_QUICKLY_BUILT})
  endif()
  target_link_libraries(${name} PRIVATE ${TEST_LIBRARIES} gilfree_options GTest::gtest_main)
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 300
                       PROPERTIES TIMEOUT ${TEST_TIMEOUT} ${TEST_PROPERTIES})
endfunction()

# Debian's interpreter first: its packages are not seen by a python3 from elsewhere.
find_program(GILFREE_TEST_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(GILFREE_TEST_PYTHON NAMES python3)

# A test that Python runs; skipped where there is none.
function(gilfree_python_test name script)
  if(GILFREE_TEST_PYTHON)
    add_test(NAME ${name} COMMAND ${GILFREE_TEST_PYTHON} ${script})
  else()
    add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo "skipped: no python3 here (apt-get install python3)")
    set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped: no python3")
  endif()
endfunction()

# Writes the C++ programs that a page shows, one after the other, to these files of a folder: so that what a
# page says is built and run as it stands there.
function(gilfree_programs_of_page page folder)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${page})
  file(READ ${PROJECT_SOURCE_DIR}/${page} text)
  foreach(file ${ARGN})
    string(REGEX MATCH "```cpp\n([^`]*)```" found "${text}")
    if(NOT found)
      message(FATAL_ERROR "${page} has no program for ${file}")
    endif()
    set(program "${CMAKE_MATCH_1}")
    file(CONFIGURE OUTPUT ${folder}/${file} CONTENT "@program@" @ONLY)
    string(FIND "${text}" "${found}" start)
    string(LENGTH "${found}" length)
    math(EXPR start "${start} + ${length}")
    string(SUBSTRING "${text}" ${start} -1 text)
  endforeach()
endfunction()

# A libFuzzer program, SUBJECT_fuzz, of fuzz/SUBJECT_fuzz.cc: in the preset fuzz only (scripts/checks/fuzz).
if(GILFREE_SANITIZE MATCHES "fuzzer")
  add_custom_target(fuzzers)
endif()
function(gilfree_fuzzer subject)
  if(NOT TARGET fuzzers)
    return()
  endif()
  add_executable(${subject}_fuzz EXCLUDE_FROM_ALL fuzz/${subject}_fuzz.cc)
  target_link_libraries(${subject}_fuzz PRIVATE ${ARGN} gilfree_options)
  target_link_options(${subject}_fuzz PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzzers ${subject}_fuzz)
endfunction()
