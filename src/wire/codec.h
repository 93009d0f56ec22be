// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <variant>

#include "wire/json_reader.h"
#include "wire/json_writer.h"

// A message is an object whose `type` names the alternative of a variant, with that alternative's fields.

namespace tessera::wire {

// Specialised for every message; the same type may have different meanings in the two directions.
template <class Message>
inline constexpr std::string_view kTypeName = "";

template <class Variant>
std::string_view typeNameOf(const Variant& message) {
  return std::visit([]<class M>(const M&) { return kTypeName<M>; }, message);
}

// The known type name that equals `text`, or empty.
template <class Variant, std::size_t I = 0>
std::string_view knownType(std::string_view text) {
  if constexpr (I < std::variant_size_v<Variant>) {
    constexpr std::string_view name = kTypeName<std::variant_alternative_t<I, Variant>>;
    return text == name ? name : knownType<Variant, I + 1>(text);
  } else {
    return {};
  }
}

// Makes `out` the alternative called `type` and reads its fields; false when there is none.
template <class Variant, std::size_t I = 0>
bool readAs(JsonReader& in, std::string_view type, Variant& out) {
  if constexpr (I < std::variant_size_v<Variant>) {
    using M = std::variant_alternative_t<I, Variant>;
    if (type != kTypeName<M>) return readAs<Variant, I + 1>(in, type, out);
    fields(in, out.template emplace<M>());
    return true;
  } else {
    return false;
  }
}

inline constexpr TextRule kTypeText{1, 32, Charset::symbol};

template <class Variant>
Result<Variant> decodeVariant(const JsonDocument& document) {
  JsonReader head(document, "");
  std::string type;
  head.required("type", type, kTypeText);
  if (auto status = head.status(); !status) return tl::unexpected(std::move(status).error());
  JsonReader in(document, type);
  Variant message;
  if (!readAs(in, type, message)) return fail(ErrorCode::unsupported, "message type {} is unknown", type);
  if (auto status = in.status(); !status) return tl::unexpected(std::move(status).error());
  return message;
}

template <class Variant>
Result<Variant> decodeVariant(std::string_view text, std::size_t maxBytes) {
  const auto document = JsonDocument::parse(text, maxBytes);
  if (!document) return tl::unexpected(document.error());
  return decodeVariant<Variant>(*document);
}

template <class Variant>
void writeVariant(JsonWriter& out, const Variant& message) {
  out.required("type", typeNameOf(message));
  std::visit([&](const auto& m) { fields(out, m); }, message);
}

}  // namespace tessera::wire
