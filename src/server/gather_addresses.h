// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace tessera::server {

// The addresses that rooms offer as ICE candidates: what is configured, interface names resolved to their
// addresses. Nothing configured: 127.0.0.1 (and ::1) when the server itself listens on loopback only,
// otherwise empty, which means every interface but loopback.
[[nodiscard]] Result<std::vector<std::string>> gatherAddresses(const config::Settings& settings);

}  // namespace tessera::server
