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

constexpr std::chrono::milliseconds kBeginsIn{1'000};  // that long all meetings wait for the disk
constexpr std::int64_t kSpareBytes = 64 << 20;         // what may be written until space is checked again

std::int64_t nowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

bool goesOn(RecordingState state) {
  return state == RecordingState::recording || state == RecordingState::paused;
}

Error noAnswer() {
  return {ErrorCode::io, "the disk of the recordings does not answer"};
}

// On the disk's thread. How much is free, and when that is enough, the directory.
Result<std::int64_t> makeWorkDirectory(const std::string& directory, const wire::RecordingPlan& plan,
                                       std::int64_t reserved) {
  const auto free = bytesFree(directory);
  if (!free || *free < reserved) return free;
  const std::string work = workOf(directory, plan.id);
  if (const auto made = makeDirectory(work); !made) return tl::unexpected(made.error());
  if (const auto written = replaceFile(planFile(directory, plan.id), wire::encode(plan)); !written) {
    removeTree(work);
    return tl::unexpected(written.error());
  }
  return free;
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
    if (added.found.plan->attempts >= kHopeless) {
      added.found.info.state = RecordingState::failed;
      continue;
    }
    if (added.found.plan->attempts >= kMaxAttempts) added.found.plan->attempts = 0;
    finishNow(id);
  }
  log::info("recordings", {{"directory", policy_.directory}, {"count", entries_.size()}});
  retentionTimer_.every(policy_.retentionEvery, [this] { dropExpired(); });
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

Status RecordingStore::makeWork(const wire::RecordingPlan& plan) {
  if (disk_.stuck()) return tl::unexpected(noAnswer());
  const auto free = std::make_shared<Result<std::int64_t>>();
  const bool answered = disk_.runWithin(
      kBeginsIn,
      [free, directory = policy_.directory, plan, reserved = reservedBytes()] {
        *free = makeWorkDirectory(directory, plan, reserved);
      },
      [work = directoryOf(plan.id)] { removeTree(work); });
  if (!answered) return tl::unexpected(noAnswer());
  if (!*free) return tl::unexpected(free->error());
  freeBytes_ = **free;
  if (auto full = diskFull()) return tl::unexpected(std::move(*full));
  return {};
}

Result<wire::RecordingInfo> RecordingStore::begin(const RoomId& room, const RecordingFormats& formats,
                                                  StopHandler onMustStop) {
  if (unusable_) return tl::unexpected(*unusable_);
  if (auto over = overQuota()) return tl::unexpected(std::move(*over));
  wire::RecordingPlan plan;
  plan.id = {randomToken(12)};
  plan.room = room;
  plan.formats = formats;
  plan.startedAtMs = nowMs();
  auto name = recordingName(policy_.name, room, plan.id, plan.startedAtMs);
  if (!name) return tl::unexpected(name.error());
  plan.name = std::move(*name);
  if (const auto made = makeWork(plan); !made) return tl::unexpected(made.error());
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
  if (!spaceTimer_.running())
    spaceTimer_.every(policy_.checkEvery, [this] {
      if (!measuring_) checkSpace();
    });
  return info;
}

void RecordingStore::note(const RecordingId& id, const wire::TimelineEvent& event) {
  Entry* entry = entryOf(id);
  if (!entry || entry->events >= static_cast<int>(wire::kMaxTimelineEvents)) return;
  if (disk_.crowded()) {
    if (!std::exchange(entry->notesLost, true))
      log::error("timeline has gaps: the disk is too slow", {{"recording", id.value}});
    return;
  }
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
  finishNow(id);
}

bool RecordingStore::savePlan(const Entry& entry, std::function<void()> then) {
  return disk_.run(
      [file = planFile(policy_.directory, entry.found.info.id), text = wire::encode(*entry.found.plan)] {
        if (const auto written = replaceFile(file, text); !written)
          log::error("recording.json is not up to date", {{"why", written.error().text}});
      },
      [weak = weak_.get(), then = std::move(then)] {
        if (weak.get() && then) then();
      });
}

// Of the recordings, without a look at the disk: the scan at the start, the rooms and tessera-post told.
std::int64_t RecordingStore::knownBytes() const {
  std::int64_t used = 0;
  for (const auto& [id, entry] : entries_)
    used += entry->found.plan ? entry->found.info.bytes : entry->found.takes;
  return used;
}

std::int64_t RecordingStore::reservedBytes() const {
  std::int64_t reserved = policy_.minFreeBytes + kSpareBytes;
  for (const auto& [id, entry] : entries_)
    if (goesOn(entry->found.info.state) || entry->found.info.state == RecordingState::finishing)
      reserved += entry->found.info.bytes;
  return reserved;
}

std::optional<Error> RecordingStore::overQuota() const {
  if (policy_.quotaBytes == 0 || usedBytes() < policy_.quotaBytes) return std::nullopt;
  return Error{ErrorCode::io,
               fmt::format("the recordings have used up their quota of {}", gigabytes(policy_.quotaBytes))};
}

std::optional<Error> RecordingStore::diskFull() const {
  const std::int64_t reserved = reservedBytes();
  if (freeBytes_ >= reserved) return std::nullopt;
  return Error{ErrorCode::io, fmt::format("the disk of the recordings is full: {} are free, {} are kept free",
                                          gigabytes(freeBytes_), gigabytes(reserved))};
}

void RecordingStore::checkSpace() {
  if (unusable_) return;
  measureAgain_ = measuring_;
  if (std::exchange(measuring_, true)) return;
  const auto use = std::make_shared<Result<DiskUse>>();
  scanner_.run([use, directory = policy_.directory] { *use = measure(directory); },
               [use, weak = weak_.get()] {
                 if (auto* self = weak.get()) self->onMeasured(*use);
               });
}

void RecordingStore::onMeasured(const Result<DiskUse>& use) {
  measuring_ = false;
  if (std::exchange(measureAgain_, false)) checkSpace();
  std::vector<RecordingId> live;
  for (const auto& [id, entry] : entries_)
    if (goesOn(entry->found.info.state)) live.push_back(id);
  if (live.empty()) spaceTimer_.stop();
  if (use) {
    freeBytes_ = use->free;
    otherBytes_ = std::max<std::int64_t>(use->used - knownBytes(), 0);
  }
  std::optional<Error> why = overQuota();
  if (!why) why = use ? diskFull() : use.error();
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

// Also one that waits for another try: that may be for ever.
Status RecordingStore::remove(const RecordingId& id) {
  Entry* entry = entryOf(id);
  if (!entry) return fail(ErrorCode::notFound, "there is no recording {}", id.value);
  const RecordingState state = entry->found.info.state;
  if (goesOn(state) || (state == RecordingState::finishing && !entry->retry.running()))
    return fail(ErrorCode::conflict, "recording {} is still being made", id.value);
  const auto gone = std::make_shared<FoundRecording>(entry->found);
  const auto removed = std::make_shared<Status>();
  const bool taken = disk_.run(
      [gone, removed, directory = policy_.directory] {
        *removed = gone->plan ? removeUnfinished(directory, gone->info.id) : removeFinished(directory, *gone);
      },
      [gone, removed, weak = weak_.get()] {
        auto* self = weak.get();
        if (!self) return;
        if (!*removed) self->onNotRemoved(std::move(*gone), removed->error());
        self->checkSpace();
      });
  if (!taken) return tl::unexpected(noAnswer());
  log::info("recording deleted", {{"recording", id.value}, {"room", gone->info.room.value}});
  entries_.erase(id);
  return {};
}

void RecordingStore::onNotRemoved(FoundRecording found, const Error& why) {
  log::error("recording is not deleted", {{"recording", found.info.id.value}, {"why", why.text}});
  auto entry = std::make_unique<Entry>();
  entry->found = std::move(found);
  entry->found.info.state = RecordingState::failed;
  entry->found.info.error = why;
  const RecordingId id = entry->found.info.id;
  entries_.emplace(id, std::move(entry));
}

// What has failed is all that there is of that meeting, and left to people.
void RecordingStore::dropExpired() {
  if (policy_.retention.count() == 0) return;
  const std::int64_t limit =
      nowMs() - std::chrono::duration_cast<std::chrono::milliseconds>(policy_.retention).count();
  std::vector<RecordingId> expired;
  for (const auto& [id, entry] : entries_)
    if (!entry->found.plan && entry->found.endedAtMs < limit) expired.push_back(id);
  for (const RecordingId& id : expired)
    if (const auto removed = remove(id); !removed) log::error("not deleted", {{"why", removed.error().text}});
}

RecordingSample RecordingStore::sample() const {
  RecordingSample sample;
  for (const auto& [id, entry] : entries_) ++sample.byState[entry->found.info.state];
  sample.usedBytes = usedBytes();
  sample.freeBytes = freeBytes_;
  sample.quotaBytes = policy_.quotaBytes;
  sample.postFailures = postFailures_;
  return sample;
}

}  // namespace tessera::server
