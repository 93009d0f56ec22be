// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "base/result.h"
#include "pipelines/gst/ref.h"

struct OpusDecoder;

namespace tessera {

// Tells whether a receiver can be moved from one Opus stream to another of the same sound without hearing it.
// Opus predicts from what the decoder has put out before, and two streams differ in their coding noise:
// mostly that is lost in the noise, but a loud steady tone can ring for 30 ms. So it is tried, with decoders
// that listen like the receiver's would.
class SeamCheck {
 public:
  static Result<SeamCheck> create(int channels);

  // The packets of one tick, in order, from the moment on from which both carry the same sound. Gives how
  // much a receiver of `from` who were given `to` now would hear that one of `to` does not, as a share of the
  // power; means something after some 100 ms, when the decoders have forgotten that they began in between.
  double difference(GstBuffer* from, GstBuffer* to);

 private:
  struct Free {
    void operator()(OpusDecoder* decoder) const;
  };
  using Decoder = std::unique_ptr<OpusDecoder, Free>;
  SeamCheck(int channels, Decoder stays, Decoder target, Decoder moves);
  static void decode(OpusDecoder* decoder, GstBuffer* packet, std::vector<float>& samples);

  int channels_;
  Decoder stays_, target_, moves_;
  std::vector<float> wanted_, heard_;
};

}  // namespace tessera
