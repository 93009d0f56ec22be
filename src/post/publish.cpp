// SPDX-License-Identifier: Apache-2.0
#include "post/publish.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "post/job.h"

namespace tessera::post {
namespace {

namespace fs = std::filesystem;

constexpr const char* kList = "/moves";
constexpr int kMaxNames = 10'000;
constexpr std::size_t kMaxNameBytes = 255;

tl::unexpected<Error> ioFail(std::string_view what) {
  return fail(ErrorCode::io, "{}: {}", what, std::strerror(errno));
}

// Of a file or a directory.
Status sync(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return ioFail("opening " + path);
  const int code = fsync(fd);
  close(fd);
  if (code != 0) return ioFail("syncing " + path);
  return {};
}

bool exists(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0;
}

// Never over another file.
Status moveFile(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno != EINVAL) return ioFail("moving a file to " + to);
  // a file system that cannot promise it
  if (exists(to)) return fail(ErrorCode::io, "moving a file to {}: there is one", to);
  if (rename(from.c_str(), to.c_str()) != 0) return ioFail("moving a file to " + to);
  return {};
}

bool isHalfDone(const fs::directory_entry& entry) {
  return entry.path().filename().string().starts_with(kOutPrefix);
}

struct List {
  std::vector<Move> moves;
  wire::PostDone done;
};

Result<std::optional<List>> readList(const std::string& path) {
  std::ifstream in(path);
  if (!in) return std::nullopt;
  List list;
  std::string line;
  std::getline(in, line);
  auto news = wire::decodePostNews(line);
  if (!news || !news->done) return fail(ErrorCode::internal, "{} cannot be read", path);
  list.done = std::move(*news->done);
  while (std::getline(in, line)) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos) return fail(ErrorCode::internal, "{} cannot be read", path);
    list.moves.push_back({line.substr(0, tab), line.substr(tab + 1)});
  }
  return list;
}

// The list goes last: until then another run knows that all is done.
Status removeWork(const std::string& work) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(work, error))
    if (entry.path() != work + kList) fs::remove_all(entry.path(), error);
  fs::remove(work + kList, error);
  fs::remove(work, error);
  if (error) return fail(ErrorCode::io, "removing {}: {}", work, error.message());
  return {};
}

}  // namespace

Result<std::string> freeName(const std::string& directory, const std::string& name,
                             const std::vector<std::string>& suffixes) {
  for (int i = 1; i <= kMaxNames; ++i) {
    const std::string candidate = i == 1 ? name : name + "-" + std::to_string(i);
    bool free = true;
    for (const std::string& suffix : suffixes) {
      if (candidate.size() + suffix.size() > kMaxNameBytes)
        return fail(ErrorCode::badRequest, "the name {} is too long for a file", name);
      free = free && !exists(directory + "/" + candidate + suffix);
    }
    if (free) return candidate;
  }
  return fail(ErrorCode::conflict, "every name like {} is taken", name);
}

Status writeMoves(const std::string& work, const std::vector<Move>& moves, const wire::PostDone& done) {
  for (const Move& move : moves)
    if (auto synced = sync(work + "/" + move.from); !synced) return synced;
  std::ostringstream text;
  text << wire::encode(wire::PostNews{{}, done, {}}) << '\n';
  for (const Move& move : moves) text << move.from << '\t' << move.to << '\n';
  const std::string path = work + kList, half = work + "/" + std::string(kOutPrefix) + ".moves";
  std::ofstream out(half, std::ios::binary);
  out << text.str();
  out.close();
  if (!out) return ioFail("writing " + half);
  if (auto synced = sync(half); !synced) return synced;
  if (rename(half.c_str(), path.c_str()) != 0) return ioFail("renaming " + half);
  return sync(work);
}

Result<std::optional<wire::PostDone>> followMoves(const std::string& work, const std::string& directory) {
  auto list = readList(work + kList);
  if (!list) return tl::unexpected(std::move(list).error());
  if (!*list) return std::nullopt;
  for (const Move& move : (*list)->moves) {
    const std::string from = work + "/" + move.from;
    if (!exists(from)) continue;  // a run before moved it
    if (auto moved = moveFile(from, directory + "/" + move.to); !moved) return tl::unexpected(moved.error());
  }
  if (auto synced = sync(directory); !synced) return tl::unexpected(synced.error());
  if (auto removed = removeWork(work); !removed) return tl::unexpected(removed.error());
  return std::move((*list)->done);
}

void removeHalfDone(const std::string& work) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(work, error))
    if (isHalfDone(entry)) fs::remove(entry.path(), error);
}

}  // namespace tessera::post
