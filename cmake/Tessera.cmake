# SPDX-License-Identifier: Apache-2.0
# What every target shares, and `tessera_module`, which makes the include directions a fact of the build:
# each module has an include root of its own that holds nothing but that module, so a header of a module
# that is not linked cannot be found.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

add_library(tessera_flags INTERFACE)
target_compile_options(tessera_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Wno-missing-field-initializers -fno-omit-frame-pointer)
if(TESSERA_WERROR)
  target_compile_options(tessera_flags INTERFACE -Werror)
endif()
if(TESSERA_SANITIZE)
  target_compile_options(tessera_flags INTERFACE -fsanitize=${TESSERA_SANITIZE})
  target_link_options(tessera_flags INTERFACE -fsanitize=${TESSERA_SANITIZE})
endif()

find_program(TESSERA_CCACHE ccache)
if(TESSERA_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TESSERA_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${TESSERA_CCACHE})
endif()

# tessera_module(<name> PATH <include path> [SOURCES …] [PUBLIC targets…] [PRIVATE targets…])
# Makes the static library tessera_<name> of the current directory. Its headers are included as
# "<include path>/header.h" by itself and by whoever links it.
function(tessera_module name)
  cmake_parse_arguments(arg "" "PATH" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  set(root ${CMAKE_BINARY_DIR}/include/${name})
  cmake_path(GET arg_PATH PARENT_PATH parent)
  file(MAKE_DIRECTORY ${root}/${parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${arg_PATH} SYMBOLIC)
  if(arg_SOURCES)
    add_library(tessera_${name} STATIC ${arg_SOURCES})
    target_include_directories(tessera_${name} PUBLIC ${root})
    target_link_libraries(tessera_${name} PUBLIC tessera_flags ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  else()
    add_library(tessera_${name} INTERFACE)
    target_include_directories(tessera_${name} INTERFACE ${root})
    target_link_libraries(tessera_${name} INTERFACE tessera_flags ${arg_PUBLIC})
  endif()
endfunction()

pkg_check_modules(GLIB REQUIRED IMPORTED_TARGET glib-2.0 gio-2.0 gio-unix-2.0)
pkg_check_modules(JSON REQUIRED IMPORTED_TARGET json-glib-1.0)
pkg_check_modules(SOUP REQUIRED IMPORTED_TARGET libsoup-3.0)
pkg_check_modules(GNUTLS REQUIRED IMPORTED_TARGET gnutls)
pkg_check_modules(GST REQUIRED IMPORTED_TARGET gstreamer-1.0>=1.22 gstreamer-base-1.0 gstreamer-app-1.0
  gstreamer-video-1.0 gstreamer-audio-1.0 gstreamer-rtp-1.0 gstreamer-sdp-1.0 gstreamer-webrtc-1.0)
pkg_check_modules(PANGO REQUIRED IMPORTED_TARGET pangocairo)
pkg_check_modules(OPUS REQUIRED IMPORTED_TARGET opus)
find_package(fmt REQUIRED)
find_package(tl-expected REQUIRED)
find_library(YUV_LIBRARY yuv REQUIRED)
