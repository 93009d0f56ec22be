// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "config/settings.h"

// Where the server keeps what it keeps. None of them is made here.

namespace tessera::server {

std::string stateDirectory(const config::Settings& settings);
std::string recordingsDirectory(const config::Settings& settings);
std::string hlsDirectory(const config::Settings& settings);

}  // namespace tessera::server
