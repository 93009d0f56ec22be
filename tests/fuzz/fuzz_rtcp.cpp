// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "check.h"
#include "pipelines/legs/network_meter.h"

// RTCP of a client, about packets that were and were not sent.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tessera;
  using namespace std::chrono_literals;
  const auto packets = splitRtcp({data, size});
  if (!packets) return 0;
  std::size_t bytes = 0;
  for (const RtcpPacket& packet : *packets) {
    bytes += packet.bytes.size();
    fuzz::require(splitRtcp(asReceiverReport(packet)).has_value());
  }
  fuzz::require(bytes == size);
  NetworkMeter meter;
  meter.sendsWith({7, 8});
  auto now = 1000s;
  for (int i = 0; i < 300; ++i) meter.onSent(1000, now);
  for (int i = 0; i < 2; ++i) meter.onRtcp(*packets, 0x12345678, now += 1s);
  const NetworkReport report = meter.report(now);
  fuzz::require(report.loss >= 0 && report.loss <= 1);
  fuzz::require(!report.kbps || *report.kbps >= 0);
  return 0;
}
