// SPDX-License-Identifier: Apache-2.0
#include "server/recording_store.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "server/recording_name.h"
#include "wire/common_fields.h"

namespace tessera::server {
namespace {

using wire::RecordingState;

constexpr std::chrono::hours kRetentionEvery{1};
constexpr std::int64_t kSpareBytes = 64 << 20;  // what may be written until space is checked again

std::int64_t nowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

bool goesOn(RecordingState state) {
  return state == RecordingState::recording || state == RecordingState::paused;
}

std::string gigabytes(std::int64_t bytes) {
  return fmt::format("{:.2f} GB", static_cast<double>(bytes) / 1e9);
}

}  // namespace

RecordingStore::RecordingStore(RecordingPolicy policy, PostRunner::Environment post, FinalHandler onFinal)
    : policy_(std::move(policy)),
      onFinal_(std::move(onFinal)),
      post_(std::move(post),
            {[this](const RecordingId& id, double progress) { onPostProgress(id, progress); },
             [this](const RecordingId& id, const PostRunner::End& end) { onPostEnd(id, end); }}) {}

RecordingStore::~RecordingStore() = default;

void RecordingStore::open() {
  const auto usable = [&]() -> Status {
    if (const auto name = recordingName(policy_.name, {"room"}, {"000000000000"}, 0); !name)
      return tl::unexpected(name.error());
    if (auto made = makeDirectory(policy_.directory + "/.work"); !made) return made;
    if (access((policy_.directory + "/.work").c_str(), W_OK | X_OK) != 0)
      return fail(ErrorCode::io, "{} is not writable", policy_.directory);
    return hold_.take(policy_.directory + "/.work");
  };
  if (const Status status = usable(); !status) {
    unusable_ = status.error();
    log::error("nothing can be recorded", {{"why", unusable_->text}});
  }
  // Those of another server that runs are not ours to finish or to delete.
  if (unusable_ && unusable_->code == ErrorCode::conflict) return;
  for (FoundRecording& found : scanRecordings(policy_.directory)) {
    const RecordingId id = found.info.id;
    auto entry = std::make_unique<Entry>();
    entry->found = std::move(found);
    if (!entries_.emplace(id, std::move(entry)).second) continue;  // in .work still: that one counts
    Entry& added = *entryOf(id);
    if (!added.found.plan) continue;
    if (added.found.plan->attempts < kMaxAttempts)
      savePlan(added, [this, id] { finishNow(id); });
    else
      added.found.info.state = RecordingState::failed;
  }
  log::info("recordings", {{"directory", policy_.directory}, {"count", entries_.size()}});
  dropExpired();
  retentionTimer_.every(kRetentionEvery, [this] { dropExpired(); });
  checkSpace();
}

void RecordingStore::shutDown() {
  spaceTimer_.stop();
  retentionTimer_.stop();
  for (auto& [id, entry] : entries_) entry->retry.stop();
  post_.shutDown();
}

RecordingStore::Entry* RecordingStore::entryOf(const RecordingId& id) {
  const auto it = entries_.find(id);
  return it == entries_.end() ? nullptr : it->second.get();
}

Status RecordingStore::mayBegin() {
  if (unusable_) return tl::unexpected(*unusable_);
  if (disk_.stuck()) return fail(ErrorCode::io, "the disk of the recordings does not answer");
  const auto use = measure(policy_.directory);
  if (!use) return tl::unexpected(use.error());
  use_ = *use;
  if (auto why = noSpace(use_)) return tl::unexpected(std::move(*why));
  return {};
}

Result<wire::RecordingInfo> RecordingStore::begin(const RoomId& room, const RecordingFormats& formats,
                                                  StopHandler onMustStop) {
  if (const auto may = mayBegin(); !may) return tl::unexpected(may.error());
  wire::RecordingPlan plan;
  plan.id = {randomToken(12)};
  plan.room = room;
  plan.formats = formats;
  plan.startedAtMs = nowMs();
  auto name = recordingName(policy_.name, room, plan.id, plan.startedAtMs);
  if (!name) return tl::unexpected(name.error());
  plan.name = std::move(*name);
  if (const auto made = makeDirectory(directoryOf(plan.id)); !made) return tl::unexpected(made.error());
  if (const auto written = replaceFile(planFile(policy_.directory, plan.id), wire::encode(plan)); !written) {
    removeTree(directoryOf(plan.id));
    return tl::unexpected(written.error());
  }
  auto entry = std::make_unique<Entry>();
  entry->onMustStop = std::move(onMustStop);
  entry->found.name = plan.name;
  entry->found.info.id = plan.id;
  entry->found.info.room = room;
  entry->found.info.formats = formats;
  entry->found.info.startedAtMs = plan.startedAtMs;
  entry->found.plan = plan;
  const wire::RecordingInfo info = entry->found.info;
  entries_.emplace(plan.id, std::move(entry));
  if (!spaceTimer_.running()) spaceTimer_.every(policy_.checkEvery, [this] { checkSpace(); });
  return info;
}

void RecordingStore::note(const RecordingId& id, const wire::TimelineEvent& event) {
  Entry* entry = entryOf(id);
  if (!entry || entry->events >= static_cast<int>(wire::kMaxTimelineEvents)) return;
  ++entry->events;
  disk_.run([file = directoryOf(id) + "/timeline.jsonl", line = wire::encode(event)] {
    if (const auto written = appendLine(file, line); !written)
      log::warn("not in the timeline", {{"why", written.error().text}});
  });
}

void RecordingStore::update(const RecordingId& id, RecordingState state, std::int64_t durationMs,
                            std::int64_t bytes) {
  Entry* entry = entryOf(id);
  if (!entry || !goesOn(entry->found.info.state)) return;
  entry->found.info.state = state;
  entry->found.info.durationMs = durationMs;
  entry->found.info.bytes = bytes;
}

void RecordingStore::finish(const RecordingId& id, const std::optional<Error>& why) {
  Entry* entry = entryOf(id);
  if (!entry || !goesOn(entry->found.info.state)) return;
  entry->onMustStop = nullptr;
  entry->found.info.state = RecordingState::finishing;
  entry->found.info.error = why;
  entry->found.endedAtMs = nowMs();
  entry->found.plan->endedAtMs = entry->found.endedAtMs;
  entry->found.plan->why = why;
  log::write(why ? log::Level::error : log::Level::info, "recording is over",
             {{"recording", id.value},
              {"room", entry->found.info.room.value},
              {"ms", entry->found.info.durationMs},
              {"bytes", entry->found.info.bytes},
              {"why", why ? why->text : "stopped"}});
  savePlan(*entry, [this, id] { finishNow(id); });
}

void RecordingStore::savePlan(const Entry& entry, std::function<void()> then) {
  disk_.run(
      [file = planFile(policy_.directory, entry.found.info.id), text = wire::encode(*entry.found.plan)] {
        if (const auto written = replaceFile(file, text); !written)
          log::error("recording.json is not up to date", {{"why", written.error().text}});
      },
      [weak = weak_.get(), then = std::move(then)] {
        if (weak.get() && then) then();
      });
}

std::optional<Error> RecordingStore::noSpace(const DiskUse& use) const {
  if (policy_.quotaBytes > 0 && use.used >= policy_.quotaBytes)
    return Error{ErrorCode::io,
                 fmt::format("the recordings have used up their quota of {}", gigabytes(policy_.quotaBytes))};
  std::int64_t reserved = policy_.minFreeBytes + kSpareBytes;
  for (const auto& [id, entry] : entries_)
    if (goesOn(entry->found.info.state) || entry->found.info.state == RecordingState::finishing)
      reserved += entry->found.info.bytes;
  if (use.free < reserved)
    return Error{ErrorCode::io,
                 fmt::format("the disk of the recordings is full: {} are free, {} are kept free",
                             gigabytes(use.free), gigabytes(reserved))};
  return std::nullopt;
}

void RecordingStore::checkSpace() {
  if (unusable_ || disk_.stuck()) return;
  const auto use = std::make_shared<Result<DiskUse>>();
  disk_.run([use, directory = policy_.directory] { *use = measure(directory); },
            [use, weak = weak_.get()] {
              if (auto* self = weak.get()) self->onMeasured(*use);
            });
}

void RecordingStore::onMeasured(const Result<DiskUse>& use) {
  std::vector<RecordingId> live;
  for (const auto& [id, entry] : entries_)
    if (goesOn(entry->found.info.state)) live.push_back(id);
  if (live.empty()) spaceTimer_.stop();
  if (use) use_ = *use;
  const std::optional<Error> why = use ? noSpace(*use) : use.error();
  if (!why) return;
  for (const RecordingId& id : live)
    if (Entry* entry = entryOf(id); entry && entry->onMustStop)
      std::exchange(entry->onMustStop, nullptr)(id, *why);
}

std::vector<wire::RecordingInfo> RecordingStore::list() const {
  std::vector<wire::RecordingInfo> infos;
  for (const auto& [id, entry] : entries_) infos.push_back(entry->found.info);
  std::stable_sort(infos.begin(), infos.end(),
                   [](const auto& a, const auto& b) { return a.startedAtMs > b.startedAtMs; });
  return infos;
}

Result<wire::RecordingInfo> RecordingStore::describe(const RecordingId& id) const {
  const auto it = entries_.find(id);
  if (it == entries_.end()) return fail(ErrorCode::notFound, "there is no recording {}", id.value);
  return it->second->found.info;
}

Result<std::string> RecordingStore::file(const RecordingId& id, std::string_view what) const {
  const auto info = describe(id);
  if (!info) return tl::unexpected(info.error());
  if (info->state != RecordingState::complete)
    return fail(ErrorCode::conflict, "recording {} is not complete", id.value);
  const FoundRecording& found = entries_.at(id)->found;
  const std::string in = policy_.directory + "/";
  if (what == "file") return in + info->file;
  if (what == "timeline") return in + found.name + ".json";
  if (what == "poster" && !found.poster.empty()) return in + found.poster;
  const auto track = std::find(info->tracks.begin(), info->tracks.end(), what);
  if (track != info->tracks.end()) return in + *track;
  return fail(ErrorCode::notFound, "recording {} has no {}", id.value, what);
}

Status RecordingStore::remove(const RecordingId& id) {
  const auto info = describe(id);
  if (!info) return tl::unexpected(info.error());
  if (info->state != RecordingState::complete && info->state != RecordingState::failed)
    return fail(ErrorCode::conflict, "recording {} is still being made", id.value);
  log::info("recording deleted", {{"recording", id.value}, {"room", info->room.value}});
  const auto gone = std::make_shared<FoundRecording>(std::move(entryOf(id)->found));
  entries_.erase(id);
  disk_.run([gone, directory = policy_.directory] {
    if (gone->plan)
      removeUnfinished(directory, gone->info.id);
    else
      removeFinished(directory, *gone);
  });
  checkSpace();
  return {};
}

void RecordingStore::dropExpired() {
  if (policy_.retention.count() == 0) return;
  const std::int64_t limit =
      nowMs() - std::chrono::duration_cast<std::chrono::milliseconds>(policy_.retention).count();
  std::vector<RecordingId> expired;
  for (const auto& [id, entry] : entries_) {
    const RecordingState state = entry->found.info.state;
    const bool over = state == RecordingState::complete || state == RecordingState::failed;
    if (over && entry->found.endedAtMs < limit) expired.push_back(id);
  }
  for (const RecordingId& id : expired)
    if (const auto removed = remove(id); !removed) log::error("not deleted", {{"why", removed.error().text}});
}

RecordingSample RecordingStore::sample() const {
  RecordingSample sample;
  for (const auto& [id, entry] : entries_) ++sample.byState[entry->found.info.state];
  sample.usedBytes = use_.used;
  sample.freeBytes = use_.free;
  sample.quotaBytes = policy_.quotaBytes;
  sample.postFailures = postFailures_;
  return sample;
}

}  // namespace tessera::server
