// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "room/url.h"

// Where live outputs may go and sources may come from. Nothing here opens a connection or looks up a name.

namespace tessera {

// "scheme://host[:port]/path". In the host "*" stands for any characters of one label, and alone for any
// host; as port for any, while without one it is the scheme's own; in the path for any characters. The user
// and the query of a URL do not matter.
bool isUrlPattern(std::string_view text);
bool urlAllowed(const Url& url, const std::vector<std::string>& patterns);  // by any of them

// Of live outputs ("rtmp://host/app/key", or rtmps) and of sources (rtmp, rtmps, rtsp, rtsps; not of files).
[[nodiscard]] Result<Url> parseOutputUrl(std::string_view text);
[[nodiscard]] Result<Url> parseSourceUrl(std::string_view text);

// The file that "file:name", "file:/path" or "file:///path" stands for, "%" escapes resolved: absolute,
// without symbolic links, and below `directory`, from which a relative one starts. Empty `directory`:
// anywhere, but absolute. An error when it is not a file that can be read.
[[nodiscard]] Result<std::string> sourceFile(std::string_view url, const std::string& directory);
bool isFileUrl(std::string_view url);
std::string fileUrl(std::string_view path);  // "file:///path" of an absolute one, escaped

// What may be shown of a URL: "rtmp://live.example.org/app/…". Its user, the last part of its path (the
// stream key) and its query are secret; of a file its name is shown, and of what is no URL nothing.
std::string redactedUrl(std::string_view url);

// A text of somebody else (a library's error) without the secrets of that URL.
std::string withoutSecrets(std::string text, std::string_view url);

}  // namespace tessera
