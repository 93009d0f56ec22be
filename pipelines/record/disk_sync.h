// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "pipelines/record/disk_file.h"

namespace tessera {

// Has the disk take what was written to the files of a directory once a second, on a thread of its own which
// nobody waits for while it runs. Any thread.
class DiskSync {
 public:
  static constexpr std::chrono::seconds kEvery{1};

  explicit DiskSync(std::string directory);
  ~DiskSync();
  DiskSync(const DiskSync&) = delete;
  DiskSync& operator=(const DiskSync&) = delete;

  // A file that was just made. It is held until its end is synced: when nobody else holds it any more.
  void watch(std::shared_ptr<DiskFile> file);
  [[nodiscard]] Status status() const;  // how it went until now
  // Syncs once more and waits for it. The last call.
  [[nodiscard]] Status finish();

 private:
  void run();
  void syncAll(const std::vector<std::shared_ptr<DiskFile>>& files, bool newNames);

  const std::string directory_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::shared_ptr<DiskFile>> files_;
  bool newNames_ = false;
  bool stopping_ = false;
  Status status_;
  std::thread thread_;
};

}  // namespace tessera
