# What `cmake --install` installs, in three components, and the Debian packages that scripts/package
# makes of them:
#
#   runtime     libgilfree_primitives.so.0.1      (none where the library is static)
#   dev         the headers, the library to link with, files for find_package(gilfree) and pkg-config
#   bench       bench-all and its report          (this and the next only with GILFREE_DEVELOP)
#   bench_dev   gilfree::harness: bench-all as a library, for contenders of others
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(sources ${CMAKE_CURRENT_LIST_DIR})
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/gilfree)

install(TARGETS gilfree_primitives EXPORT gilfree-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT dev
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/primitives/gilfree DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT dev FILES_MATCHING PATTERN "*.h")

install(EXPORT gilfree-targets NAMESPACE gilfree:: DESTINATION ${package_dir} COMPONENT dev)
configure_package_config_file(${sources}/gilfree-config.cmake.in gilfree-config.cmake
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(gilfree-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gilfree-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/gilfree-config-version.cmake
  DESTINATION ${package_dir} COMPONENT dev)

# From the folder of gilfree.pc to the prefix: an installed tree may be moved.
file(RELATIVE_PATH to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
get_target_property(definitions gilfree_primitives INTERFACE_COMPILE_DEFINITIONS)
set(gilfree_cflags)
if(definitions)
  list(TRANSFORM definitions PREPEND -D OUTPUT_VARIABLE gilfree_cflags)
  list(JOIN gilfree_cflags " " gilfree_cflags)
endif()
configure_file(${sources}/gilfree.pc.in gilfree.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gilfree.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)

# A copy carries the licence: as each package of Debian has it, and where users look who installed by CMake.
function(install_licence component package)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} RENAME copyright
    COMPONENT ${component})
endfunction()
set(docs ${CMAKE_INSTALL_DATADIR}/doc/gilfree)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${docs} COMPONENT dev)
install_licence(dev libgilfree-dev)
get_target_property(type gilfree_primitives TYPE)
if(type STREQUAL "SHARED_LIBRARY")
  install_licence(runtime libgilfree-primitives${gilfree_abi})
endif()

if(TARGET bench-all)
  install_licence(bench bench-all)
  install_licence(bench_dev libgilfree-bench-dev)
  # The page that errors of contender programs name, by the path that they name, and the programs that it shows.
  install(FILES ${PROJECT_SOURCE_DIR}/harness/docs/contender-program.md DESTINATION ${docs}/harness/docs COMPONENT bench)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/scenarios/examples DESTINATION ${docs}/scenarios COMPONENT bench
    FILES_MATCHING REGEX "/contender\\.(c|go|py)$" PATTERN foreign EXCLUDE)

  # Its report is drawn by scripts, which it looks for where its sources are.
  set(share ${CMAKE_INSTALL_DATADIR}/gilfree)
  install(TARGETS bench-all RUNTIME DESTINATION ${CMAKE_INSTALL_LIBDIR}/gilfree COMPONENT bench)
  file(RELATIVE_PATH to_share /prefix/${CMAKE_INSTALL_BINDIR} /prefix/${share})
  file(RELATIVE_PATH to_program /prefix/${CMAKE_INSTALL_BINDIR} /prefix/${CMAKE_INSTALL_LIBDIR}/gilfree)
  configure_file(${sources}/bench-all.in bench-all.sh @ONLY)
  install(PROGRAMS ${CMAKE_CURRENT_BINARY_DIR}/bench-all.sh RENAME bench-all
    DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT bench)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/scripts DESTINATION ${share} COMPONENT bench
    FILES_MATCHING PATTERN "*.py" PATTERN "report.css" PATTERN "report.js" REGEX "/(checks|cmake|tests|__pycache__)$" EXCLUDE)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/scenarios/contenders/cpython
    DESTINATION ${share}/scenarios/contenders COMPONENT bench FILES_MATCHING PATTERN "*.py")

  # Debian's zsh looks into vendor-completions under /usr, each zsh into site-functions under its prefix.
  set(reference ${PROJECT_BINARY_DIR}/scenarios/reference)
  install(FILES ${reference}/bench-all.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT bench)
  install(FILES ${reference}/bench-all.bash RENAME bench-all
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT bench)
  foreach(folder vendor-completions site-functions)
    install(FILES ${reference}/bench-all.zsh RENAME _bench-all
      DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/${folder} COMPONENT bench)
  endforeach()
  install(FILES ${reference}/bench-all.fish
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT bench)

  # Headers keep their paths, "scenarios/pipe_vs_queue.h", in an include root of their own.
  set(bench_headers ${CMAKE_INSTALL_INCLUDEDIR}/gilfree/bench/detail)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/scenarios/public/gilfree DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    COMPONENT bench_dev FILES_MATCHING PATTERN "*.h")
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/harness ${PROJECT_SOURCE_DIR}/scenarios DESTINATION ${bench_headers}
    COMPONENT bench_dev FILES_MATCHING PATTERN "*.h"
    REGEX "/(command|docs|examples|fleet|judge|machine|plan|public|record|rounds|run|tests|contenders)$" EXCLUDE)
  set_target_properties(gilfree_bench PROPERTIES EXPORT_NAME bench)
  install(TARGETS gilfree_bench EXPORT gilfree-harness-targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT bench_dev)
  install(EXPORT gilfree-harness-targets NAMESPACE gilfree:: DESTINATION ${package_dir} COMPONENT bench_dev)
  # What it was built with, whoever links it needs as well; a Debian package is named otherwise than what it has.
  set(debian_TBB libtbb-dev)
  set(debian_zmq libzmq3-dev)
  set(bench_dev_depends "libgilfree-dev (= ${PROJECT_VERSION}), bench-all (= ${PROJECT_VERSION})")
  foreach(kind packages libraries)
    get_target_property(${kind} gilfree_bench ${kind})
    if(NOT ${kind})
      set(${kind})
    endif()
    list(REMOVE_DUPLICATES ${kind})
    foreach(name ${${kind}})
      if(NOT debian_${name})
        set(debian_${name} lib${name}-dev)
      endif()
      string(APPEND bench_dev_depends ", ${debian_${name}}")
    endforeach()
    list(JOIN ${kind} " " ${kind})
  endforeach()
  configure_package_config_file(${sources}/gilfree-harness.cmake.in gilfree-harness.cmake
    INSTALL_DESTINATION ${package_dir} PATH_VARS bench_headers share NO_SET_AND_CHECK_MACRO
    NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gilfree-harness.cmake
    DESTINATION ${package_dir} COMPONENT bench_dev)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR gilfree)
set(CPACK_PACKAGE_CONTACT "gilfree developers <gilfree@example.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Python's concurrency toolbox in C++20, between threads and processes")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libgilfree-primitives${gilfree_abi})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libgilfree-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS libboost-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_RECOMMENDS libcereal-dev)
set(CPACK_DEBIAN_BENCH_PACKAGE_NAME bench-all)
set(CPACK_DEBIAN_BENCH_PACKAGE_RECOMMENDS "python3-matplotlib")
set(CPACK_DEBIAN_BENCH_DEV_PACKAGE_NAME libgilfree-bench-dev)
set(CPACK_DEBIAN_BENCH_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_BENCH_DEV_PACKAGE_DEPENDS "${bench_dev_depends}")
set(CPACK_COMPONENTS_ALL dev)
if(type STREQUAL "SHARED_LIBRARY")
  list(APPEND CPACK_COMPONENTS_ALL runtime)
  string(PREPEND CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
    "${CPACK_DEBIAN_RUNTIME_PACKAGE_NAME} (= ${PROJECT_VERSION}), ")
endif()
if(TARGET bench-all)
  list(APPEND CPACK_COMPONENTS_ALL bench bench_dev)
endif()
include(CPack)
