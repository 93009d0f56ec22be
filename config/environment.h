// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "config/keys.h"
#include "config/loader.h"

namespace tessera::config {

Environment processEnvironment();        // the TESSERA_ variables of this process
std::string variableOf(const Key& key);  // "TESSERA_ROOM_FPS"

// A variable is text; what it stands for depends on the key. Lists are separated by commas. A text that does
// not fit stays one, for the key to refuse.
RawValue fromVariable(const Key& key, const std::string& text);

}  // namespace tessera::config
