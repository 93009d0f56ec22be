// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <libsoup/soup.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "signaling/file_readers.h"

namespace tessera::signaling {

struct FileResponse {
  std::string path;  // a file; a symbolic link is none
  std::string contentType;
  std::string cacheControl = "private, no-cache";
  std::string downloadAs;  // a name; empty: to be shown
  bool anyOrigin = false;  // pages of any origin may read it
  bool mayRest = false;    // a player that is paused takes nothing for minutes, and goes on
};

// Answers requests with files, in ranges if they ask for it: a piece at a time, as the client takes them, and
// never on the main thread's time. Main thread.
class FileServer {
 public:
  static constexpr std::size_t kPieceBytes = 128 << 10;

  // The client has taken something of a file that may rest, or may not.
  using OnProgress = std::function<void(SoupServerMessage*, bool mayRest)>;
  // `maxTransfers`: each holds two descriptors, however slowly it is read; further requests are refused.
  FileServer(std::size_t maxTransfers, OnProgress onProgress);
  ~FileServer();
  FileServer(const FileServer&) = delete;
  FileServer& operator=(const FileServer&) = delete;

  void serve(SoupServerMessage* message, FileResponse response);  // GET or HEAD

 private:
  class Transfer;
  std::size_t maxTransfers_;
  OnProgress onProgress_;
  FileReaders readers_;
  std::map<SoupServerMessage*, std::unique_ptr<Transfer>> transfers_;
};

// The type by the end of a file's name, of what the server makes.
const char* mediaTypeOf(std::string_view name);

}  // namespace tessera::signaling
