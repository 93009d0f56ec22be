// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

namespace tessera::signaling {

// Does what waits for a disk on a few threads of its own: a disk that stands still holds up nobody but those
// who want its files. Main thread.
class FileReaders {
 public:
  static constexpr int kThreads = 4;

  FileReaders();
  ~FileReaders();  // does not wait: what is under way keeps what it needs
  FileReaders(const FileReaders&) = delete;
  FileReaders& operator=(const FileReaders&) = delete;

  // `job` on one of the threads, then `then` on the main thread.
  void run(std::function<void()> job, std::function<void()> then);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
  int threads_ = 0;  // started; when they are wanted first
};

}  // namespace tessera::signaling
