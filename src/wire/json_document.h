// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>
#include <string_view>

#include "base/result.h"

typedef struct _JsonNode JsonNode;
typedef struct _JsonObject JsonObject;

namespace tessera::wire {

// A parsed JSON text whose root is an object. Of members of the same name the last one counts.
class JsonDocument {
 public:
  [[nodiscard]] static Result<JsonDocument> parse(std::string_view text, std::size_t maxBytes);
  JsonObject* root() const;

 private:
  struct FreeNode {
    void operator()(JsonNode* node) const;
  };
  explicit JsonDocument(JsonNode* root) : root_(root) {}
  std::unique_ptr<JsonNode, FreeNode> root_;
};

}  // namespace tessera::wire
