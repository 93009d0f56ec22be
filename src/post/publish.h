// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "wire/recording_files.h"

namespace tessera::post {

// From the working directory to where complete recordings are, so that a crash at any point leaves either
// nothing or what the next run ends in the same way: first a list of what is to be moved where is written and
// synced, then it is followed.

struct Move {
  std::string from, to;  // names, of a file in the working directory and of the finished one
};

// A base name for which none of the files is there yet: `name`, or with "-2", "-3"… behind it. `suffixes`: of
// all files that it is for (".mp4", "-k3v9x0q2m7ab.ogg").
[[nodiscard]] Result<std::string> freeName(const std::string& directory, const std::string& name,
                                           const std::vector<std::string>& suffixes);

// Syncs the files and writes the list.
[[nodiscard]] Status writeMoves(const std::string& work, const std::vector<Move>& moves,
                                const wire::PostDone& done);

// Follows the list of a run before or of this one, and removes the working directory; nothing when there is
// no list.
[[nodiscard]] Result<std::optional<wire::PostDone>> followMoves(const std::string& work,
                                                                const std::string& directory);

// Removes what a run before left half-done; not the list of moves.
void removeHalfDone(const std::string& work);

}  // namespace tessera::post
