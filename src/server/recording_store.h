// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/main_loop.h"
#include "base/result.h"
#include "server/disk_thread.h"
#include "server/durable_files.h"
#include "server/metrics.h"
#include "server/post_runner.h"
#include "server/recording_scan.h"

namespace tessera::server {

// What the operator allows recordings to take, and for how long.
struct RecordingPolicy {
  std::string directory;
  std::string name = "{date}-{time}-{room}-{id}";  // server/recording_name.h
  std::int64_t quotaBytes = 0;                     // all recordings together; 0: no limit
  // Of the disk. What unfinished recordings take is left free as well: that much their finished files need.
  std::int64_t minFreeBytes = std::int64_t{1} << 30;
  std::chrono::hours retention{0};  // after the end of a complete recording; 0: for ever
  // The first time after this as well: a machine may boot with its clock in the future.
  std::chrono::milliseconds retentionEvery{std::chrono::hours(1)};
  std::chrono::milliseconds checkEvery{5'000};
  std::vector<std::chrono::milliseconds> retryAfter{std::chrono::minutes(1), std::chrono::minutes(5),
                                                    std::chrono::minutes(15), std::chrono::minutes(60)};
};

// All recordings of this server: those that rooms are making, those that tessera-post finishes, and those
// that are complete. It knows their files; what is recorded is the rooms' affair (room_recordings.h). Main
// thread.
class RecordingStore {
 public:
  static constexpr int kMaxAttempts = 5;              // runs of tessera-post that fail, of one server
  static constexpr int kHopeless = kMaxAttempts + 1;  // `attempts` of what nothing can be made of

  using StopHandler = std::function<void(const RecordingId&, const Error& why)>;  // it must end
  using FinalHandler = std::function<void(const wire::RecordingInfo&, const std::string& path)>;

  // `onFinal`: a recording is complete, or has failed for good; `path`: of its file, or of what there is.
  RecordingStore(RecordingPolicy policy, PostRunner::Environment post, FinalHandler onFinal = {});
  ~RecordingStore();
  RecordingStore(const RecordingStore&) = delete;
  RecordingStore& operator=(const RecordingStore&) = delete;

  // Finds what is there, and has finished what was left unfinished. A directory that cannot be used is told
  // in the log, and to everybody who wants to record.
  void open();
  void shutDown();  // nothing is finished any more until the next start
  bool idle() const { return post_.idle(); }

  // Of a room: a recording begins, goes on and is over. Other calls need one that goes on.
  [[nodiscard]] Result<wire::RecordingInfo> begin(const RoomId& room, const RecordingFormats& formats,
                                                  StopHandler onMustStop);
  std::string directoryOf(const RecordingId& id) const { return workOf(policy_.directory, id); }
  void note(const RecordingId& id, const wire::TimelineEvent& event);
  void update(const RecordingId& id, wire::RecordingState state, std::int64_t durationMs, std::int64_t bytes);
  void finish(const RecordingId& id, const std::optional<Error>& why);  // why: it ended early

  std::vector<wire::RecordingInfo> list() const;  // the newest first
  [[nodiscard]] Result<wire::RecordingInfo> describe(const RecordingId& id) const;
  [[nodiscard]] Status remove(const RecordingId& id);
  // See signaling::Conference::recordingFile.
  [[nodiscard]] Result<std::string> file(const RecordingId& id, std::string_view what) const;

  RecordingSample sample() const;

 private:
  struct Entry {
    FoundRecording found;
    StopHandler onMustStop;  // while it goes on
    int events = 0;          // in its timeline
    bool notesLost = false;  // the disk was too slow for some
    int failures = 0;        // of tessera-post since the server started
    Timer retry;
  };

  Entry* entryOf(const RecordingId& id);
  [[nodiscard]] Status makeWork(const wire::RecordingPlan& plan);
  std::int64_t knownBytes() const;
  std::int64_t usedBytes() const { return knownBytes() + otherBytes_; }
  std::int64_t reservedBytes() const;
  std::optional<Error> overQuota() const;
  std::optional<Error> diskFull() const;
  void checkSpace();
  void onMeasured(const Result<DiskUse>& use);
  bool savePlan(const Entry& entry, std::function<void()> then = {});
  void onNotRemoved(FoundRecording found, const Error& why);
  void dropExpired();

  // recording_store_finish.cpp
  void finishNow(const RecordingId& id);
  void onPostProgress(const RecordingId& id, double progress);
  void onPostEnd(const RecordingId& id, const PostRunner::End& end);
  void onPostDone(const RecordingId& id, const std::string& file);
  void onComplete(const RecordingId& id, const Result<FoundRecording>& found);
  void tryAgain(Entry& entry, const Error& why, bool counts);
  std::chrono::milliseconds nextDelay(Entry& entry) const;
  void giveUp(Entry& entry, const Error& why, int attempts);

  RecordingPolicy policy_;
  FinalHandler onFinal_;
  DirectoryHold hold_;
  std::optional<Error> unusable_;  // why nothing can be recorded at all
  std::map<RecordingId, std::unique_ptr<Entry>> entries_;
  std::int64_t freeBytes_ = 0;   // as measured last
  std::int64_t otherBytes_ = 0;  // in the directory, of no recording or of half-done files; as measured last
  bool measuring_ = false, measureAgain_ = false;
  std::uint64_t postFailures_ = 0;
  Timer spaceTimer_, retentionTimer_;
  DiskThread disk_, scanner_;  // a scan of many files holds up nothing else
  PostRunner post_;
  WeakOwner<RecordingStore> weak_{this};
};

}  // namespace tessera::server
