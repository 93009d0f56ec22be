// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <list>
#include <string>
#include <vector>

#include "config/settings.h"
#include "room/media_room.h"
#include "room/roster.h"
#include "wire/live_messages.h"

namespace tessera::server {

// The sources that take part in one room, over the life of its processes: entries of its roster, though
// nobody's. Main thread.
class RoomSources {
 public:
  static constexpr std::size_t kMax = 16;  // those that have ended included, until they make room

  struct Room {
    std::function<MediaRoom*()> media;  // null: it has no process
    std::function<void()> onChanged;    // the roster has
    // Whether it may be given to the process now; if not, admit() follows.
    std::function<bool(const ParticipantId&)> mayEnter;
    std::function<void(const ParticipantId&)> onPlaying;
    std::function<void(const ParticipantId&)> onGone;
  };

  RoomSources(const RoomId& id, Roster& roster, Room room)
      : id_(id), roster_(roster), room_(std::move(room)) {}

  void startConfigured(const std::vector<config::Source>& sources, const config::Sources& rules);
  // By somebody who may take only what `rules` say.
  [[nodiscard]] Result<wire::SourceInfo> add(const wire::AddSourceRequest& request,
                                             const config::Sources& rules);
  [[nodiscard]] Status remove(const ParticipantId& id, std::string_view why);
  bool contains(const ParticipantId& id) const;  // in the roster
  void setMuted(const ParticipantId& id, bool muted);
  std::vector<wire::SourceInfo> list() const;

  void onStatus(const SourceStatus& status);
  void onProcessLost();
  void admit(const ParticipantId& id);  // gives it to the process; ignored when it is none of these
  void bar(const ParticipantId& id);    // it brings the process down

 private:
  struct Source {
    SourceStatus status;
    std::string name;
    std::string url;    // a secret, for the process
    std::string shown;  // without it
    bool loop = false;
    int earlierReconnects = 0;  // in the processes before
    bool over() const { return status.phase == SourcePhase::ended || status.phase == SourcePhase::failed; }
  };

  Source& start(const std::string& name, std::string url, std::string shown, bool loop);
  void leave(Source& source);
  void finish(Source& source, SourcePhase phase, const Error& why);
  Source* find(const ParticipantId& id);
  static wire::SourceInfo describe(const Source& source);
  void report(const Source& source) const;

  RoomId id_;
  Roster& roster_;
  Room room_;
  std::list<Source> sources_;  // in the order of their beginning
};

}  // namespace tessera::server
