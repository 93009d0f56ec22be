// SPDX-License-Identifier: Apache-2.0
#include "bench/limit/meter.h"

namespace tessera::bench {
namespace {

struct Names {
  const char* title;
  const char* key;
};
constexpr std::array<Names, kParts> kNames{{{"recvmsg", "receive"},
                                            {"SRTP in", "unprotect"},
                                            {"decode video", "decodeVideo"},
                                            {"scale", "scale"},
                                            {"encode video", "encodeVideo"},
                                            {"decode sound", "decodeSound"},
                                            {"mix sound", "mixSound"},
                                            {"encode sound", "encodeSound"},
                                            {"SRTP out", "protect"},
                                            {"sendmsg", "send"}}};

}  // namespace

const char* titleOf(Part part) {
  return kNames[static_cast<std::size_t>(part)].title;
}
const char* keyOf(Part part) {
  return kNames[static_cast<std::size_t>(part)].key;
}

double Meter::total() const {
  std::chrono::nanoseconds sum{0};
  for (const std::chrono::nanoseconds spent : spent_) sum += spent;
  return std::chrono::duration<double>(sum).count();
}

}  // namespace tessera::bench
