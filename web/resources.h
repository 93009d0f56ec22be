// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tessera::web {

// Where the bundled files are found with g_resources_lookup_data(): kResourceRoot + "/page/room.html".
inline constexpr const char* kResourceRoot = "/io/tessera/web";

// Makes the bundled page and SDK known to GIO. Call once, before the server listens; further calls do
// nothing. An explicit call because a static library's constructors are dropped by the linker.
void registerResources();

}  // namespace tessera::web
