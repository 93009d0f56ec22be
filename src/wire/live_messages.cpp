// SPDX-License-Identifier: Apache-2.0
#include "wire/live_messages.h"

#include "wire/common_fields.h"
#include "wire/json_reader.h"
#include "wire/json_writer.h"
#include "wire/limits.h"

namespace tessera::wire {
namespace {

void optionalError(JsonWriter& io, const Error& why) {
  if (!why.text.empty()) objectField(io, "error", why);
}

template <class T, class Body>
Result<T> decodeBody(std::string_view body, Body read) {
  const auto document = JsonDocument::parse(body, kMaxHttpBodyBytes);
  if (!document) return tl::unexpected(document.error());
  JsonReader in(*document, "");
  T request;
  read(in, request);
  if (auto status = in.status(); !status) return tl::unexpected(std::move(status).error());
  return request;
}

}  // namespace

void fields(JsonWriter& io, const OutputInfo& m) {
  io.required("id", m.status.id);
  io.required("kind", m.kind);
  io.required("target", m.target);
  io.required("state", m.status.phase);
  io.required("kbps", m.status.kbps);
  io.required("framesDropped", m.status.framesDropped);
  io.required("reconnects", m.status.reconnects);
  io.required("delayMs", m.status.delayMs);
  optionalError(io, m.status.why);
}

void fields(JsonWriter& io, const SourceInfo& m) {
  io.required("id", m.status.participant);
  io.required("name", m.name);
  io.required("url", m.url);
  io.required("loop", m.loop);
  io.required("state", m.status.phase);
  io.required("video", m.status.video);
  io.required("audio", m.status.audio);
  io.required("reconnects", m.status.reconnects);
  optionalError(io, m.status.why);
}

std::string encodeOutput(const OutputInfo& output) {
  JsonWriter out;
  fields(out, output);
  return out.finish();
}

std::string encodeOutputList(const std::vector<OutputInfo>& outputs) {
  JsonWriter out;
  out.list("outputs", outputs, outputs.size());
  return out.finish();
}

std::string encodeSource(const SourceInfo& source) {
  JsonWriter out;
  fields(out, source);
  return out.finish();
}

std::string encodeSourceList(const std::vector<SourceInfo>& sources) {
  JsonWriter out;
  out.list("sources", sources, sources.size());
  return out.finish();
}

Result<AddOutputRequest> decodeAddOutput(std::string_view body) {
  return decodeBody<AddOutputRequest>(body, [](JsonReader& in, AddOutputRequest& request) {
    in.required("kind", request.kind);
    in.optional("url", request.url, kUrlText);
    if (in.ok() && (request.kind == OutputKind::rtmp) == request.url.empty())
      in.refuse("url", ErrorCode::badRequest, "expected with the kind rtmp, and only with it");
  });
}

Result<AddSourceRequest> decodeAddSource(std::string_view body) {
  return decodeBody<AddSourceRequest>(body, [](JsonReader& in, AddSourceRequest& request) {
    in.required("name", request.name, NameRule{});
    in.required("url", request.url, kUrlText);
    in.optional("loop", request.loop);
  });
}

}  // namespace tessera::wire
