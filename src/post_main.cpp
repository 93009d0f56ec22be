// SPDX-License-Identifier: Apache-2.0
// tessera-post: makes one file of a recording's parts when the meeting is over. The server starts it.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/log.h"
#include "post/post.h"

namespace {

using namespace tessera;

void printUsage(std::FILE* out) {
  std::fputs(
      "usage: tessera-post DIRECTORY/.work/ID\n"
      "Makes the finished recording in DIRECTORY of the parts in DIRECTORY/.work/ID, and removes these. "
      "Prints its progress,\n"
      "a line of JSON at a time. Exit status: 0 done, 1 nothing can be made of it, 2 wrong call, 3 it may "
      "work later.\n"
      "The server starts it by itself; it may be killed and run again at any time.\n\n"
      "  --version  print the version\n"
      "  --help     print this\n",
      out);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view argument = argc == 2 ? argv[1] : "";
  if (argument == "--version") return std::puts("tessera-post " TESSERA_VERSION) < 0;
  if (argument == "--help") return printUsage(stdout), 0;
  if (argument.empty() || argument.starts_with("-")) {
    printUsage(stderr);
    return static_cast<int>(post::Outcome::wrongCall);
  }
  log::configureFromEnvironment();
  std::signal(SIGPIPE, SIG_IGN);  // whoever started it may be gone; the work is done all the same
  const post::Outcome outcome = post::makeRecording(std::string(argument), stdout);
  log::flush();
  return static_cast<int>(outcome);
}
