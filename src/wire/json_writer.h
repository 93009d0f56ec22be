// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "wire/rules.h"

namespace tessera::wire {

// Builds one compact JSON object on a single line (line breaks inside strings are escaped). The interface is
// JsonReader's, so that fields(io, message) serves both; rules are what a reader checks, not the writer.
class JsonWriter {
 public:
  std::string finish() { return text_ + "}"; }  // the object; last call

  template <class T, class... Rule>
  void required(std::string_view key, const T& value, const Rule&...) {
    name(key);
    if constexpr ((std::same_as<Rule, SentenceRule> || ...))
      put(cut(value));
    else
      put(value);
  }
  // Left out: what is not set, and an empty text.
  template <class T, class... Rule>
  void optional(std::string_view key, const T& value, const Rule&... rule) {
    if (present(value)) required(key, value, rule...);
  }

  template <class Body>
  void object(std::string_view key, Body body) {
    name(key);
    nested(body);
  }
  template <class Body>
  void optionalObject(std::string_view key, Body body) {
    object(key, body);
  }

  template <class T>
  void list(std::string_view key, const std::vector<T>& values, std::size_t) {
    elements(key, values, [this](const T& value) { nested([&](JsonWriter& out) { fields(out, value); }); });
  }
  void list(std::string_view key, const std::vector<ParticipantId>& values, std::size_t) {
    elements(key, values, [this](const ParticipantId& value) { put(value); });
  }
  void list(std::string_view key, const std::vector<std::string>& values, std::size_t, const TextRule&) {
    elements(key, values, [this](const std::string& value) { put(value); });
  }

 private:
  void comma();
  void name(std::string_view key);
  void put(std::string_view value);
  void put(const std::string& value) { put(std::string_view(value)); }
  void put(double value);
  void put(ErrorCode code) { put(wireName(code)); }
  void putRaw(std::string_view json) { text_ += json; }

  template <class Tag>
  void put(const Id<Tag>& id) {
    put(std::string_view(id.value));
  }
  template <std::integral T>
  void put(T value) {
    if constexpr (std::same_as<T, bool>)
      putRaw(value ? "true" : "false");
    else
      putRaw(std::to_string(value));
  }
  template <class E>
  requires std::is_enum_v<E>
  void put(E value) { put(enumName(value)); }
  template <class T>
  void put(const std::optional<T>& value) {
    put(*value);
  }

  static std::string_view cut(std::string_view sentence);
  template <class T>
  static bool present(const T&) {
    return true;
  }
  template <class T>
  static bool present(const std::optional<T>& value) {
    return value.has_value();
  }
  static bool present(const std::string& value) { return !value.empty(); }

  template <class Body>
  void nested(Body body) {
    text_.push_back('{');
    first_ = true;
    body(*this);
    text_.push_back('}');
    first_ = false;
  }
  template <class T, class Each>
  void elements(std::string_view key, const std::vector<T>& values, Each each) {
    name(key);
    text_.push_back('[');
    first_ = true;
    for (const T& value : values) {
      comma();
      each(value);
    }
    text_.push_back(']');
    first_ = false;
  }

  std::string text_ = "{";
  bool first_ = true;  // nothing stands in the open object or array yet
};

}  // namespace tessera::wire
