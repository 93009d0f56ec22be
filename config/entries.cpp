// SPDX-License-Identifier: Apache-2.0
#include "config/entries.h"

#include "config/files.h"
#include "config/nearest.h"

namespace tessera::config {

void Errors::addUnknown(const std::string& where, const std::string& name,
                        const std::vector<std::string>& known) {
  const std::string_view guess = nearest(name, {known.begin(), known.end()});
  if (guess.empty())
    add("{}: unknown key {}", where, name);
  else
    add("{}: unknown key {}; did you mean {}?", where, name, guess);
}

void setKey(const Key& key, const RawValue& value, const std::string& where, Settings& settings,
            Errors& errors) {
  if (!key.set(settings, value))
    return errors.add("{}: {}: expected {}, got {}", where, key.fullName(), key.expects,
                      key.secret ? "something else" : describe(value));
  const auto* path = std::get_if<std::string>(&value);
  if (key.image == ImageFile::none || !path || path->empty()) return;
  if (const Status image = checkImage(*path, key.image == ImageFile::pngOrJpeg); !image)
    errors.add("{}: {}: {}", where, key.fullName(), image.error().text);
}

}  // namespace tessera::config
