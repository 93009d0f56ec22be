// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "base/result.h"

namespace tessera {

// What a source's URL names. Whether it may be played at all is the server's to say; here only its shape
// counts, and that no library reads another host out of it than we do.
struct SourceUrl {
  enum class Kind { file, rtmp, rtsp };
  Kind kind = Kind::file;
  std::string location;  // file: its absolute path, else the URL, which may hold a password
  std::string host;      // empty: a file
  bool isStream() const { return kind != Kind::file; }
};

// "file:", "rtmp:", "rtmps:", "rtsp:", "rtsps:". The error does not repeat the URL.
[[nodiscard]] Result<SourceUrl> parseSourceUrl(const std::string& url);

}  // namespace tessera
