# Writes the commit of the sources, at each build: cmake -DSOURCES=DIR -DOUT=FILE -P build_commit.cmake
#
# OUT is written only if it changes, so that a build at the same commit compiles nothing, and one at another commit this file
# alone. Whether files differ is asked of what a build reads: a page that is edited, or a folder of results among the sources,
# makes no other program. The sources may lie in a folder of another repository, which is not theirs, or have none; a hook of git, which starts
# a build, sets variables that name another one.
foreach(variable GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE)
  unset(ENV{${variable}})
endforeach()

# Without the lock that `git status` takes: a commit beside the build would fail.
# A git that does not answer in time leaves what an earlier build has found out.
function(ask_git answer)
  execute_process(COMMAND git --no-optional-locks -C ${SOURCES} ${ARGN} TIMEOUT 20
                  RESULT_VARIABLE code OUTPUT_VARIABLE text ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT code MATCHES "^[0-9]+$" AND code MATCHES "timeout" AND EXISTS ${OUT})
    set(is_slow TRUE PARENT_SCOPE)
  endif()
  set(${answer} "${text}" PARENT_SCOPE)
  set(${answer}_code "${code}" PARENT_SCOPE)
endfunction()

set(sha)
set(dirty)
ask_git(prefix rev-parse --show-prefix)
if(prefix_code STREQUAL 0 AND prefix STREQUAL "")
  ask_git(head rev-parse --verify --quiet HEAD)
  if(head_code STREQUAL 0)
    set(sha ${head})
    ask_git(changes status --porcelain -- CMakeLists.txt CMakePresets.json primitives harness scenarios scripts/cmake ":(exclude)*.md")
    if(changes_code STREQUAL 0 AND changes STREQUAL "")
      set(dirty no)
    elseif(changes_code STREQUAL 0)
      set(dirty yes)
    endif()
  endif()
endif()

if(is_slow)
  return()
endif()
set(text "#include \"harness/record/build_commit.h\"

namespace harness::build_commit {

const char kSha[] = \"${sha}\";
const char kDirty[] = \"${dirty}\";

}  // namespace harness::build_commit
")
set(before)
if(EXISTS ${OUT})
  file(READ ${OUT} before)
endif()
if(NOT text STREQUAL before)
  file(WRITE ${OUT} "${text}")
endif()
