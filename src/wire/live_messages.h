// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "room/live.h"

// Live outputs and sources in the HTTP API (/v1/rooms/{room}/outputs, …/sources); signaling/PROTOCOL.md shows
// each.

namespace tessera::wire {

struct OutputInfo {
  OutputStatus status;
  OutputKind kind = OutputKind::rtmp;
  std::string
      target;  // without its secrets: "rtmp://live.example.org/app/…"; of hls: the path it is served at
};

struct SourceInfo {
  SourceStatus status;
  std::string name;
  std::string url;  // without its secrets
  bool loop = false;
};

struct AddOutputRequest {
  OutputKind kind = OutputKind::rtmp;
  std::string url;  // of rtmp
};

struct AddSourceRequest {
  std::string name;
  std::string url;
  bool loop = false;
};

std::string encodeOutput(const OutputInfo& output);
std::string encodeOutputList(const std::vector<OutputInfo>& outputs);
std::string encodeSource(const SourceInfo& source);
std::string encodeSourceList(const std::vector<SourceInfo>& sources);
[[nodiscard]] Result<AddOutputRequest> decodeAddOutput(std::string_view body);
[[nodiscard]] Result<AddSourceRequest> decodeAddSource(std::string_view body);

}  // namespace tessera::wire
