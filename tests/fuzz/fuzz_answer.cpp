// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "check.h"
#include "pipelines/legs/sdp_check.h"
#include "unit/legs/sdp_samples.h"

// An answer of a client against the offer it belongs to. What is accepted is still acceptable as it is handed
// on.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tessera;
  static const OfferShape offer = OfferShape::of(parseSdp(test::kOffer).value().get());
  const auto answer = checkAnswer({reinterpret_cast<const char*>(data), size}, offer, {});
  if (!answer) {
    fuzz::require(!answer.error().text.empty());
    return 0;
  }
  const auto again = checkAnswer(sdpText(answer->message.get()), offer, {});
  fuzz::require(again.has_value());
  fuzz::require(again->fingerprint == answer->fingerprint);
  for (const std::string& candidate : answer->candidates)
    fuzz::require(parseCandidate(candidate, {}).has_value());
  return 0;
}
