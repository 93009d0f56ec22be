// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "config/loader.h"

namespace tessera::config {

inline Settings accepted(std::string_view toml, const Environment& environment = {}) {
  auto settings = parse(toml, "t.toml", environment);
  if (settings) return std::move(*settings);
  ADD_FAILURE() << settings.error().text;
  return {};
}

inline std::string refused(std::string_view toml, const Environment& environment = {}) {
  const auto settings = parse(toml, "t.toml", environment);
  if (settings) {
    ADD_FAILURE() << "accepted: " << toml;
    return {};
  }
  EXPECT_EQ(settings.error().code, ErrorCode::config);
  return settings.error().text;
}

// Files with these contents in a directory of their own, gone with it.
class Files {
 public:
  Files() {
    std::string pattern = testing::TempDir() + "tessera-config-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  ~Files() { std::filesystem::remove_all(directory_); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  std::string write(const std::string& name, std::string_view content) const {
    std::ofstream(directory_ + "/" + name, std::ios::binary) << content;
    return directory_ + "/" + name;
  }
  const std::string& directory() const { return directory_; }

 private:
  std::string directory_;
};

}  // namespace tessera::config
