# Says in one line that a compiler is too old, and what to do. A line that begins with a space is not wrapped.
set(oldest_GNU 11)
set(oldest_Clang 14)
set(oldest ${oldest_${CMAKE_CXX_COMPILER_ID}})
if(oldest AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS oldest)
  message(FATAL_ERROR " gilfree needs g++ ${oldest_GNU} or clang ${oldest_Clang}, and ${CMAKE_CXX_COMPILER} is \
${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}; install a newer one and name it: CXX=g++-12 in the environment")
endif()
