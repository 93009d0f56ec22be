// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace tessera {

// An RTMP URL as a connection wants it: "rtmp://user:password@host:port/application/…/stream?query". What
// follows the last "/" of the path, with the query, is the stream (key); it and the password are secret.
struct RtmpTarget {
  bool tls = false;
  std::string host;
  int port = 0;
  std::string application;
  std::string stream;
  std::string user, password;
};

// Errors do not repeat the URL.
[[nodiscard]] Result<RtmpTarget> parseRtmpTarget(std::string_view url);

}  // namespace tessera
