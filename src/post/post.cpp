// SPDX-License-Identifier: Apache-2.0
#include "post/post.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "base/log.h"
#include "post/chapters.h"
#include "post/job.h"
#include "post/joiner.h"
#include "post/poster.h"
#include "post/progress.h"
#include "post/publish.h"
#include "post/tail_check.h"
#include "post/tracks.h"
#include "post/verify.h"
#include "wire/codec.h"
#include "wire/common_fields.h"

namespace tessera::post {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kWaitForLock = 15s;
constexpr auto kLockPoll = 100ms;
constexpr std::size_t kMaxRepairs = 1000;  // that are told
// Shares of the work, for its progress.
constexpr double kScanned = 0.25, kJoined = 0.7, kTracked = 0.85;

// Holds the lock until it goes, or the process does.
class Lock {
 public:
  Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (fd_ >= 0) close(fd_);
  }
  Status take(const std::string& path) {
    fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd_ < 0) return fail(ErrorCode::io, "{}: {}", path, std::strerror(errno));
    const auto end = std::chrono::steady_clock::now() + kWaitForLock;
    while (flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      if (std::chrono::steady_clock::now() > end)
        return fail(ErrorCode::io, "{} is held by another process", path);
      std::this_thread::sleep_for(kLockPoll);
    }
    return {};
  }

 private:
  int fd_ = -1;
};

const char* demuxerOf(RecordingFormat format) {
  switch (format) {
    case RecordingFormat::mp4:
    case RecordingFormat::m4a:
      return "mov";
    case RecordingFormat::webm:
      return "matroska";
    case RecordingFormat::ogg:
      break;
  }
  return "ogg";
}

// One recording on its way.
class Maker {
 public:
  Maker(std::string work, Job job, std::FILE* news)
      : work_(std::move(work)), job_(std::move(job)), progress_(news) {}

  // What is complete then is in the working directory, with the list of where it is to go.
  Status make(const std::string& directory) {
    Status status = scan();
    if (status) status = join();
    if (status) status = addPoster();
    if (status) status = addTracks();
    if (status) status = check();
    if (status) status = nameAll(directory);
    return status;
  }

 private:
  struct MadeTrack {
    wire::FinishedTrack track;
    std::string out;  // its name in the working directory
  };

  std::string path(const std::string& name) const { return work_ + "/" + name; }
  std::string outName() const { return "out." + std::string(wire::enumName(job_.plan.formats.format)); }

  void repaired(std::string what) {
    log::warn("repaired", {{"recording", job_.plan.id.value}, {"what", what}});
    if (finished_.repairs.size() < kMaxRepairs) finished_.repairs.push_back(std::move(what));
  }

  Status scan() {
    progress_.beginStep(0, kScanned, job_.bytes());
    std::vector<PlannedPart> usable;
    for (const PartFiles& part : job_.parts) {
      auto scanned =
          scanPart(part.path, hasVideo(job_.plan.formats.format), [&](std::int64_t at) { progress_.at(at); });
      progress_.nextFile(part.bytes);
      const bool closed = !part.points.empty() && part.points.back().event == wire::PartPointKind::stop;
      // What a disk does not give now it may give later; what is left out is removed in the end.
      if (!scanned && scanned.error().code == ErrorCode::io) return tl::unexpected(scanned.error());
      if (scanned && (!closed || scanned->damage.any())) checkTail(part, *scanned);
      if (!scanned) {
        repaired(fmt::format("part {} is left out: nothing of it can be used", part.number));
        log::warn("part unusable", {{"part", part.number}, {"error", scanned.error().text}});
        continue;
      }
      if (scanned->damage.any())
        repaired(fmt::format("part {}: {} pictures and {} packets of sound left out, {} holes", part.number,
                             scanned->damage.video, scanned->damage.sound, scanned->damage.holes));
      usable.push_back({part.number, part.path, std::move(*scanned)});
    }
    if (usable.empty())
      return fail(ErrorCode::mediaFailed, "none of its {} parts can be used", job_.parts.size());
    auto plan = planJoin(std::move(usable), job_.plan.formats);
    if (!plan) return tl::unexpected(std::move(plan).error());
    plan_ = std::move(*plan);
    for (const PlannedPart& part : plan_.parts)
      if (part.encodeVideo || part.encodeSound)
        repaired(fmt::format("part {}: {} encoded again to fit", part.number,
                             part.encodeVideo ? "picture" : "sound"));
    mapTime();
    return {};
  }

  void checkTail(const PartFiles& part, PartScan& scan) {
    const auto checked = findBadPackets(part.path, hasVideo(job_.plan.formats.format), scan);
    if (!checked)
      log::warn("end of part not checked", {{"part", part.number}, {"error", checked.error().text}});
    const std::size_t bad = scan.badVideo.size() + scan.badSound.size();
    if (bad > 0)
      repaired(fmt::format("part {}: {} packets that cannot be decoded left out", part.number, bad));
  }

  const PartFiles& filesOf(const PlannedPart& part) const {
    return *std::find_if(job_.parts.begin(), job_.parts.end(),
                         [&](const PartFiles& files) { return files.number == part.number; });
  }

  void mapTime() {
    std::vector<PartTimes> times;
    for (const PlannedPart& part : plan_.parts) {
      const PartFiles& files = filesOf(part);
      const std::int64_t originMs = msOf(part.scan.span.origin);
      PartTimes& each = times.emplace_back(
          PartTimes{msOf(part.base), msOf(part.scan.span.length()), files.writtenAtMs, files.points});
      for (wire::PartPoint& point : each.points)
        point.mediaMs = std::max<std::int64_t>(0, point.mediaMs - originMs);
    }
    const MeetingClock clock(times, job_.plan.startedAtMs);
    finished_.chapters = makeChapters(clock, job_.timeline, msOf(plan_.duration));
    for (const wire::TimelineEvent& event : job_.timeline)
      finished_.timeline.push_back({clock.mediaAt(event.atMs), event});
    finished_.endedAtMs = job_.plan.endedAtMs.value_or(clock.endUnixMs());
  }

  Status join() {
    std::int64_t total = 0;
    for (const PlannedPart& part : plan_.parts) total += filesOf(part).bytes;
    progress_.beginStep(kScanned, kJoined, total);
    auto output = Output::open({path(outName()), job_.plan.formats.format, plan_.video.get(),
                                plan_.sound.get(), plan_.fps, job_.plan.room.value, job_.plan.startedAtMs,
                                finished_.chapters, msOf(plan_.duration)});
    if (!output) return tl::unexpected(std::move(output).error());
    Joiner joiner(plan_, std::move(*output));
    for (const PlannedPart& part : plan_.parts) {
      auto added = joiner.add(part, [&](std::int64_t at) { progress_.at(at); });
      if (!added) return added;
      progress_.nextFile(filesOf(part).bytes);
    }
    if (auto joined = joiner.finish(); !joined) return joined;
    if (joiner.filled() > 0) repaired(fmt::format("{} ms of lost sound are silence", msOf(joiner.filled())));
    expected_ = {joiner.videoPackets(), joiner.soundPackets(), joiner.duration()};
    return {};
  }

  Status addPoster() {
    if (!plan_.video) return {};
    auto made = writePoster(path(outName()), demuxerOf(job_.plan.formats.format), path("out.jpg"));
    if (!made && made.error().code == ErrorCode::io) return tl::unexpected(made.error());
    hasPoster_ = made && *made;
    if (!hasPoster_) repaired("there is no poster: no picture could be decoded");
    return {};
  }

  Status addTracks() {
    std::map<ParticipantId, std::vector<TrackPart>> tracks;
    std::map<ParticipantId, std::string> names;
    for (const PlannedPart& part : plan_.parts)
      for (const TrackFile& file : filesOf(part).tracks)
        tracks[file.id].push_back({file.path, part.scan.span, part.base});
    for (const wire::TimelineEvent& event : job_.timeline)
      if (event.event == wire::TimelineKind::joined) names[event.id] = event.name;
    progress_.beginStep(kJoined, kTracked, static_cast<std::int64_t>(tracks.size()));
    for (const auto& [id, parts] : tracks) {
      const std::string out = fmt::format("out-{}.ogg", id.value);
      const std::string name = names[id].empty() ? id.value : names[id];
      auto made = writeTrack(path(out), name, job_.plan.startedAtMs, parts, expected_.duration);
      if (!made) return tl::unexpected(std::move(made).error());
      if (*made && tracks_.size() < wire::kMaxListElements) tracks_.push_back({{id, name, ""}, out});
      if (!*made) repaired(fmt::format("the track of {} is left out: nothing of it can be used", id.value));
      progress_.nextFile(1);
      progress_.at(0);
    }
    return {};
  }

  Status check() {
    std::error_code error;
    const auto size = static_cast<std::int64_t>(fs::file_size(path(outName()), error));
    progress_.beginStep(kTracked, 1, size);
    return verify(path(outName()), demuxerOf(job_.plan.formats.format), expected_,
                  [&](std::int64_t at) { progress_.at(at); });
  }

  Status nameAll(const std::string& directory) {
    const std::string extension = outName().substr(kOutPrefix.size());
    std::vector<std::string> suffixes{extension, ".jpg", ".json"};
    for (const MadeTrack& each : tracks_) suffixes.push_back("-" + each.track.id.value + ".ogg");
    const auto name = freeName(directory, job_.plan.name, suffixes);
    if (!name) return tl::unexpected(name.error());

    std::vector<Move> moves{{outName(), *name + extension}};
    if (hasPoster_) moves.push_back({"out.jpg", *name + ".jpg"});
    for (MadeTrack& each : tracks_) {
      each.track.file = *name + "-" + each.track.id.value + ".ogg";
      moves.push_back({each.out, each.track.file});
      finished_.tracks.push_back(each.track);
    }
    finished_.file = *name + extension;
    finished_.poster = hasPoster_ ? *name + ".jpg" : "";
    for (const Move& move : moves) {
      std::error_code error;
      finished_.bytes += static_cast<std::int64_t>(fs::file_size(path(move.from), error));
    }
    if (auto written = writeJson(); !written) return written;
    moves.push_back({"out.json", *name + ".json"});
    return writeMoves(work_, moves, {finished_.file, finished_.durationMs, finished_.bytes});
  }

  Status writeJson() {
    finished_.id = job_.plan.id;
    finished_.room = job_.plan.room;
    finished_.formats = job_.plan.formats;
    finished_.startedAtMs = job_.plan.startedAtMs;
    finished_.why = job_.plan.why;
    finished_.durationMs = msOf(expected_.duration);
    std::ofstream out(path("out.json"), std::ios::binary);
    out << wire::encode(finished_) << '\n';
    out.close();
    if (!out) return fail(ErrorCode::io, "writing {}: {}", path("out.json"), std::strerror(errno));
    return {};
  }

  std::string work_;
  Job job_;
  Progress progress_;
  JoinPlan plan_;
  Expected expected_;
  bool hasPoster_ = false;
  std::vector<MadeTrack> tracks_;
  wire::FinishedRecording finished_;
};

// The name comes from recording.json, which only the server writes; yet it must not lead anywhere else.
Status checkName(const std::string& name) {
  const bool plain = std::none_of(name.begin(), name.end(),
                                  [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '/'; });
  if (name.empty() || name[0] == '.' || !plain)
    return fail(ErrorCode::badRequest, "the name in recording.json is no name of a file");
  return {};
}

Status run(const std::string& work, const std::string& directory, std::FILE* news,
           std::optional<wire::PostDone>& done) {
  Lock lock;
  if (auto taken = lock.take(work + "/lock"); !taken) return taken;
  auto followed = followMoves(work, directory);
  if (!followed) return tl::unexpected(std::move(followed).error());
  if (!*followed) {
    removeHalfDone(work);
    auto job = loadJob(work);
    if (!job) return tl::unexpected(std::move(job).error());
    if (auto checked = checkName(job->plan.name); !checked) return checked;
    if (auto made = Maker(work, std::move(*job), news).make(directory); !made) {
      removeHalfDone(work);
      return made;
    }
    followed = followMoves(work, directory);
    if (!followed) return tl::unexpected(std::move(followed).error());
  }
  done = std::move(*followed);
  return {};
}

}  // namespace

Outcome makeRecording(const std::string& work, std::FILE* news) {
  av_log_set_level(AV_LOG_QUIET);  // what is wrong with a part is told in our words
  std::error_code error;
  const fs::path full = fs::absolute(work, error).lexically_normal();
  const std::string directory = full.parent_path().parent_path();
  if (!fs::exists(full, error) ||
      fs::is_empty(full, error)) {  // a run before ended just before its last step, or after it
    fs::remove(full, error);
    return Outcome::done;
  }
  std::optional<wire::PostDone> done;
  if (auto made = run(full, directory, news, done); !made) {
    log::error("no recording", {{"directory", full.string()}, {"error", made.error().text}});
    std::fprintf(news, "%s\n", wire::encode(wire::PostNews{{}, {}, made.error()}).c_str());
    return made.error().code == ErrorCode::io ? Outcome::later : Outcome::hopeless;
  }
  std::fprintf(news, "%s\n", wire::encode(wire::PostNews{{}, std::move(done), {}}).c_str());
  return Outcome::done;
}

}  // namespace tessera::post
