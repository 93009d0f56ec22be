// SPDX-License-Identifier: Apache-2.0
#include "wire/api_messages.h"

#include "wire/common_fields.h"
#include "wire/json_reader.h"
#include "wire/json_writer.h"
#include "wire/limits.h"
#include "wire/timestamp.h"

namespace tessera::wire {

template <>
struct EnumNames<RoomState> {
  static constexpr std::array<std::pair<RoomState, std::string_view>, 4> names{
      {{RoomState::starting, "starting"},
       {RoomState::running, "running"},
       {RoomState::recovering, "recovering"},
       {RoomState::ending, "ending"}}};
};

void fields(JsonWriter& io, const RoomSummary& m) {
  io.required("id", m.id);
  io.required("state", m.state);
  io.required("participants", m.participants);
  io.required("startedAt", rfc3339(m.startedAtMs));
}

void fields(JsonWriter& io, const ApiParticipant& m) {
  fields(io, m.entry);
  io.required("levelDb", m.levelDb);
  io.required("speaking", m.speaking);
  io.required("codec", m.codec);
  io.required("maxHeight", m.maxHeight);
  if (m.receiving) objectField(io, "receiving", *m.receiving);
}

std::string encodeRoomList(const std::vector<RoomSummary>& rooms) {
  JsonWriter out;
  out.list("rooms", rooms, rooms.size());
  return out.finish();
}

std::string encodeRoomSummary(const RoomSummary& room) {
  JsonWriter out;
  fields(out, room);
  return out.finish();
}

std::string encodeRoomDetails(const RoomDetails& room) {
  JsonWriter out;
  out.required("id", room.summary.id);
  out.required("state", room.summary.state);
  out.required("startedAt", rfc3339(room.summary.startedAtMs));
  out.optional("template", room.templateName);
  objectField(out, "canvas", room.canvas);
  objectField(out, "layout", room.layout);
  if (room.picture) objectField(out, "picture", *room.picture);
  out.list("participants", room.participants, room.participants.size());
  out.object("process", [&](JsonWriter& process) {
    process.required("pid", room.processId);
    process.required("restarts", room.restarts);
    if (room.health) objectField(process, "health", *room.health);
  });
  return out.finish();
}

std::string encodeApiError(const Error& error) {
  JsonWriter out;
  objectField(out, "error", error);
  return out.finish();
}

Result<CreateRoom> decodeCreateRoom(std::string_view body) {
  const auto document = JsonDocument::parse(body, kMaxHttpBodyBytes);
  if (!document) return tl::unexpected(document.error());
  JsonReader in(*document, "");
  CreateRoom request;
  in.required("room", request.room);
  in.optional("template", request.templateName, kLayoutName);
  if (auto status = in.status(); !status) return tl::unexpected(std::move(status).error());
  return request;
}

Result<PatchRoom> decodePatchRoom(std::string_view body) {
  const auto document = JsonDocument::parse(body, kMaxHttpBodyBytes);
  if (!document) return tl::unexpected(document.error());
  JsonReader in(*document, "");
  PatchRoom request;
  in.optional("layout", request.layout);
  in.optional("custom", request.custom, kLayoutName);
  if (in.has("pinned")) in.list("pinned", request.pinned.emplace(), kMaxPinned);
  if ((request.layout == LayoutKind::custom) == request.custom.empty())
    in.refuse("custom", ErrorCode::badRequest, "expected with the layout custom, and only with it");
  if (!request.layout && !request.pinned)
    in.refuse("layout", ErrorCode::badRequest, "expected layout, pinned or both");
  if (auto status = in.status(); !status) return tl::unexpected(std::move(status).error());
  return request;
}

Result<PatchParticipant> decodePatchParticipant(std::string_view body) {
  const auto document = JsonDocument::parse(body, kMaxHttpBodyBytes);
  if (!document) return tl::unexpected(document.error());
  JsonReader in(*document, "");
  PatchParticipant request;
  in.optional("muted", request.muted);
  in.optional("maxHeight", request.maxHeight, kSize);
  if (!request.muted && !request.maxHeight)
    in.refuse("muted", ErrorCode::badRequest, "expected muted, maxHeight or both");
  if (auto status = in.status(); !status) return tl::unexpected(std::move(status).error());
  return request;
}

}  // namespace tessera::wire
