// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "wire/json_document.h"
#include "wire/rules.h"

namespace tessera::wire {

// Reads the members of one object into variables, without coercion of any kind. The first error sticks and
// names the path ("join.send.audio: expected a boolean, got a string"); what follows it is left as it is, so
// that a message is read straight through and status() asked once. JsonWriter has the same interface.
class JsonReader {
 public:
  JsonReader(const JsonDocument& document, std::string_view name) : object_(document.root()), name_(name) {}
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  [[nodiscard]] Status status() const;
  bool ok() const { return !root().error_; }
  bool has(std::string_view key) const { return member(key) != nullptr; }
  // Reports what a rule of a single field cannot express. Returns false.
  bool refuse(std::string_view key, ErrorCode code, std::string_view what);

  template <class T, class... Rule>
  void required(std::string_view key, T& out, const Rule&... rule) {
    if (JsonNode* node = find(key, true)) read(node, key, out, rule...);
  }
  // An absent member leaves `out` at its default.
  template <class T, class... Rule>
  void optional(std::string_view key, T& out, const Rule&... rule) {
    if (JsonNode* node = find(key, false)) read(node, key, out, rule...);
  }

  // A member that is an object; `body(reader)` reads it.
  template <class Body>
  void object(std::string_view key, Body body) {
    readObject(find(key, true), key, body);
  }
  template <class Body>
  void optionalObject(std::string_view key, Body body) {
    readObject(find(key, false), key, body);
  }

  // An array of objects, each read by fields(reader, element).
  template <class T>
  void list(std::string_view key, std::vector<T>& out, std::size_t max) {
    elements(key, max, [&](JsonNode* node, std::string_view name) {
      readObject(node, name, [&](JsonReader& in) { fields(in, out.emplace_back()); });
    });
  }
  void list(std::string_view key, std::vector<ParticipantId>& out, std::size_t max) {
    elements(key, max, [&](JsonNode* node, std::string_view name) { read(node, name, out.emplace_back()); });
  }
  void list(std::string_view key, std::vector<std::string>& out, std::size_t max, const TextRule& rule) {
    elements(key, max,
             [&](JsonNode* node, std::string_view name) { read(node, name, out.emplace_back(), rule); });
  }

 private:
  JsonReader(JsonReader& parent, JsonObject* object, std::string_view name)
      : object_(object), name_(name), parent_(&parent) {}

  const JsonReader& root() const { return parent_ ? parent_->root() : *this; }
  JsonReader& root() { return parent_ ? parent_->root() : *this; }
  std::string path() const;
  JsonNode* member(std::string_view key) const;                // null when absent
  JsonNode* find(std::string_view key, bool needed);           // null after an error, too
  JsonObject* objectOf(JsonNode* node, std::string_view key);  // null after reporting
  bool wrongType(JsonNode* node, std::string_view key, std::string_view expected);

  void read(JsonNode* node, std::string_view key, bool& out);
  void read(JsonNode* node, std::string_view key, double& out, RealRange range);
  void read(JsonNode* node, std::string_view key, std::string& out, const TextRule& rule);
  void read(JsonNode* node, std::string_view key, std::string& out, NameRule);
  void read(JsonNode* node, std::string_view key, std::string& out, ChatRule);
  void read(JsonNode* node, std::string_view key, RoomId& out);
  void read(JsonNode* node, std::string_view key, ErrorCode& out);
  void read(JsonNode* node, std::string_view key, std::string& out, SentenceRule) {
    read(node, key, out, TextRule{0, SentenceRule::kMaxBytes});
  }
  void readPeople(std::string_view key, std::string& out, Result<std::string> cleaned);
  bool readInteger(JsonNode* node, std::string_view key, IntRange range, std::int64_t& out);
  bool readText(JsonNode* node, std::string_view key, std::string& out);

  template <class Tag>  // made by the server
  void read(JsonNode* node, std::string_view key, Id<Tag>& out) {
    read(node, key, out.value, kIdText);
  }
  template <std::integral T>
  void read(JsonNode* node, std::string_view key, T& out, IntRange range) {
    if (std::int64_t value = 0; readInteger(node, key, range, value)) out = static_cast<T>(value);
  }
  template <class E>
  requires std::is_enum_v<E>
  void read(JsonNode* node, std::string_view key, E& out) {
    std::string text;
    if (!readText(node, key, text)) return;
    std::string expected;
    for (const auto& [value, name] : EnumNames<E>::names) {
      if (name == text) {
        out = value;
        return;
      }
      expected.append(expected.empty() ? "expected one of " : ", ").append(name);
    }
    refuse(key, ErrorCode::badRequest, expected);
  }
  template <class T, class... Rule>
  void read(JsonNode* node, std::string_view key, std::optional<T>& out, const Rule&... rule) {
    read(node, key, out.emplace(), rule...);
  }

  template <class Body>
  void readObject(JsonNode* node, std::string_view key, Body body) {
    JsonObject* const object = node ? objectOf(node, key) : nullptr;
    if (!object) return;
    JsonReader child(*this, object, key);
    body(child);
  }
  template <class Each>
  void elements(std::string_view key, std::size_t max, Each each) {
    const std::vector<JsonNode*> nodes = arrayOf(key, max);
    for (std::size_t i = 0; i < nodes.size() && ok(); ++i)
      each(nodes[i], std::string(key) + "[" + std::to_string(i) + "]");
  }
  std::vector<JsonNode*> arrayOf(std::string_view key, std::size_t max);

  JsonObject* object_;
  std::string_view name_;
  JsonReader* parent_ = nullptr;
  std::optional<Error> error_;  // of the root
};

}  // namespace tessera::wire
