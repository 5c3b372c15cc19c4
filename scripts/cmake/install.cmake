# What `cmake --install` installs, in three components, and the Debian packages that scripts/package
# makes of them:
#
#   runtime   libgilfree_primitives.so.0.1      (none where the library is static)
#   dev       the headers, the library to link with, files for find_package(gilfree) and pkg-config
#   bench     bench-all and its report          (only where it is built: GILFREE_DEVELOP)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(sources ${CMAKE_CURRENT_LIST_DIR})
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/gilfree)

install(TARGETS gilfree_primitives EXPORT gilfree-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT dev
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
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
configure_file(${sources}/gilfree.pc.in gilfree.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gilfree.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)

if(TARGET bench-all)
  # Its report is drawn by scripts, which it looks for where its sources are.
  set(share ${CMAKE_INSTALL_DATADIR}/gilfree)
  install(TARGETS bench-all RUNTIME DESTINATION ${CMAKE_INSTALL_LIBDIR}/gilfree COMPONENT bench)
  file(RELATIVE_PATH to_share /prefix/${CMAKE_INSTALL_BINDIR} /prefix/${share})
  file(RELATIVE_PATH to_program /prefix/${CMAKE_INSTALL_BINDIR} /prefix/${CMAKE_INSTALL_LIBDIR}/gilfree)
  configure_file(${sources}/bench-all.in bench-all.sh @ONLY)
  install(PROGRAMS ${CMAKE_CURRENT_BINARY_DIR}/bench-all.sh RENAME bench-all
    DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT bench)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/scripts DESTINATION ${share} COMPONENT bench
    FILES_MATCHING PATTERN "*.py" REGEX "(check_includes.py|/(cmake|fuzz|tests|__pycache__))$" EXCLUDE)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/scenarios/contenders/cpython
    DESTINATION ${share}/scenarios/contenders COMPONENT bench FILES_MATCHING PATTERN "*.py")
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
get_target_property(type gilfree_primitives TYPE)
set(CPACK_COMPONENTS_ALL dev)
if(type STREQUAL "SHARED_LIBRARY")
  list(APPEND CPACK_COMPONENTS_ALL runtime)
  string(PREPEND CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
    "${CPACK_DEBIAN_RUNTIME_PACKAGE_NAME} (= ${PROJECT_VERSION}), ")
endif()
if(TARGET bench-all)
  list(APPEND CPACK_COMPONENTS_ALL bench)
endif()
include(CPack)
