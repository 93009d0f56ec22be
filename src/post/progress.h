// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdio>

#include "wire/recording_files.h"

namespace tessera::post {

// Prints a line each time that another hundredth of the work is done.
class Progress {
 public:
  explicit Progress(std::FILE* out) : out_(out) {}

  // The work goes from `from` to `to` (0 to 1) while `total` bytes are gone through.
  void beginStep(double from, double to, std::int64_t total) {
    from_ = from;
    to_ = to;
    total_ = static_cast<double>(std::max<std::int64_t>(total, 1));
    before_ = 0;
    at(0);
  }
  void at(std::int64_t bytes) {  // of the file at hand
    const double done = from_ + (to_ - from_) * std::min(1.0, static_cast<double>(before_ + bytes) / total_);
    if (done < printed_ + 0.01) return;
    printed_ = done;
    std::fprintf(out_, "%s\n", wire::encode(wire::PostNews{done, {}, {}}).c_str());
    std::fflush(out_);
  }
  void nextFile(std::int64_t bytes) { before_ += bytes; }  // so many were of the file before

 private:
  std::FILE* out_;
  double from_ = 0, to_ = 0, total_ = 1, printed_ = -1;
  std::int64_t before_ = 0;
};

}  // namespace tessera::post
