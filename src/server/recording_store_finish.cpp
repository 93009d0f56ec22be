// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "server/recording_name.h"
#include "server/recording_store.h"

// How recordings that are over become files: runs of tessera-post, until one works or enough have failed.

namespace tessera::server {

using wire::RecordingState;

// The plan is saved before each run: the disk may have been too full for it when the recording ended.
void RecordingStore::finishNow(const RecordingId& id) {
  Entry* entry = entryOf(id);
  if (!entry || entry->found.info.state != RecordingState::finishing) return;
  entry->found.info.progress = 0;
  if (!savePlan(*entry, [this, id] { post_.add(id, directoryOf(id)); }))
    entry->retry.once(nextDelay(*entry), [this, id] { finishNow(id); });
}

void RecordingStore::onPostProgress(const RecordingId& id, double progress) {
  if (Entry* entry = entryOf(id)) entry->found.info.progress = progress;
}

void RecordingStore::onPostEnd(const RecordingId& id, const PostRunner::End& end) {
  Entry* entry = entryOf(id);
  if (!entry) return;
  switch (end.outcome) {
    case PostRunner::Outcome::done:
      return onPostDone(id, end.file);
    case PostRunner::Outcome::hopeless:
      ++postFailures_;
      return giveUp(*entry, end.why, kHopeless);
    case PostRunner::Outcome::failed:
      return tryAgain(*entry, end.why, true);
    case PostRunner::Outcome::later:
    case PostRunner::Outcome::notStarted:
      return tryAgain(*entry, end.why, false);
  }
}

// What it has made is what the disk says. The name is another one when a file of that name was there.
void RecordingStore::onPostDone(const RecordingId& id, const std::string& file) {
  Entry* entry = entryOf(id);
  if (!entry) return;
  const auto found = std::make_shared<Result<FoundRecording>>();
  const std::string name = isPlainName(file) ? file.substr(0, file.rfind('.')) : entry->found.name;
  const bool taken =
      disk_.run([found, name, directory = policy_.directory] { *found = readFinished(directory, name); },
                [found, id, weak = weak_.get()] {
                  if (auto* self = weak.get()) self->onComplete(id, *found);
                });
  if (!taken) entry->retry.once(nextDelay(*entry), [this, id, file] { onPostDone(id, file); });
}

void RecordingStore::onComplete(const RecordingId& id, const Result<FoundRecording>& found) {
  Entry* entry = entryOf(id);
  if (!entry) return;
  if (!found || found->info.id != id)
    return tryAgain(*entry, found ? Error{ErrorCode::internal, "it made another recording"} : found.error(),
                    true);
  const std::optional<Error> why = entry->found.plan->why;
  entry->found = *found;
  if (!entry->found.info.error) entry->found.info.error = why;  // the disk was too full for it
  const wire::RecordingInfo info = entry->found.info;
  log::info("recording complete", {{"recording", id.value},
                                   {"room", info.room.value},
                                   {"file", info.file},
                                   {"ms", info.durationMs},
                                   {"bytes", info.bytes}});
  checkSpace();
  if (onFinal_) onFinal_(info, policy_.directory + "/" + info.file);
}

// A run that was not even started, or that the disk or a lock was in the way of, says nothing of the
// recording, and does not count against it.
void RecordingStore::tryAgain(Entry& entry, const Error& why, bool counts) {
  ++postFailures_;
  if (counts && ++entry.found.plan->attempts >= kMaxAttempts) return giveUp(entry, why, kMaxAttempts);
  if (counts) savePlan(entry);
  const auto delay = nextDelay(entry);
  const RecordingId id = entry.found.info.id;
  log::error("recording is not finished, tried again later",
             {{"recording", id.value}, {"minutes", delay.count() / 60'000}, {"why", why.text}});
  entry.retry.once(delay, [this, id] { finishNow(id); });
}

std::chrono::milliseconds RecordingStore::nextDelay(Entry& entry) const {
  const auto& delays = policy_.retryAfter;
  return delays.at(std::min<std::size_t>(static_cast<std::size_t>(entry.failures++), delays.size() - 1));
}

// Unless it is hopeless, it is tried again at the next start, and the plan keeps why the recording ended
// early.
void RecordingStore::giveUp(Entry& entry, const Error& why, int attempts) {
  entry.found.info.state = RecordingState::failed;
  entry.found.info.error = why;
  entry.found.plan->attempts = attempts;
  if (attempts == kHopeless) entry.found.plan->why = why;
  const wire::RecordingInfo info = entry.found.info;
  log::error("recording failed",
             {{"recording", info.id.value}, {"room", info.room.value}, {"why", why.text}});
  savePlan(entry);
  if (onFinal_) onFinal_(info, directoryOf(info.id));
}

}  // namespace tessera::server
