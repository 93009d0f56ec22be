// SPDX-License-Identifier: Apache-2.0
#include "wire/json_reader.h"

#include <json-glib/json-glib.h>

#include <algorithm>
#include <cmath>

#include "wire/plain_text.h"

namespace tessera::wire {
namespace {

std::string_view describe(JsonNode* node) {
  switch (json_node_get_node_type(node)) {
    case JSON_NODE_OBJECT:
      return "an object";
    case JSON_NODE_ARRAY:
      return "an array";
    case JSON_NODE_NULL:
      return "null";
    case JSON_NODE_VALUE:
      break;
  }
  switch (json_node_get_value_type(node)) {
    case G_TYPE_STRING:
      return "a string";
    case G_TYPE_BOOLEAN:
      return "a boolean";
    case G_TYPE_INT64:
      return "an integer";
    default:
      return "a number with a fraction";
  }
}

bool holds(JsonNode* node, GType type) {
  return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type;
}

bool within(Charset charset, std::string_view text) {
  switch (charset) {
    case Charset::any:
      return true;
    case Charset::line:
      return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    case Charset::symbol:
      return std::all_of(text.begin(), text.end(),
                         [](char c) { return g_ascii_isalnum(c) || c == '-' || c == '_'; });
  }
  return false;
}

}  // namespace

Status JsonReader::status() const {
  if (const auto& error = root().error_) return tl::unexpected(*error);
  return {};
}

std::string JsonReader::path() const {
  if (!parent_) return std::string(name_);
  std::string above = parent_->path();
  return above.empty() ? std::string(name_) : above.append(".").append(name_);
}

bool JsonReader::refuse(std::string_view key, ErrorCode code, std::string_view what) {
  const std::string above = path();
  if (ok())
    root().error_ = Error{code, fmt::format("{}{}{}: {}", above, above.empty() ? "" : ".", key, what)};
  return false;
}

JsonNode* JsonReader::member(std::string_view key) const {
  return json_object_get_member(object_, std::string(key).c_str());
}

JsonNode* JsonReader::find(std::string_view key, bool needed) {
  if (!ok()) return nullptr;
  JsonNode* node = member(key);
  if (!node && needed) refuse(key, ErrorCode::badRequest, "is missing");
  return node;
}

bool JsonReader::wrongType(JsonNode* node, std::string_view key, std::string_view expected) {
  return refuse(key, ErrorCode::badRequest, fmt::format("expected {}, got {}", expected, describe(node)));
}

JsonObject* JsonReader::objectOf(JsonNode* node, std::string_view key) {
  if (JSON_NODE_HOLDS_OBJECT(node)) return json_node_get_object(node);
  wrongType(node, key, "an object");
  return nullptr;
}

std::vector<JsonNode*> JsonReader::arrayOf(std::string_view key, std::size_t max) {
  std::vector<JsonNode*> nodes;
  JsonNode* node = find(key, true);
  if (!node) return nodes;
  if (!JSON_NODE_HOLDS_ARRAY(node)) {
    wrongType(node, key, "an array");
    return nodes;
  }
  JsonArray* array = json_node_get_array(node);
  const guint count = json_array_get_length(array);
  if (count > max) {
    refuse(key, ErrorCode::tooLarge, fmt::format("{} elements, at most {} are allowed", count, max));
    return nodes;
  }
  for (guint i = 0; i < count; ++i) nodes.push_back(json_array_get_element(array, i));
  return nodes;
}

void JsonReader::read(JsonNode* node, std::string_view key, bool& out) {
  if (holds(node, G_TYPE_BOOLEAN))
    out = json_node_get_boolean(node);
  else
    wrongType(node, key, "a boolean");
}

bool JsonReader::readInteger(JsonNode* node, std::string_view key, IntRange range, std::int64_t& out) {
  if (!holds(node, G_TYPE_INT64)) return wrongType(node, key, "an integer");
  const std::int64_t value = json_node_get_int(node);
  if (value < range.min || value > range.max)
    return refuse(key, ErrorCode::badRequest,
                  fmt::format("{} is out of range, expected {} to {}", value, range.min, range.max));
  out = value;
  return true;
}

void JsonReader::read(JsonNode* node, std::string_view key, double& out, RealRange range) {
  double value = 0;
  if (holds(node, G_TYPE_INT64))
    value = static_cast<double>(json_node_get_int(node));
  else if (holds(node, G_TYPE_DOUBLE))
    value = json_node_get_double(node);
  else {
    wrongType(node, key, "a number");
    return;
  }
  if (std::isfinite(value) && value >= range.min && value <= range.max)
    out = value;
  else
    refuse(key, ErrorCode::badRequest, fmt::format("out of range, expected {} to {}", range.min, range.max));
}

// UTF-8 without NUL: the scan of the document has seen to it.
bool JsonReader::readText(JsonNode* node, std::string_view key, std::string& out) {
  if (!holds(node, G_TYPE_STRING)) return wrongType(node, key, "a string");
  out = json_node_get_string(node);
  return true;
}

void JsonReader::read(JsonNode* node, std::string_view key, std::string& out, const TextRule& rule) {
  std::string text;
  if (!readText(node, key, text)) return;
  if (text.size() < rule.min)
    refuse(key, ErrorCode::badRequest, fmt::format("{} bytes, at least {} expected", text.size(), rule.min));
  else if (text.size() > rule.max)
    refuse(key, ErrorCode::tooLarge, fmt::format("{} bytes, at most {} are allowed", text.size(), rule.max));
  else if (!within(rule.charset, text))
    refuse(key, ErrorCode::badRequest,
           rule.charset == Charset::line ? "only printable ASCII characters are allowed"
                                         : "only letters a-z, digits, - and _ are allowed");
  else
    out = std::move(text);
}

void JsonReader::readPeople(std::string_view key, std::string& out, Result<std::string> cleaned) {
  if (cleaned)
    out = std::move(*cleaned);
  else
    refuse(key, cleaned.error().code, cleaned.error().text);
}

void JsonReader::read(JsonNode* node, std::string_view key, std::string& out, NameRule) {
  if (std::string text; readText(node, key, text)) readPeople(key, out, cleanName(text));
}

void JsonReader::read(JsonNode* node, std::string_view key, std::string& out, ChatRule) {
  if (std::string text; readText(node, key, text)) readPeople(key, out, cleanChat(text));
}

void JsonReader::read(JsonNode* node, std::string_view key, RoomId& out) {
  std::string text;
  if (!readText(node, key, text)) return;
  if (auto id = parseRoomId(text))
    out = std::move(*id);
  else
    refuse(key, id.error().code, id.error().text);
}

void JsonReader::read(JsonNode* node, std::string_view key, ErrorCode& out) {
  std::string text;
  if (!readText(node, key, text)) return;
  if (const auto code = errorCodeOf(text))
    out = *code;
  else
    refuse(key, ErrorCode::badRequest, "expected an error code");
}

}  // namespace tessera::wire
