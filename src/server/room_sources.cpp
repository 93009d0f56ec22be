// SPDX-License-Identifier: Apache-2.0
#include "server/room_sources.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "room/url_rules.h"
#include "wire/common_fields.h"

namespace tessera::server {
namespace {

// As the process is to get it. What the operator has configured may be anywhere.
Result<std::string> configuredUrl(const std::string& url, const std::string& directory) {
  if (!isFileUrl(url)) return parseSourceUrl(url).map([](const Url& parsed) { return parsed.text(); });
  const bool absolute = url.find('/') == std::string_view("file:").size();
  return sourceFile(url, absolute ? "" : directory).map([](const std::string& path) {
    return fileUrl(path);
  });
}

Result<std::string> allowedUrl(const std::string& url, const config::Sources& rules) {
  if (isFileUrl(url)) {
    if (rules.filesDirectory.empty())
      return fail(ErrorCode::forbidden, "url: no files may be played here (sources.files_directory)");
    return sourceFile(url, rules.filesDirectory).map([](const std::string& path) { return fileUrl(path); });
  }
  const auto parsed = parseSourceUrl(url);
  if (!parsed) return tl::unexpected(parsed.error());
  if (!urlAllowed(*parsed, rules.allow))
    return fail(ErrorCode::forbidden,
                "url: sources.allow has no pattern for it in the server's configuration");
  return parsed->text();
}

}  // namespace

void RoomSources::startConfigured(const std::vector<config::Source>& sources, const config::Sources& rules) {
  for (const config::Source& source : sources) {
    if (sources_.size() >= kMax) {
      log::error("too many sources for a room", {{"room", id_.value}, {"limit", kMax}});
      return;
    }
    auto url = configuredUrl(source.url, rules.filesDirectory);
    Source& started = start(source.name, url.value_or(""), redactedUrl(source.url), source.loop);
    if (!url) finish(started, SourcePhase::failed, url.error());
  }
}

Result<wire::SourceInfo> RoomSources::add(const wire::AddSourceRequest& request,
                                          const config::Sources& rules) {
  auto url = allowedUrl(request.url, rules);
  if (!url) return tl::unexpected(url.error());
  if (sources_.size() >= kMax) {
    const auto over =
        std::find_if(sources_.begin(), sources_.end(), [](const Source& s) { return s.over(); });
    if (over == sources_.end()) return fail(ErrorCode::tooMany, "a room has at most {} sources", kMax);
    sources_.erase(over);
  }
  return describe(start(request.name, std::move(*url), redactedUrl(request.url), request.loop));
}

RoomSources::Source& RoomSources::start(const std::string& name, std::string url, std::string shown,
                                        bool loop) {
  Source& source = sources_.emplace_back();
  source.status.participant = makeParticipantId();
  source.name = name;
  source.url = std::move(url);
  source.shown = std::move(shown);
  source.loop = loop;
  Participant participant;
  participant.id = source.status.participant;
  participant.name = name;
  participant.role = ParticipantRole::source;
  participant.cameraOff = true;  // until it shows something
  roster_.add(std::move(participant));
  report(source);
  if (!source.url.empty() && room_.mayEnter(source.status.participant)) admit(source.status.participant);
  room_.onChanged();
  return source;
}

void RoomSources::admit(const ParticipantId& id) {
  const Source* source = find(id);
  MediaRoom* media = room_.media();
  if (!source || source->over() || !media) return;
  media->addSource({id, source->name, source->url, source->loop});
  if (roster_.find(id)->muted) media->updatePeer({id, true, {}, {}, {}, {}});
}

// Out of the roster and of the mix.
void RoomSources::leave(Source& source) {
  const ParticipantId& id = source.status.participant;
  if (!roster_.remove(id)) return;
  if (MediaRoom* media = room_.media()) media->removeSource(id);
  room_.onGone(id);
  room_.onChanged();
}

void RoomSources::finish(Source& source, SourcePhase phase, const Error& why) {
  source.status.phase = phase;
  source.status.why = why;
  source.status.video = source.status.audio = false;
  report(source);
  leave(source);
}

Status RoomSources::remove(const ParticipantId& id, std::string_view why) {
  Source* source = find(id);
  if (!source) return fail(ErrorCode::notFound, "there is no source {} here", id.value);
  log::info("source removed", {{"room", id_.value}, {"peer", id.value}, {"why", why}});
  leave(*source);
  sources_.remove_if([&](const Source& each) { return &each == source; });
  return {};
}

bool RoomSources::contains(const ParticipantId& id) const {
  const Participant* participant = roster_.find(id);
  return participant && participant->role == ParticipantRole::source;
}

void RoomSources::setMuted(const ParticipantId& id, bool muted) {
  roster_.find(id)->muted = muted;
  if (MediaRoom* media = room_.media()) media->updatePeer({id, muted, {}, {}, {}, {}});
  room_.onChanged();
}

std::vector<wire::SourceInfo> RoomSources::list() const {
  std::vector<wire::SourceInfo> infos;
  for (const Source& source : sources_) infos.push_back(describe(source));
  return infos;
}

wire::SourceInfo RoomSources::describe(const Source& source) {
  wire::SourceInfo info{source.status, source.name, source.shown, source.loop};
  info.status.reconnects += source.earlierReconnects;
  return info;
}

void RoomSources::onStatus(const SourceStatus& status) {
  Source* source = find(status.participant);
  if (!source || source->over()) return;
  Error why{status.why.code, withoutSecrets(status.why.text, source->url)};
  const SourcePhase before = std::exchange(source->status, status).phase;
  if (source->over()) return finish(*source, status.phase, why);
  source->status.why = std::move(why);
  if (before != status.phase) report(*source);
  const bool playing = status.phase == SourcePhase::playing;
  Participant& participant = *roster_.find(status.participant);
  if (playing) room_.onPlaying(status.participant);
  const bool changed = participant.connected != playing || participant.cameraOff == status.video;
  participant.connected = playing;
  participant.cameraOff = !status.video;
  if (changed) room_.onChanged();
}

void RoomSources::onProcessLost() {
  for (Source& source : sources_) {
    if (source.over()) continue;
    source.earlierReconnects += source.status.reconnects + 1;  // this is one, too
    source.status = {source.status.participant,
                     SourcePhase::waiting,
                     false,
                     false,
                     0,
                     {ErrorCode::roomFailed, "the room is started again"}};
    Participant& participant = *roster_.find(source.status.participant);
    participant.connected = false;
    participant.cameraOff = true;
  }
  room_.onChanged();
}

void RoomSources::bar(const ParticipantId& id) {
  if (Source* source = find(id))
    finish(*source, SourcePhase::failed, {ErrorCode::roomFailed, "the room failed each time it came in"});
}

RoomSources::Source* RoomSources::find(const ParticipantId& id) {
  const auto source = std::find_if(sources_.begin(), sources_.end(),
                                   [&](const Source& each) { return each.status.participant == id; });
  return source == sources_.end() ? nullptr : &*source;
}

void RoomSources::report(const Source& source) const {
  const SourcePhase phase = source.status.phase;
  const bool bad = phase == SourcePhase::waiting || phase == SourcePhase::failed;
  log::write(bad ? log::Level::warn : log::Level::info, "source",
             {{"room", id_.value},
              {"peer", source.status.participant.value},
              {"url", source.shown},
              {"state", wire::enumName(phase)},
              {"why", source.status.why.text}});
}

}  // namespace tessera::server
