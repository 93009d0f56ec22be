// SPDX-License-Identifier: Apache-2.0
#include "server/room_outputs.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "room/url_rules.h"
#include "wire/common_fields.h"

namespace tessera::server {
namespace {

constexpr std::size_t kIdChars = 12;

// A playlist's path on this server.
std::string hlsPath(const RoomId& room) {
  return fmt::format("/hls/{}/index.m3u8", room.value);
}

}  // namespace

void RoomOutputs::startConfigured(const config::Live& live) {
  if (live.hls) startHls();
  for (const std::string& target : live.rtmp)
    start(OutputKind::rtmp, parseOutputUrl(target).value().text(), {randomToken(kIdChars)});
}

RoomOutputs::Output& RoomOutputs::startHls() {
  const OutputId id{randomToken(kIdChars)};
  auto folder = folders_.make(id_, id);
  if (folder) return start(OutputKind::hls, std::move(*folder), id);
  Output& output = outputs_.emplace_back();
  output.kind = OutputKind::hls;
  output.status = {id, OutputPhase::failed, 0, 0, 0, 0, folder.error()};
  report(output);
  return output;
}

RoomOutputs::Output& RoomOutputs::start(OutputKind kind, std::string target, OutputId id) {
  Output& output = outputs_.emplace_back();
  output.status.id = std::move(id);
  output.kind = kind;
  output.target = std::move(target);
  report(output);
  startIn(room_.media(), output);
  return output;
}

void RoomOutputs::startIn(MediaRoom* media, const Output& output) {
  if (media) media->startOutput({output.status.id, output.kind, output.target});
}

Result<wire::OutputInfo> RoomOutputs::add(const wire::AddOutputRequest& request,
                                          const std::vector<std::string>& allow) {
  if (outputs_.size() >= kMax) return fail(ErrorCode::tooMany, "a room has at most {} outputs", kMax);
  const auto is = [&](const auto& same) { return std::any_of(outputs_.begin(), outputs_.end(), same); };
  if (request.kind == OutputKind::hls) {
    if (is([](const Output& each) { return each.kind == OutputKind::hls; }))
      return fail(ErrorCode::conflict, "the room has HLS already");
    Output& output = startHls();
    if (output.status.phase != OutputPhase::failed) return describe(output);
    const Error why = output.status.why;
    outputs_.pop_back();
    return tl::unexpected(why);
  }
  const auto url = parseOutputUrl(request.url);
  if (!url) return tl::unexpected(url.error());
  if (!urlAllowed(*url, allow))
    return fail(ErrorCode::forbidden,
                "url: outputs.allow has no pattern for it in the server's configuration");
  if (is([&](const Output& each) { return each.target == url->text(); }))
    return fail(ErrorCode::conflict, "the room is sent there already");
  return describe(start(OutputKind::rtmp, url->text(), {randomToken(kIdChars)}));
}

Status RoomOutputs::remove(const OutputId& id) {
  const auto output = std::find_if(outputs_.begin(), outputs_.end(),
                                   [&](const Output& each) { return each.status.id == id; });
  if (output == outputs_.end()) return fail(ErrorCode::notFound, "there is no output {} here", id.value);
  log::info("output removed", {{"room", id_.value}, {"output", id.value}});
  if (MediaRoom* media = room_.media()) media->stopOutput(id);
  folders_.release(id_, id);
  outputs_.erase(output);
  room_.onChanged();
  return {};
}

void RoomOutputs::end() {
  for (const Output& output : outputs_) folders_.release(id_, output.status.id);
  outputs_.clear();
}

std::vector<wire::OutputInfo> RoomOutputs::list() const {
  std::vector<wire::OutputInfo> infos;
  for (const Output& output : outputs_) infos.push_back(describe(output));
  return infos;
}

int RoomOutputs::live() const {
  return static_cast<int>(std::count_if(outputs_.begin(), outputs_.end(), [](const Output& each) {
    return each.status.phase == OutputPhase::live;
  }));
}

wire::OutputInfo RoomOutputs::describe(const Output& output) const {
  wire::OutputInfo info{output.status, output.kind,
                        output.kind == OutputKind::hls ? hlsPath(id_) : redactedUrl(output.target)};
  info.status.framesDropped += output.earlier.framesDropped;
  info.status.reconnects += output.earlier.reconnects;
  return info;
}

void RoomOutputs::onStatus(const OutputStatus& status) {
  for (Output& output : outputs_) {
    if (output.status.id != status.id || output.status.phase == OutputPhase::failed) continue;
    const OutputPhase before = std::exchange(output.status, status).phase;
    output.status.why.text = withoutSecrets(status.why.text, output.target);
    if (before != status.phase) report(output);
  }
  room_.onChanged();
}

void RoomOutputs::onProcessLost() {
  for (Output& output : outputs_) {
    if (output.status.phase == OutputPhase::failed) continue;
    output.earlier.framesDropped += output.status.framesDropped;
    output.earlier.reconnects += output.status.reconnects + 1;  // this is one, too
    output.status = {output.status.id,
                     OutputPhase::waiting,
                     0,
                     0,
                     0,
                     0,
                     {ErrorCode::roomFailed, "the room is started again"}};
  }
  room_.onChanged();
}

void RoomOutputs::onProcessStarted() {
  for (const Output& output : outputs_)
    if (output.status.phase != OutputPhase::failed) startIn(room_.media(), output);
}

void RoomOutputs::report(const Output& output) const {
  const bool bad = output.status.phase == OutputPhase::waiting || output.status.phase == OutputPhase::failed;
  log::write(bad ? log::Level::warn : log::Level::info, "output",
             {{"room", id_.value},
              {"output", output.status.id.value},
              {"target", describe(output).target},
              {"state", wire::enumName(output.status.phase)},
              {"why", output.status.why.text}});
}

}  // namespace tessera::server
