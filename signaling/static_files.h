// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <libsoup/soup.h>

#include <string>

namespace tessera::signaling {

// Serves a file of the page's GResource: `resource` is its full name ("/io/tessera/web/page/room.html").
// Answers with an ETag, and 304 to who has it already.
void serveResource(SoupServerMessage* message, const std::string& resource);

}  // namespace tessera::signaling
