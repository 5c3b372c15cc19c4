# Cross-compiles for aarch64 with Debian's g++-aarch64-linux-gnu, and runs what was built by qemu-user:
#
#   apt-get install g++-aarch64-linux-gnu qemu-user googletest
#   cmake --preset aarch64 && cmake --build --preset aarch64 && ctest --preset aarch64
#
# It builds the library, its examples and its unit tests. Under qemu-user the tests of locks, semaphores,
# events, the barrier's action and killed holders pass (that is what CI runs); those that race in tight loops
# are slow on a busy machine, where some end by their watchdog. Left out are bench-all, which would need its
# libraries for aarch64, the crash walks, since qemu-user has no ptrace, and the test that starts the examples.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu)
# Headers that are alike everywhere (Boost, cereal) are those of this machine; libraries are not.
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH /usr/aarch64-linux-gnu)
set(GILFREE_PATIENCE 4 CACHE STRING "Factor of the tests' timeouts and watchdogs: they are emulated")
