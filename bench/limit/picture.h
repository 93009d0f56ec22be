// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

#include <memory>
#include <vector>

#include "bench/limit/options.h"
#include "bench/limit/packets.h"

namespace tessera::bench {

// libvpx in, libyuv, libvpx out: a decoder for each sender, one canvas, one encoder.
class Picture {
 public:
  static Result<std::unique_ptr<Picture>> create(const Options& options);
  ~Picture();
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;

  // The sender's next frame; its picture stands until the one after it.
  [[nodiscard]] bool decode(int sender, const std::vector<Packet>& packets);
  void scale(int sender);  // into its place on the canvas
  // The canvas; valid until the next call. Nothing when it could not be encoded.
  std::span<const std::uint8_t> encode();

 private:
  struct Decoder {
    vpx_codec_ctx_t codec{};
    vpx_image_t* picture = nullptr;
    std::vector<std::uint8_t> frame;
  };
  explicit Picture(const Options& options) : options_(options) {}
  Status open();
  void configureEncoder(vpx_codec_enc_cfg_t& config) const;

  const Options options_;
  std::vector<std::unique_ptr<Decoder>> decoders_;
  vpx_codec_ctx_t encoder_{};
  bool encoderOpen_ = false;
  vpx_image_t canvas_{};
  vpx_codec_pts_t frames_ = 0;
  std::vector<std::uint8_t> encoded_;
};

}  // namespace tessera::bench
