// SPDX-License-Identifier: Apache-2.0
#include "config/files.h"

#include <glib.h>

#include <memory>

namespace tessera::config {

Result<std::string> readFile(const std::string& path, std::size_t maxBytes) {
  char* bytes = nullptr;
  gsize size = 0;
  GError* error = nullptr;
  if (!g_file_get_contents(path.c_str(), &bytes, &size, &error)) {
    Result<std::string> failed = fail(ErrorCode::config, "{}", error->message);  // names the path
    g_error_free(error);
    return failed;
  }
  const std::unique_ptr<char, decltype(&g_free)> owned(bytes, g_free);
  if (size > maxBytes) return fail(ErrorCode::config, "{} has more than {} bytes", path, maxBytes);
  return std::string(bytes, size);
}

}  // namespace tessera::config
