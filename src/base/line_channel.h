// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "base/main_loop.h"

namespace tessera {

// Newline-delimited text over a connected, non-blocking stream socket: how server and room speak. Writing
// never blocks. Control lines are kept in order and never dropped; a state line (levels, statistics) replaces
// the unsent one of the same key. More than kMaxBacklogBytes unsent means that the other side is dead.
// Main thread only. A handler may destroy the channel; after onClosed nothing is called any more. Destroying
// it drops what is unsent and calls nothing.
class LineChannel {
 public:
  static constexpr std::size_t kMaxBacklogBytes = 1 << 20;
  static constexpr std::size_t kMaxLineBytes = 256 << 10;

  struct Handlers {
    std::function<void(std::string_view line)> onLine;   // without the newline
    std::function<void(std::string_view why)> onClosed;  // end of file, error, backlog, line too long
  };

  LineChannel(int fd, Handlers handlers);  // owns fd
  ~LineChannel();
  LineChannel(const LineChannel&) = delete;
  LineChannel& operator=(const LineChannel&) = delete;

  void sendControl(std::string line);
  void sendState(std::string key, std::string line);  // key: not empty
  std::size_t backlogBytes() const { return backlogBytes_; }

 private:
  struct Pending {
    std::string key;  // empty for control
    std::string line;
    std::size_t sent = 0;
  };

  void onReadable();
  void onWritable();
  bool writeSome();  // false when nothing more can be written now
  void dropPending();
  void watchWritable();
  void close(std::string_view why);

  int fd_;
  bool canSend_ = true;
  Handlers handlers_;
  unsigned readSource_ = 0;
  unsigned writeSource_ = 0;
  std::string input_;
  std::deque<Pending> pending_;
  std::size_t backlogBytes_ = 0;
  WeakOwner<LineChannel> weak_{this};
};

}  // namespace tessera
