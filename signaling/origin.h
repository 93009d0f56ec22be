// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tessera::signaling {

// Whether a page of `origin` may open a WebSocket here (RFC 6454, 7). Without an Origin header (empty) the
// client is not a browser, and what this guards against does not exist. `allowed` empty: the origin's
// authority must be the Host that was asked for, whatever the scheme, since a proxy may end TLS; "*": any;
// else one of the list, scheme, host and port.
bool originAllowed(std::string_view origin, std::string_view host, const std::vector<std::string>& allowed);

}  // namespace tessera::signaling
