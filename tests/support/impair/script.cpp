// SPDX-License-Identifier: Apache-2.0
#include "support/impair/script.h"

#include <json-glib/json-glib.h>

#include <cmath>

#include "wire/json_reader.h"
#include "wire/json_writer.h"

namespace tessera::impair {

namespace {

using wire::IntRange;
using wire::JsonReader;
using wire::JsonWriter;
using wire::RealRange;

constexpr std::size_t kMaxStepBytes = 4096;
constexpr RealRange kPercent{0, 100};
constexpr RealRange kMs{0, 60'000};
constexpr IntRange kWholeMs{0, 60'000};
constexpr IntRange kDayMs{0, 24 * 3600 * 1000};

// Reads (JsonReader) or writes (JsonWriter).
void fields(auto& io, wire::Of<LinkSettings> auto& link) {
  io.optional("lossPercent", link.lossPercent, kPercent);
  io.optional("burstPackets", link.burstPackets, RealRange{1, 10'000});
  io.optional("delayMs", link.delayMs, kMs);
  io.optional("jitterMs", link.jitterMs, kMs);
  io.optional("jitterReorders", link.jitterReorders);
  io.optional("reorderPercent", link.reorderPercent, kPercent);
  io.optional("reorderMs", link.reorderMs, kMs);
  io.optional("duplicatePercent", link.duplicatePercent, kPercent);
  io.optional("kbps", link.kbps, IntRange{0, 10'000'000});
  io.optional("queueMs", link.queueMs, kWholeMs);
  io.optional("queueBytes", link.queueBytes, IntRange{0, 1'000'000'000});
  io.optional("outage", link.outage);
}

// Notes the names of all fields.
struct FieldNames {
  template <class... Any>
  void optional(std::string_view name, const Any&...) {
    names.append(names.empty() ? "" : ", ").append(name);
  }
  std::string names;
};

// A misspelled member would quietly leave a link perfect.
Status checkNames(JsonObject* object, std::string_view what, std::string_view known) {
  if (!object) return {};
  GList* const members = json_object_get_members(object);
  std::string unknown;
  for (GList* at = members; at && unknown.empty(); at = at->next) {
    const std::string name = static_cast<const char*>(at->data);
    if ((", " + std::string(known) + ", ").find(", " + name + ", ") == std::string::npos) unknown = name;
  }
  g_list_free(members);
  if (unknown.empty()) return {};
  return fail(ErrorCode::badRequest, "{}: {} is none of: {}", what, unknown, known);
}

JsonObject* objectAt(JsonObject* object, const char* name) {
  JsonNode* const node = json_object_get_member(object, name);
  return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : nullptr;
}

Status checkStepNames(JsonObject* root) {
  FieldNames link;
  const LinkSettings any;
  fields(link, any);
  if (auto ok = checkNames(root, "step", "atMs, up, down"); !ok) return ok;
  for (const char* name : {"up", "down"})
    if (auto ok = checkNames(objectAt(root, name), name, link.names); !ok) return ok;
  return {};
}

void counts(JsonWriter& out, const LinkCounts& link) {
  out.required("packetsIn", link.packetsIn);
  out.required("bytesIn", link.bytesIn);
  out.required("packetsOut", link.packetsOut);
  out.required("bytesOut", link.bytesOut);
  out.required("lost", link.lost);
  out.required("queueFull", link.queueFull);
  out.required("outage", link.outage);
  out.required("duplicated", link.duplicated);
  out.required("reordered", link.reordered);
  out.required("queueMs", std::round(link.queueMs * 10) / 10);
}

// One line of the program about both directions.
template <class Link>
std::string lineOf(std::string_view event, std::int64_t ms, const Link& up, const Link& down,
                   void (*write)(JsonWriter&, const Link&)) {
  JsonWriter out;
  out.required("event", std::string(event));
  out.required("ms", ms);
  out.object("up", [&](JsonWriter& link) { write(link, up); });
  out.object("down", [&](JsonWriter& link) { write(link, down); });
  return out.finish();
}

}  // namespace

Result<Step> parseStep(std::string_view json) {
  const auto document = wire::JsonDocument::parse(json, kMaxStepBytes);
  if (!document) return tl::unexpected(document.error());
  Step step;
  JsonReader in(*document, "step");
  std::int64_t at = -1;
  in.optional("atMs", at, kDayMs);
  const auto read = [&in](std::string_view name, std::optional<LinkSettings>& link) {
    if (in.has(name)) in.object(name, [&link](JsonReader& reader) { fields(reader, link.emplace()); });
  };
  read("up", step.up);
  read("down", step.down);
  if (auto ok = in.status(); !ok) return tl::unexpected(ok.error());
  if (auto ok = checkStepNames(document->root()); !ok) return tl::unexpected(ok.error());
  if (!step.up && !step.down)
    return fail(ErrorCode::badRequest, "step: it names neither \"up\" nor \"down\"");
  if (at >= 0) step.at = std::chrono::milliseconds(at);
  return step;
}

std::string listeningLine(const std::string& address, int port) {
  JsonWriter out;
  out.required("event", std::string("listening"));
  out.required("address", address);
  out.required("port", port);
  return out.finish();
}

std::string settingsLine(std::int64_t ms, const LinkSettings& up, const LinkSettings& down) {
  return lineOf<LinkSettings>("settings", ms, up, down,
                              [](JsonWriter& out, const LinkSettings& link) { fields(out, link); });
}

std::string secondLine(std::int64_t ms, const LinkCounts& up, const LinkCounts& down) {
  return lineOf<LinkCounts>("second", ms, up, down, counts);
}

std::string errorLine(std::string_view text) {
  JsonWriter out;
  out.required("event", std::string("error"));
  out.required("text", std::string(text));
  return out.finish();
}

}  // namespace tessera::impair
