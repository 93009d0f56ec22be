// SPDX-License-Identifier: Apache-2.0
#include "wire/json_document.h"

#include <json-glib/json-glib.h>

#include "wire/json_scan.h"
#include "wire/limits.h"

namespace tessera::wire {

Result<JsonDocument> JsonDocument::parse(std::string_view text, std::size_t maxBytes) {
  if (auto status = scanJson(text, maxBytes, kMaxJsonDepth); !status)
    return tl::unexpected(std::move(status).error());
  const std::unique_ptr<JsonParser, decltype(&g_object_unref)> parser(json_parser_new(), g_object_unref);
  GError* error = nullptr;
  if (!json_parser_load_from_data(parser.get(), text.data(), static_cast<gssize>(text.size()), &error))
    return tl::unexpected(Error::fromGError(ErrorCode::badRequest, "not JSON", error));
  JsonNode* root = json_parser_steal_root(parser.get());
  if (!root) return fail(ErrorCode::badRequest, "not JSON: no value");
  JsonDocument document(root);
  if (!JSON_NODE_HOLDS_OBJECT(root)) return fail(ErrorCode::badRequest, "expected a JSON object");
  return document;
}

JsonObject* JsonDocument::root() const {
  return json_node_get_object(root_.get());
}

void JsonDocument::FreeNode::operator()(JsonNode* node) const {
  json_node_unref(node);
}

}  // namespace tessera::wire
