// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/raw_value.h"
#include "config/settings.h"

namespace tessera::config {

enum class Kind { boolean, integer, text, list };
enum class ImageFile { none, png, pngOrJpeg };

// One key of the configuration: everything that is known about it.
struct Key {
  std::string_view section;
  std::string_view name;
  Kind kind = Kind::text;
  std::string expects;                                  // "an integer from 1 to 60"
  std::function<bool(Settings&, const RawValue&)> set;  // false when the value is not what it expects
  std::function<std::string(const Settings&)> show;     // as TOML
  bool secret = false;
  std::string_view fileOf = {};       // this key names a file that holds the secret of that name
  ImageFile image = ImageFile::none;  // this key names such a file

  std::string fullName() const { return std::string(section) + "." + std::string(name); }
  // Both spellings of a secret set the same thing.
  std::string_view target() const { return fileOf.empty() ? name : fileOf; }
};

const std::vector<Key>& keys();
const Key* findKey(std::string_view section, std::string_view name);  // null when there is none
bool inTemplates(const Key& key);  // its section (room, picture, …) may stand in a template

}  // namespace tessera::config
